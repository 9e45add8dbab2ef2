import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Pace")
struct PaceTests {
    /// How many messages a number with an endless queue sends within ten seconds, asked every five milliseconds.
    private func sent(by pace: inout Pace, inboundPerSecond: Int = 0) -> Int {
        let start = Date(timeIntervalSince1970: 1_795_000_000)
        var sent = 0
        for tick in 0..<2_000 {
            let now = start + Double(tick) * 0.005
            if tick % 200 == 0 { pace.spend(inboundPerSecond, at: now) }
            let allowed = pace.allowance(at: now)
            pace.spend(allowed, at: now)
            sent += allowed
        }
        return sent
    }

    @Test(
        "A number sends as fast as its level allows, never a second's worth at once",
        arguments: [(nil, false, 80.0), ("STANDARD", false, 80), ("HIGH", false, 1_000), ("HIGH", true, 20)] as [(String?, Bool, Double)])
    func levels(throughput: String?, onBusinessApp: Bool, rate: Double) {
        var pace = Pace(throughput: throughput, onBusinessApp: onBusinessApp)
        let atOnce = pace.allowance(at: Date(timeIntervalSince1970: 1_795_000_000))

        let sent = sent(by: &pace)

        #expect(atOnce >= 1 && Double(atOnce) <= rate / 4)
        #expect(Double(sent) > rate * 9.9 && Double(sent) <= rate * 10.25)
    }

    @Test("What comes in takes from what may go out, and is forgotten after a second")
    func inbound() {
        var busy = Pace(throughput: "STANDARD", onBusinessApp: false)
        let beside60 = sent(by: &busy, inboundPerSecond: 60)
        #expect(beside60 > 180 && beside60 < 240)

        let now = Date(timeIntervalSince1970: 1_795_000_000)
        var flooded = Pace(throughput: "STANDARD", onBusinessApp: false)
        flooded.spend(100_000, at: now)
        #expect(flooded.allowance(at: now + 0.5) == 0)
        #expect(flooded.allowance(at: now + 1) == 20)
    }

    @Test("Throttling halves the speed once per burst; it comes back step by step, all of it within ten seconds")
    func slowDown() {
        let now = Date(timeIntervalSince1970: 1_795_000_000)
        var pace = Pace(throughput: "STANDARD", onBusinessApp: false)

        for _ in 1...5 { pace.slowDown(claimedAt: now - 0.1, hold: nil, now: now) }
        #expect(pace.rate(at: now) == 40)
        #expect(pace.rate(at: now + 5) == 60)
        #expect(pace.rate(at: now + 10) == 80)

        for second in 1...20 {
            pace.slowDown(claimedAt: now + Double(second) * 0.01, hold: nil, now: now + Double(second) * 0.01 + 0.005)
        }
        #expect(pace.rate(at: now + 0.205) >= 2)
        #expect(pace.nextAllowance(after: now + 0.205) < now + 2)
    }

    @Test("A line's queue goes out at its pace, inbound counted", arguments: TestEngine.allCases)
    func queue(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(50)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let now = world.clock.now

            let first = try await world.claim(at: now, SendRoom(free: 512, inbound: [World.olgasNumber: 12]))
            let sameMoment = try await world.claim(at: now)
            let next = try await world.claim(at: try #require(sameMoment.next))

            #expect(first.calls.count == 8)
            #expect(sameMoment.calls.isEmpty && next.calls.count == 2)
            #expect(try #require(sameMoment.next).timeIntervalSince(now) < 0.1)
        }
    }

