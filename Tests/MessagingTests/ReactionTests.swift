import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Reactions")
struct ReactionTests {
    @Test(
        "One reaction of ours stands under a message: it is changed, taken away, seen on the phone, and no bubble",
        arguments: TestEngine.allCases)
    func changed(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let wamid = try await world.meta.says("nadia", "The heating works again")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            let message = try #require(thread.lastMessage)

            for emoji in ["👍", "❤️", ""] {
                let reaction = try await olga.react(to: message.messageId, with: emoji)
                try await eventually("it stands") {
                    try await olga.reactions(to: [wamid], on: thread.lineID).map(\.state) == (emoji.isEmpty ? [] : [.standing])
                }
                try await eventually("the phone shows \(emoji)") {
                    let shown = try await world.meta.shown(on: "nadia").first { $0["wamid"]?.string == wamid }
                    return (shown?["businessReaction"]?.string ?? "") == emoji
                }
                #expect(reaction.reactionTarget == wamid && reaction.replyTo == nil)
            }

            let after = try await olga.conversation(thread.id)
            #expect(try await olga.messages(of: thread.id).items.map(\.messageId) == [message.messageId])
            #expect(after.lastMessage?.messageId == message.messageId && after.lastMessageAt == thread.lastMessageAt)
            #expect(after.unread == thread.unread && after.window == thread.window)
        }
    }

    @Test(
        "A reaction that failed is told with its reason, and what stood before stands again, however late the news comes",
        arguments: TestEngine.allCases)
    func failed(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let hello = try await world.hello(at: olga)
            func stands() async throws -> [Reaction] { try await olga.reactions(to: ["wamid.HELLO"], on: Line.ID("line")) }
            func reaction(_ emoji: String?, _ state: Reaction.State) -> Reaction {
                Reaction(targetWamid: "wamid.HELLO", direction: .outbound, emoji: emoji, state: state)
            }

            _ = try await olga.react(to: hello, with: "👍")
            let queued = try await stands()
            try await world.accept(world.claim(at: now + 1).calls, at: now + 1)
            let taken = try await stands()
            _ = try await olga.react(to: hello, with: "😂")
            let second = try await world.claim(at: now + 2).calls
            try await world.record(.refused(131_009), of: second, at: now + 2)
            let refused = try await stands()

            #expect(queued == [reaction("👍", .underWay)] && taken == [reaction("👍", .standing)])
            #expect(second.first?.message.replyTo == nil)
            #expect(second.first?.message.content == .reaction(OutgoingReaction(target: "wamid.HELLO", emoji: "😂")))
            #expect(refused.count == 2 && refused.last == reaction("👍", .standing))
            guard case .failed(let reason) = refused[0].state else { return #expect(Bool(false), "not told as failed") }
            #expect(!reason.isEmpty && refused[0].emoji == "😂")
            // A third one makes the second forgotten; that the first never arrived is told after that.
            _ = try await olga.react(to: hello, with: "")
            let first = try #require(try await world.attempts().first)
            try await world.deliver(.status(first.wamid, "failed", at: now + 9, callback: first.fence, error: 131_009))
            #expect(try await stands() == [])
            let third = try await world.claim(at: now + 10).calls
            try await world.record(.refused(131_047), of: third, at: now + 10)
            let last = try await stands()
            #expect(last.count == 1 && last[0].emoji == nil)
        }
    }

    @Test("What the landlord does in the phone app and here is one reaction: the later one stands", arguments: TestEngine.allCases)
    func phoneApp(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let hello = try await world.hello(at: olga)
            _ = try await olga.react(to: hello, with: "👍")
            try await world.accept(world.claim(at: now + 1).calls, at: now + 1)

            try await world.messaging.ledger.store(
                Webhook.body([.echoedReaction("wamid.E", "😮", at: now + 60)], field: "smb_message_echoes"))
            try await world.messaging.applyAll()
            let echoed = try await olga.reactions(to: ["wamid.HELLO"], on: Line.ID("line"))
            world.clock.advance(by: 120)
            _ = try await olga.react(to: hello, with: "🙏")

            #expect(echoed.map(\.emoji) == ["😮"])
            #expect(try await olga.reactions(to: ["wamid.HELLO"], on: Line.ID("line")).map(\.emoji) == ["🙏"])
        }
    }

    @Test("What WhatsApp takes no reaction to is refused in words, and nothing is stored", arguments: TestEngine.allCases)
    func refused(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let (pavel, pavelsThread) = try await world.pavelReady()
            let hello = try await world.hello(at: olga), thread = try await olga.message(hello).conversationId
            let waiting = try await olga.send(.text("Not with Meta yet"), to: .conversation(thread)).messageId
            try await world.deliver(.said("wamid.X", "revoke", ["original_message_id": "wamid.GONE"], at: now))
            try await world.deliver(.text("wamid.GONE", "Never mind", at: now), .text("wamid.OLD", "Long ago", at: now - 31 * 86_400))
            let all = try await olga.messages(of: thread).items
            func id(_ wamid: String) -> Message.ID { all.first { $0.wamid == wamid }?.messageId ?? Message.ID("") }
            let ines = try #require(try await pavel.messages(of: pavelsThread).items.first)

            for (message, emoji) in [(hello, "👍👍"), (hello, "ok"), (hello, "7"), (id("wamid.GONE"), "👍"), (id("wamid.OLD"), "👍")] {
                await #expect("\(emoji) to \(message)") { try await olga.react(to: message, with: emoji) } throws: {
                    ($0 as? SendRefusal)?.code == "reaction"
                }
            }
            await #expect(throws: SendRefusal.notSentYet) { try await olga.react(to: waiting, with: "👍") }
            await #expect(throws: NotFound.self) { try await olga.react(to: ines.messageId, with: "👍") }
            for wamid in ["wamid.INES", "wamid.NONE"] {
                let draft = Draft(.reaction(OutgoingReaction(target: Wamid(wamid), emoji: "👍")))
                await #expect(throws: SendRefusal.self) { try await olga.send(draft, to: .conversation(thread)) }
            }
            world.clock.advance(by: 86_400)
            await #expect(throws: SendRefusal.windowClosed) { try await olga.react(to: hello, with: "👍") }
            let stored = try await world.database.read { try $0.first(Int.self, "SELECT COUNT(*) FROM messages WHERE type = 'reaction'") }
            #expect(stored == 0)
            #expect(try await olga.reactions(to: all.compactMap(\.wamid), on: Line.ID("line")) == [])
        }
    }

    @Test("Pressing twice is one reaction, and the queue behind it goes on", arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let hello = try await world.hello(at: olga), thread = try await olga.message(hello).conversationId

            let one = try await olga.react(to: hello, with: "👍", clientMessageID: "press")
            let two = try await olga.react(to: hello, with: "👍", clientMessageID: "press")
            let words = try await olga.send(.text("On my way"), to: .conversation(thread))
            let first = try await world.claim(at: now + 1).calls
            try await world.accept(first, at: now + 1)
            let second = try await world.claim(at: now + 2).calls

            #expect(one.messageId == two.messageId)
            #expect(first.map(\.messageID) == [one.messageId] && second.map(\.messageID) == [words.messageId])
            #expect(try await olga.conversation(thread).lastMessage?.messageId == words.messageId)
        }
    }

    @Test(
        "Ten thousand reactions, to one message and to many, change neither the order nor how quickly a page is read",
        arguments: TestEngine.allCases)
    func thousands(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let thread = try await olga.message(try await world.hello(at: olga)).conversationId
            let targets = (0..<200).map { "wamid.T\($0)" }
            try await world.deliver(all: targets.enumerated().map { .text($1, "Message \($0)", at: now + Double($0) + 1) })
            let before = try await olga.messages(of: thread, limit: 50).items.map(\.messageId)

            let toOne = (0..<5_000).map { number in
                JSONValue.reaction("wamid.A\(number)", to: "wamid.HELLO", number % 2 == 0 ? "👍" : "❤️", at: now + 300 + Double(number))
            }
            let toMany = (0..<5_000).map { number in
                JSONValue.reaction("wamid.B\(number)", to: targets[number % 200], "🙏", at: now + 300 + Double(number))
            }
            try await world.deliver(all: toOne + toMany)

            let page = try await olga.messages(of: thread, limit: 50).items
            let started = ContinuousClock.now
            let found = try await olga.reactions(to: page.compactMap(\.wamid) + ["wamid.HELLO"], on: Line.ID("line"))
            let took = ContinuousClock.now - started
            #expect(page.map(\.messageId) == before)
            #expect(found.count == 51 && found.first { $0.targetWamid == "wamid.HELLO" }?.emoji == "❤️")
            #expect(took < .seconds(1), "\(took)")
            #expect(try await olga.conversation(thread).unread == 201)
        }
    }
}

