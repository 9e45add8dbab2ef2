import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Outbox")
struct OutboxTests {
    @Test("Only the first message of a conversation can go; whatever becomes of it, the next one follows", arguments: TestEngine.allCases)
    func order(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            var messages: [Message.ID] = []
            for number in 1...6 { messages.append(try await olga.send(.text("Line \(number)"), to: .conversation(threads[0])).messageId) }
            let outcomes: [SendResult] = [
                .refused(131_026), .failed(.answerLost("Broken")), .failed(.unreadable(status: 502, excerpt: "")), .notStarted("Late"),
            ]
            var now = world.clock.now

            var claimed: [Message.ID] = []
            for outcome in outcomes {
                let calls = try await world.claim(at: now).calls
                let again = try await world.claim(at: now).calls
                #expect(calls.count == 1 && again.isEmpty)
                claimed += calls.map(\.messageID)
                try await world.record(outcome, of: calls, at: now)
                now += 0.1
            }
            // What was not even begun goes first when its pause is over; its followers wait for it.
            let pausing = try await world.claim(at: now - 0.09)
            let retried = try await world.claim(at: now + 3)
            try await world.accept(retried.calls, at: now + 3)
            let last = try await world.claim(at: now + 3).calls

            #expect(claimed == Array(messages.prefix(4)))
            #expect(pausing.calls.isEmpty && retried.calls.map(\.messageID) == [messages[3]])
            #expect(last.map(\.messageID) == [messages[4]])
            let states = try await messages.asyncMap { try await olga.message($0).state }
            #expect(states == [.refused, .unknown, .unknown, .accepted, .queued, .queued])
        }
    }

    @Test("Processes that share a database never claim the same message", arguments: TestEngine.allCases)
    func severalProcesses(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(40)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let start = world.clock.now

            let calls = try await withThrowingTaskGroup(of: [SendCall].self) { group in
                for process in ["one", "two", "three", "four"] {
                    group.addTask {
                        var mine: [SendCall] = []
                        for turn in 0..<40 {
                            mine += try await world.claim(at: start + Double(turn) * 0.05, SendRoom(free: 8), process: process).calls
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }

            #expect(calls.count == 40)
            #expect(Set(calls.map(\.messageID)).count == 40)
            let attempts = try await world.database.read { try $0.first(Int.self, "SELECT COUNT(*) FROM attempts") }
            #expect(attempts == 40)
        }
    }

    @Test("One landlord's flood neither delays another's message nor takes all connections", arguments: TestEngine.allCases)
    func fairness(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(60)
            try await world.database.write { try $0.execute("UPDATE lines SET throughput = 'HIGH'") }
            for thread in threads { _ = try await olga.send(.text("Announcement"), to: .conversation(thread)) }
            let (pavel, ines) = try await world.pavelReady()
            let reply = try await pavel.send(.text("I am on my way"), to: .conversation(ines))
            let now = world.clock.now

            let narrow = try await world.claim(at: now, SendRoom(free: 6))
            let underWay = [LineKey(landlord: World.olga, line: Line.ID("line")): 3]
            let nearlyFull = try await world.claim(at: now, SendRoom(free: 1, underWay: underWay))

            #expect(narrow.calls.contains { $0.messageID == reply.messageId })
            #expect(narrow.calls.count { $0.landlord == World.olga } == 3)
            #expect(nearlyFull.calls.isEmpty)
        }
    }

    @Test("A claim finds its work without reading the queue, however long that is", arguments: TestEngine.allCases)
    func plan(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            _ = try await world.pavelReady()
            try await fillQueue(100_000, of: world)
            let now = world.clock.now
            let olga = LineKey(landlord: World.olga, line: Line.ID("line"))

            let plans = try await world.database.write { db in
                try db.useIndexes()
                return try [Sender.queuedLines(after: .first), Sender.heads(of: olga, now: now, limit: 100)].map { try explain($0, on: db) }
            }

            for plan in plans {
                #expect(plan.contains("outbox_ready"))
                #expect(!plan.contains("Seq Scan on outbox") && !plan.contains("SCAN o"))
                #expect(!plan.contains("Bitmap") && !plan.contains("Hash"))
            }
            if engine == .postgres {
                // The rows that were really read: a hundred heads, and a step or two per line.
                let read = plans.joined(separator: "\n").matches(of: /actual rows=(\d+) loops=(\d+)/).reduce(0) { sum, match in
                    sum + (Int(match.output.1) ?? 0) * (Int(match.output.2) ?? 0)
                }
                #expect(read > 100 && read < 2_000)
            }
        }
    }

    // Thirty thousand conversations of Olga's, some with several messages: heads and followers.
    private func fillQueue(_ messages: Int, of world: World) async throws {
        try await world.database.write { db in
            try db.execute(
                """
                INSERT INTO outbox (landlord_id, message_id, conversation_id, line_id, position, due_at, give_up_at, ready)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(messages))
                SELECT 'olga', 'm' || n, 'c' || (n % 30000), 'line', n, 1, 2, n < 30000 FROM numbers
                """)
            try db.execute(
                """
                INSERT INTO outbox (landlord_id, message_id, conversation_id, line_id, position, due_at, give_up_at, ready)
                VALUES ('pavel', 'm', 'c', 'line', 1, 1, 2, TRUE)
                """)
        }
    }

    private func explain(_ query: SQL, on db: any Connection) throws -> String {
        switch db.dialect {
        case .sqlite: try db.all(SQLitePlanStep.self, "EXPLAIN QUERY PLAN \(query)").map(\.detail).joined(separator: "\n")
        case .postgres: try db.all(String.self, "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) \(query)").joined(separator: "\n")
        }
    }

    private struct SQLitePlanStep: Decodable {
        let detail: String
    }

    @Test("Messages written from several places at once all go out, none is forgotten in its queue", arguments: TestEngine.allCases)
    func crowd(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)

            try await withThrowingDiscardingTaskGroup { group in
                for writer in 1...4 {
                    group.addTask {
                        for line in 1...10 { _ = try await olga.send(.text("\(writer): \(line)"), to: .conversation(thread.id)) }
                    }
                }
            }

            try await eventually("the queue is empty") {
                let figures = try await world.messaging.sendingFigures()
                return figures.ready + figures.behind + figures.calling == 0
            }
            let shown = try await world.meta.received(by: "nadia").compactMap { $0["text"]?.string }
            #expect(shown.count == 40 && Set(shown).count == 40)
            for writer in 1...4 {
                #expect(shown.filter { $0.hasPrefix("\(writer):") } == (1...10).map { "\(writer): \($0)" })
            }
        }
    }

    @Test("Told to stop, the sender lets calls end, writes down what they came to and begins nothing new", arguments: TestEngine.allCases)
    func drain(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let loops = Task { await world.messaging.run() }
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await world.meta.fault("delayAnswer", ["ms": 1_000, "times": 1])

            let slow = try await olga.send(.text("Slow"), to: .conversation(thread.id))
            try await eventually("a call is under way") { world.messaging.sendingCounts.figures.callsUnderWay == 1 }
            loops.cancel()
            let next = try await olga.send(.text("Next"), to: .conversation(thread.id))
            await loops.value

            let attempts = try await olga.attempts(of: slow.messageId)
            #expect(attempts.map(\.outcome) == [.accepted])
            let sent = try await olga.message(slow.messageId), queued = try await olga.message(next.messageId)
            #expect(sent.state == .accepted && queued.state == .queued)
            let untouched = try await olga.attempts(of: next.messageId)
            #expect(untouched.isEmpty)
        }
    }

    @Test("The figures tell what waits, what is under way and what came of it, never about whom", arguments: TestEngine.allCases)
    func figures(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            for thread in threads + threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let now = world.clock.now
            let calls = try await world.claim(at: now, SendRoom(free: 2)).calls
            let counts = world.messaging.sendingCounts

            counts.began(2)
            counts.ended(SendAnswer(call: calls[0], result: .refused(130_429)))
            let figures = try await world.messaging.sendingFigures()

            #expect(calls.count == 1 && figures.calling == 1 && figures.ready == 1 && figures.behind == 2)
            #expect(figures.callsUnderWay == 1 && figures.attempts == [.refused: 1])
            #expect(figures.refusals == [130_429: 1] && figures.slowDowns == 1)
            #expect(figures.oldestSeconds >= 0 && figures.oldestSeconds < 60)
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