    @Test(
        "A chat's burst passes at once; then the person gets one message in six seconds, and nobody else waits",
        arguments: TestEngine.allCases)
    func pair(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            for number in 1...46 { _ = try await olga.send(.text("Line \(number)"), to: .conversation(threads[0])) }
            _ = try await olga.send(.text("To the other one"), to: .conversation(threads[1]))
            let begun = world.clock.now

            var burst: [Contact.ID] = []
            for turn in 0..<60 {
                let now = begun + Double(turn) * 0.05
                let calls = try await world.claim(at: now).calls
                burst += calls.map(\.contactID)
                try await world.accept(calls, at: now)
            }
            let waiting = try await world.claim(at: begun + 5.9)
            let later = try await world.claim(at: begun + 6.1)

            #expect(burst.count == 45 && Dictionary(grouping: burst, by: { $0 }).values.map(\.count).sorted() == [1, 44])
            #expect(waiting.calls.isEmpty && later.calls.count == 1)
        }
    }

    @Test("Throttled, the line slows down and its messages wait; a pause that Meta asks for is kept", arguments: TestEngine.allCases)
    func throttled(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(30)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let now = world.clock.now

            let calls = try await world.claim(at: now).calls
            try await world.record(.refused(130_429), of: calls, at: now + 0.1)
            let halved = try await world.claim(at: now + 2)
            try await world.record(.refused(80_007, retryAfter: .seconds(120)), of: Array(halved.calls.prefix(1)), at: now + 2)
            let paused = try await world.claim(at: now + 100)
            let afterwards = try await world.claim(at: now + 123)

            #expect(calls.count == 20)
            #expect(halved.calls.count < 20 && !halved.calls.isEmpty)
            #expect(paused.calls.isEmpty && !afterwards.calls.isEmpty)
            let figures = try await world.messaging.sendingFigures()
            #expect(figures.slowedLines == 1)
        }
    }

    @Test("Too much to one person holds up that person alone", arguments: TestEngine.allCases)
    func pairExhausted(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            for thread in threads + threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let now = world.clock.now
            let calls = try await world.claim(at: now).calls

            try await world.record(.refused(131_056), of: calls.filter { $0.messageID == calls[0].messageID }, at: now)
            try await world.accept(Array(calls.dropFirst()), at: now)
            let soon = try await world.claim(at: now + 1)
            let later = try await world.claim(at: now + 12)

            #expect(calls.count == 2 && soon.calls.count == 1)
            #expect(soon.calls[0].contactID == calls[1].contactID)
            #expect(later.calls.map(\.messageID) == [calls[0].messageID])
        }
    }

    @Test("How fast somebody was written to is forgotten an hour after it held anybody up, and not before", arguments: TestEngine.allCases)
    func forgotten(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(3)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            try await world.accept(world.claim(at: world.clock.now).calls, at: world.clock.now)
            let early = try await world.messaging.forgetIdlePaces()
            world.clock.advance(by: 3_700)
            _ = try await olga.send(.text("Are you there?"), to: .conversation(threads[0]))
            let late = try await world.claim(at: world.clock.now)

            let due = try await world.messaging.forgetIdlePaces()

            let left = try await world.database.read { try $0.all(Conversation.ID.self, "SELECT conversation_id FROM pair_paces") }
            #expect(late.calls.count == 1 && early == 0 && due == 2)
            #expect(left == [threads[0]])
        }
    }

    @Test("However many paces are to be forgotten, a turn ends and the next one goes on", arguments: TestEngine.allCases)
    func forgottenInTurns(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await world.database.write { db in
                try db.execute(each: 1...500) { number in
                    "INSERT INTO pair_paces (landlord_id, conversation_id, busy_until) VALUES ('olga', \("c\(number)"), 1)"
                }
            }

            var turns: [Int] = []
            for _ in 1...3 { turns.append(try await world.messaging.forgetIdlePaces(most: 300)) }

            #expect(turns == [400, 100, 0])
        }
    }

    @Test("Meta's news of a higher throughput counts at once", arguments: TestEngine.allCases)
    func upgraded(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(60)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }

            try await world.messaging.ledger.store(
                Webhook.body(
                    [["display_phone_number": "442079460001", "event": "THROUGHPUT_UPGRADE"]], field: "phone_number_quality_update"))
            try await world.messaging.applyAll()

            let claim = try await world.claim(at: world.clock.now)
            #expect(claim.calls.count == 60)
        }
    }
}