extension World {
    /// Nadia's first message.
    fileprivate func hello(at desk: Desk) async throws -> Message.ID {
        let thread = try await conversation(with: "t-nadia", at: desk)
        return try await desk.messages(wamids: ["wamid.HELLO"], in: thread.id)[0].messageId
    }

    fileprivate func deliver(all values: [JSONValue]) async throws {
        for start in stride(from: 0, to: values.count, by: 500) {
            try await messaging.ledger.store(Webhook.body(Array(values[start..<min(start + 500, values.count)])))
        }
        try await messaging.applyAll()
    }

    fileprivate struct KnownAttempt: Decodable {
        let fence: String
        let wamid: String
    }

    fileprivate func attempts() async throws -> [KnownAttempt] {
        try await database.read {
            try $0.all(KnownAttempt.self, "SELECT fence, wamid FROM attempts WHERE wamid IS NOT NULL ORDER BY started_at, number")
        }
    }
}

extension JSONValue {
    fileprivate static func reaction(_ wamid: String, to target: String, _ emoji: String, at time: Date) -> JSONValue {
        .said(wamid, "reaction", ["message_id": .string(target), "emoji": .string(emoji)], at: time)
    }

    fileprivate static func echoedReaction(_ wamid: String, _ emoji: String, at time: Date) -> JSONValue {
        [
            "messaging_product": "whatsapp",
            "metadata": ["display_phone_number": "442079460001", "phone_number_id": .string(World.olgasNumber.rawValue)],
            "message_echoes": [
                [
                    "from": "442079460001", "to": "447700900118", "id": .string(wamid),
                    "timestamp": .string(String(Int(time.timeIntervalSince1970))), "type": "reaction",
                    "reaction": ["message_id": "wamid.HELLO", "emoji": .string(emoji)],
                ]
            ],
        ]
    }
}
