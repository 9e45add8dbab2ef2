import Foundation
import Testing
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Sending")
struct SendingTests {
    @Test("Free text goes out just inside the 24 hours and is refused at their end, by us as by Meta", arguments: TestEngine.allCases)
    func windowEdge(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Is the heating fixed?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            let end = try #require(thread.window.expiresAt)

            // Enough for it to reach Meta in time also on a busy machine; the second itself is looked at below.
            world.clock.advance(by: end.timeIntervalSince(world.clock.now) - 600)
            let inside = try await olga.send(.text("Ten minutes left"), to: .conversation(thread.id))
            try await world.message(inside.messageId, at: olga, becomes: .delivered)

            world.clock.advance(by: 600)
            await #expect(throws: SendRefusal.windowClosed) { try await olga.send(.text("Too late"), to: .conversation(thread.id)) }
            let stored = try await olga.messages(of: thread.id).items.count
            #expect(stored == 2)
        }
    }

    @Test("The window is open until one second before its end, and closed at its end")
    func windowSecond() {
        let heard = Date(milliseconds: 1_700_000_000_000), window = CustomerServiceWindow(lastInboundAt: heard)
        #expect(window.isOpen(at: heard + 24 * 3_600 - 1))
        #expect(!window.isOpen(at: heard + 24 * 3_600))
        #expect(!CustomerServiceWindow(lastInboundAt: nil).isOpen(at: heard))
    }

    @Test(
        "A template is refused by its state, by wrong values and without an agreement, and nothing is stored",
        arguments: TestEngine.allCases)
    func templateRefusals(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            _ = try await olga.sync([ContactInput(externalId: "t-ines", name: "Ines Duarte", phone: "07700 900482")])
            func hello(_ values: [String: String]) -> Draft {
                let parameters = values.sorted { $0.key < $1.key }.map { TemplateParameter.text($0.value, name: $0.key) }
                return Draft(.template(TemplateMessage(name: "hello_tenant", language: "en_GB", components: [.body(parameters)])))
            }
            let all = ["first_name": "Tom", "landlord_name": "Olga", "address": "12 Elm Road"]

            await #expect(throws: SendRefusal.templateNotApproved(status: "PAUSED")) {
                try await olga.send(Draft(.template(TemplateMessage(name: "visit_notice", language: "en_GB"))), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.templateNotApproved(status: "REJECTED")) {
                try await olga.send(Draft(.template(TemplateMessage(name: "offer_spring", language: "en_GB"))), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.templateNotApproved(status: nil)) {
                try await olga.send(Draft(.template(TemplateMessage(name: "hello_tenant", language: "fr"))), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.templateVariables("Fill in: address.")) {
                try await olga.send(hello(all.filter { $0.key != "address" }), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.templateVariables("The template has no blank called rent.")) {
                try await olga.send(hello(all.merging(["rent": "1"]) { $1 }), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.self) {
                try await olga.send(hello(all.merging(["address": "12\nElm"]) { $1 }), to: .tenant("t-tom"))
            }
            await #expect(throws: SendRefusal.noOptIn) { try await olga.send(hello(all), to: .tenant("t-ines")) }

            let requests = try await world.meta.requests().filter { $0["path"]?.string?.hasSuffix("/messages") == true }
            #expect(requests.isEmpty)
            let stored = try await world.database.read { try $0.first(Int.self, "SELECT COUNT(*) FROM messages") }
            #expect(stored == 0)
        }
    }

    @Test("STOP ends everything but answers, START takes it back", arguments: TestEngine.allCases)
    func optOut(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let template = try #require(try await olga.templates(on: olga.lines()[0].lineId).first { $0.name == "hello_tenant" })
            let hello = Draft(.template(template.message(with: ["first_name": "N", "landlord_name": "O", "address": "E"])))

            try await world.meta.says("nadia", "Stop")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            await #expect(throws: SendRefusal.optedOut) { try await olga.send(hello, to: .conversation(thread.id)) }
            let answer = try await olga.send(.text("Understood"), to: .conversation(thread.id))
            try await world.message(answer.messageId, at: olga, becomes: .delivered)

            world.clock.advance(by: 5)
            try await world.meta.says("nadia", "START")
            try await eventually("the agreement is back") { try await !olga.contact(externalID: "t-nadia").hasOptedOut }
            let again = try await olga.send(hello, to: .conversation(thread.id))
            try await world.message(again.messageId, at: olga, becomes: .delivered)
        }
    }

    @Test("A lost answer ends as one delivered message", arguments: TestEngine.allCases)
    func lostAnswer(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("loseAnswer", ["times": 1])

            let sent = try await olga.send(.text("Only once"), to: .conversation(thread.id))
            let after = try await olga.send(.text("And this one after it"), to: .conversation(thread.id))
            try await world.message(after.messageId, at: olga, becomes: .delivered)
            let delivered = try await world.message(sent.messageId, at: olga, becomes: .delivered)

            #expect(delivered.state == .accepted)
            #expect(delivered.wamid != nil)
            let shown = try await world.meta.received(by: "nadia").compactMap { $0["text"]?.string }
            #expect(shown.sorted() == ["And this one after it", "Only once"])
            let attempts = try await olga.attempts(of: sent.messageId)
            #expect(attempts.map(\.outcome) == [.accepted])
        }
    }

    @Test("A status that comes before Meta's answer is not lost", arguments: TestEngine.allCases)
    func statusFirst(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("statusBeforeAnswer", ["times": 1])

            let sent = try await olga.send(.text("Quick"), to: .conversation(thread.id))

            try await world.message(sent.messageId, at: olga, becomes: .delivered)
            try await eventually("the early status is there too") { try await olga.message(sent.messageId).sentAt != nil }
            let shown = try await world.meta.received(by: "nadia")
            #expect(shown.count == 1)
        }
    }

    @Test("A connection that could not be made is tried again; the message goes out once", arguments: TestEngine.allCases)
    func throttled(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("sendError", ["code": 130429, "times": 1])

            let sent = try await olga.send(.text("After a moment"), to: .conversation(thread.id))

            try await world.message(sent.messageId, at: olga, becomes: .delivered)
            let attempts = try await olga.attempts(of: sent.messageId)
            #expect(attempts.map(\.outcome) == [.refused, .accepted])
            let shown = try await world.meta.received(by: "nadia")
            #expect(shown.count == 1)
        }
    }

    @Test("Meta's refusal is told in words, and sending again makes a new message", arguments: TestEngine.allCases)
    func refusedByMeta(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("sendError", ["code": 131042, "times": 1])

            let sent = try await olga.send(.text("Unpaid"), to: .conversation(thread.id))
            let failed = try await world.message(sent.messageId, at: olga, becomes: .failed)
            #expect(failed.errorCode == 131042)
            #expect(failed.errorDetails?.contains("payment") == true)

            let again = try await olga.sendAgain(sent.messageId, clientMessageID: "again-1")
            try await world.message(again.messageId, at: olga, becomes: .delivered)
            #expect(again.messageId != sent.messageId)
        }
    }

    @Test("A dead token makes messages wait until the landlord connects again, and inbound goes on", arguments: TestEngine.allCases)
    func deadToken(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("revokeToken", ["business": "Brandt Lettings"])

            let sent = try await olga.send(.text("Waiting"), to: .conversation(thread.id))
            try await eventually("the line asks to reconnect") { try await olga.lines()[0].status == .reconnect }
            try await world.message(sent.messageId, at: olga, becomes: .queued)
            try await world.meta.says("nadia", "Are you there?")
            try await eventually("inbound goes on") { try await olga.conversation(thread.id).unread == 2 }

            try await world.connect(olga)
            try await world.message(sent.messageId, at: olga, becomes: .delivered)
            let lines = try await olga.lines()
            #expect(lines.map(\.lineId) == [thread.lineID])
        }
    }

    @Test("The same client ID is the same message; another body under it is refused", arguments: TestEngine.allCases)
    func clientMessageID(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)

            async let first = olga.send(.text("Once", clientMessageID: "c-1"), to: .conversation(thread.id))
            async let second = olga.send(.text("Once", clientMessageID: "c-1"), to: .conversation(thread.id))
            let (one, two) = try await (first, second)

            #expect(one.messageId == two.messageId)
            await #expect(throws: ClientMessageIDReused()) {
                try await olga.send(.text("Other", clientMessageID: "c-1"), to: .conversation(thread.id))
            }
            try await world.message(one.messageId, at: olga, becomes: .delivered)
            let shown = try await world.meta.received(by: "nadia")
            #expect(shown.count == 1)
        }
    }

    @Test("Messages of one conversation go out in the order they were written", arguments: TestEngine.allCases)
    func order(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)

            let texts = (1...8).map { "Line \($0)" }
            var last: Message?
            for text in texts { last = try await olga.send(.text(text), to: .conversation(thread.id)) }
            try await world.message(#require(last).messageId, at: olga, becomes: .delivered)

            let shown = try await world.meta.received(by: "nadia").compactMap { $0["text"]?.string }
            #expect(shown == texts)
        }
    }

    @Test("A call cut off by the process's end is unknown, resolves by its status, and is never made twice", arguments: TestEngine.allCases)
    func processEnded(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let message = try await olga.messages(of: olga.conversations().items[0].id).items[0]
            let reply = try await olga.send(.text("Cut off"), to: .conversation(message.conversationId))
            let now = world.clock.now

            let claimed = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try sender.step(limit: 10)
            }
            let lost = try await world.database.write { try Sender(db: $0, now: now, random: .system).recover(all: true) }
            let claimedAgain = try await world.database.write { db in
                var sender = Sender(db: db, now: now + 3_600, random: .system)
                return try sender.step(limit: 10)
            }
            #expect(claimed.count == 1 && lost == 1 && claimedAgain.isEmpty)
            let unknown = try await olga.message(reply.messageId)
            #expect(unknown.status == .unknown)

            // Then: a status with our own callback data proves that Meta has it after all.
            try await world.deliver(.status("wamid.LATE", "delivered", at: now, callback: claimed[0].fence))
            let known = try await olga.message(reply.messageId)
            #expect(known.status == .delivered && known.wamid == "wamid.LATE")
        }
    }

    @Test(
        "Ten minutes of otherwise flowing webhooks without a sign make an unknown message probably not sent", arguments: TestEngine.allCases
    )
    func probablyNotSent(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let thread = try await olga.conversations().items[0].id
            let reply = try await olga.send(.text("Lost"), to: .conversation(thread))
            let now = world.clock.now
            let call = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try sender.step(limit: 10)[0]
            }
            _ = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try sender.record(.failed(.answerLost("The connection broke.")), of: call)
            }
            func giveUp(seen: Date?) async throws -> Int {
                try await world.database.write { try Sender(db: $0, now: now, random: .system).giveUpUnknown(webhooksSeen: seen) }
            }

            #expect(try await giveUp(seen: nil) == 0)
            #expect(try await giveUp(seen: now + 599) == 0)
            #expect(try await giveUp(seen: now + 601) == 1)
            let given = try await olga.message(reply.messageId)
            #expect(given.status == .probablyNotSent)
            let again = try await olga.sendAgain(reply.messageId, clientMessageID: nil)
            #expect(again.status == .queued)
        }
    }
}
