import Foundation
import Testing
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Connecting a number")
struct OnboardingTests {
    @Test("Killed between any two steps and started again, the onboarding finishes", arguments: TestEngine.allCases)
    func killedBetweenSteps(on engine: TestEngine) async throws {
        for killedAfter in 0..<OnboardingStep.allCases.count {
            try await withWorld(engine, running: false) { world in
                let olga = try await world.olga
                let begun = try await olga.connect(try await world.meta.signUp())

                let first = Task { await world.messaging.run() }
                try await eventually("step \(killedAfter) is done") {
                    try await olga.onboarding(begun.onboardingId).steps.filter { $0.state == .done }.count >= killedAfter
                }
                first.cancel()
                await first.value
                let second = Task { await world.restarted.messaging.run() }
                let ended = try await world.finished(begun.onboardingId, at: olga)
                second.cancel()
                await second.value

                #expect(ended.status == .done, "killed after \(killedAfter) steps: \(String(describing: ended.problem))")
                let lines = try await olga.lines()
                #expect(lines.map(\.status) == [.connected])
            }
        }
    }

    @Test(
        "A claim whose process died is taken over, and the registration is looked up before it is repeated", arguments: TestEngine.allCases)
    func diedInRegister(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga
            try await world.connect(olga)
            let registers = try await world.meta.requests().filter { $0["path"]?.string?.hasSuffix("/register") == true }
            #expect(registers.count == 1)

            // Connected already: connecting again asks, and does not register a second time.
            try await world.connect(olga)
            let after = try await world.meta.requests().filter { $0["path"]?.string?.hasSuffix("/register") == true }
            #expect(after.count == 1)
            let lines = try await olga.lines()
            #expect(lines.count == 1)
        }
    }

    @Test("IDs that the browser made up are refused, and nothing is half-made", arguments: TestEngine.allCases)
    func madeUpIDs(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga
            var foreignAccount = try await world.meta.signUp()
            foreignAccount.wabaId = "104000000000002"
            let first = try await world.finished(olga.connect(foreignAccount).onboardingId, at: olga)
            #expect(first.problem == .foreignAccount)

            var foreignNumber = try await world.meta.signUp()
            foreignNumber.phoneNumberId = World.pavelsNumber.rawValue
            let second = try await world.finished(olga.connect(foreignNumber).onboardingId, at: olga)
            #expect(second.problem == .foreignNumber)

            try await world.meta.fault("foreignToken", ["business": "Pavel Novak Homes", "times": 1])
            let third = try await world.finished(olga.connect(world.meta.signUp()).onboardingId, at: olga)
            #expect(third.problem == .foreignAccount)

            let left = try await world.database.read { db in
                try (db.first(Int.self, "SELECT COUNT(*) FROM accounts") ?? 0) + (db.first(Int.self, "SELECT COUNT(*) FROM lines") ?? 0)
            }
            #expect(left == 0)
        }
    }

    @Test("Another landlord's account is refused with its reason", arguments: TestEngine.allCases)
    func taken(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            try await world.connect(world.olga)
            let pavel = try await world.pavel

            let refused = try await world.connect(pavel)

            #expect(refused.problem == .accountTaken)
            let lines = try await pavel.lines()
            #expect(lines.isEmpty)
        }
    }

    @Test("A code works once and for 30 seconds; the reason is told", arguments: TestEngine.allCases)
    func codes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            let late = try await olga.connect(world.meta.signUp())
            world.clock.advance(by: 31)
            let loops = Task { await world.messaging.run() }

            let expired = try await world.finished(late.onboardingId, at: olga)
            #expect(expired.problem == .codeExpired)

            let signup = try await world.meta.signUp()
            let once = try await olga.connect(signup)
            let twice = try await olga.connect(signup)
            #expect(once.onboardingId == twice.onboardingId)
            let done = try await world.finished(once.onboardingId, at: olga)
            #expect(done.status == .done)
            let stolen = try await world.pavel.connect(signup)
            let refused = try await world.finished(stolen.onboardingId, at: world.pavel)
            #expect(refused.problem == .codeUsed)
            loops.cancel()
            await loops.value
        }
    }

    @Test("A lost answer to the exchange is fetched again", arguments: TestEngine.allCases)
    func exchangeLost(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            try await world.meta.fault("exchangeAnswerLost", ["times": 1])

            let ended = try await world.connect(world.olga)

            #expect(ended.status == .done)
        }
    }

    @Test("A number with a former provider's PIN asks for it once", arguments: TestEngine.allCases)
    func formerPIN(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga
            try await world.meta.post("numbers/\(World.olgasNumber)", ["pin": "246810"])
            let stopped = try await world.connect(olga)
            #expect(stopped.problem == .pinNeeded)

            _ = try await olga.goOn(stopped.onboardingId, pin: "246810")

            let ended = try await world.finished(stopped.onboardingId, at: olga)
            #expect(ended.status == .done)
        }
    }

    @Test("A disconnected number sends nothing, hears nothing, and can be connected again with its history", arguments: TestEngine.allCases)
    func disconnected(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)

            try await olga.disconnect(thread.lineID)

            await #expect(throws: SendRefusal.noLine) { try await olga.send(.text("Gone"), to: .conversation(thread.id)) }
            let told = try await world.meta.requests().contains {
                $0["method"]?.string == "DELETE" && $0["path"]?.string?.hasSuffix("/subscribed_apps") == true
            }
            #expect(told)
            try await world.connect(olga)
            let history = try await olga.messages(of: thread.id).items.map(\.preview)
            #expect(history == ["Hello?"])
            let sent = try await olga.send(.text("Back"), to: .conversation(thread.id))
            try await world.message(sent.messageId, at: olga, becomes: .delivered)
        }
    }

    @Test(
        "Who connects their own number again keeps what was said since they first did, however late it is told; it opens the window",
        arguments: TestEngine.allCases)
    func connectedAgain(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            world.clock.advance(by: 2)
            let said = world.clock.now
            world.clock.advance(by: 2)

            try await world.connect(olga)
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.LATE", "Is the heating fixed?", at: said)]))

            let thread = try await world.conversation(with: "t-nadia", at: olga)
            #expect(thread.lastMessage?.preview == "Is the heating fixed?" && thread.window.isOpen(at: world.clock.now))
        }
    }

    @Test("Who took a number over has proven it once for all, until somebody else does", arguments: TestEngine.allCases)
    func takenOverAndConnectedAgain(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected(), pavel = try await world.pavel
            try await olga.disconnect(olga.lines()[0].lineId)
            world.clock.advance(by: 2)
            try await world.connect(pavel)
            world.clock.advance(by: 2)
            let said = world.clock.now
            world.clock.advance(by: 2)

            try await world.connect(pavel)
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.PAVELS", "For Pavel", at: said)]))
            let heard = try await eventually("Pavel hears") { try await pavel.conversations().items.first }
            try await pavel.disconnect(pavel.lines()[0].lineId)
            try await world.connect(olga)
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.HIS", "For Pavel too", at: said)]))
            try await eventually("it waits") { try await world.messaging.ledgerStatus().parkedBy.map(\.reason) == ["beforeProof"] }

            #expect(heard.lastMessage?.preview == "For Pavel" && heard.window.isOpen(at: world.clock.now))
            #expect(try await olga.conversations().items.isEmpty)
        }
    }

    @Test("Tokens and PINs are sealed: neither stands in the database")
    func sealed() async throws {
        try await withWorld(.sqlite) { world in
            try await world.connect(world.olga)
            let rows = try await world.database.read { db in
                try db.rows("SELECT * FROM accounts").map { "\($0)" } + db.rows("SELECT * FROM lines").map { "\($0)" }
                    + db.rows("SELECT * FROM onboardings").map { "\($0)" }
            }
            #expect(!rows.isEmpty)
            #expect(!rows.contains { $0.contains("EAA") })
            let keys = try TokenKeys("k1:" + Data(repeating: 7, count: 32).base64EncodedString())
            let text = try keys.seal("secret", for: "row/1")
            #expect(try keys.open(text, for: "row/1") == "secret")
            #expect(throws: SecretUnreadable.self) { try keys.open(text, for: "row/2") }
        }
    }
}
