import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Whose event is applied next")
struct LedgerClaimTests {
    @Test("With 10,000 events of one account waiting, another's single event is in the next claim but one", arguments: TestEngine.allCases)
    func turns(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await queue(5_000, of: "104", events: 2, in: world)
            let first = try await claim(after: nil, in: world)
            try await queue(1, of: "207", in: world)
            try await queue(1, of: "001", in: world)

            let second = try await claim(after: first.last, in: world)
            let third = try await claim(after: second.last, in: world)

            #expect(first.ids.allSatisfy { $0.hasPrefix("104") } && first.ids.count > 1)
            #expect(second.ids.contains("207-1"))
            #expect(third.ids.contains("001-1"))
        }
    }

    @Test("However many accounts are in other hands, those behind them are found", arguments: TestEngine.allCases)
    func behindTheClaimed(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            for account in 100..<250 { try await queue(1, of: "\(account)", in: world) }
            let dead = try await claim(after: nil, in: world)

            let others = try await claim(after: nil, in: world)

            #expect(dead.ids.count == 64 && others.ids.count == 64)
            #expect(Set(dead.ids).isDisjoint(with: others.ids))
        }
    }

    @Test("A claim holds 250 events or 1 MiB, and never less than a batch", arguments: TestEngine.allCases)
    func bounds(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await queue(3, of: "100", bytes: 3 * 1_048_576, in: world)
            let large = try await claim(after: nil, in: world)
            try await queue(1, of: "200", events: 400, in: world)

            let long = try await claim(after: large.last, in: world)

            #expect(large.ids == ["100-1"])
            #expect(long.ids == ["200-1"])
        }
    }

    @Test("Of one account a claim holds a share, by number or by weight, and goes on with the others", arguments: TestEngine.allCases)
    func share(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let ledger = world.messaging.ledger, leases = world.messaging.leases
            try await queue(5, of: "100", events: 30, in: world)
            try await queue(5, of: "200", events: 1, bytes: 40_000, in: world)
            try await queue(1, of: "300", in: world)

            let claim = try await ledger.claim(events: 500, share: 64, after: nil, leases: leases)

            #expect(claim.batches.map(\.id) == ["100-1", "100-2", "100-3", "200-1", "200-2", "300-1"])
        }
    }

    @Test("A crowd is claimed as a whole, and a flood of one account has its share in the next claim", arguments: TestEngine.allCases)
    func crowd(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let ledger = world.messaging.ledger, leases = world.messaging.leases
            try await queue(20, of: "", events: 30, in: world)
            try await queue(20, of: "100", events: 30, in: world)

            let first = try await ledger.claim(events: 500, share: 64, after: nil, leases: leases)
            let second = try await ledger.claim(events: 500, share: 64, after: first.last, leases: leases)

            #expect(first.batches.count == 17 && first.batches.allSatisfy { $0.id.hasPrefix("-") })
            #expect(second.batches.map(\.id) == ["100-1", "100-10", "100-11"])
        }
    }

    @Test("A claim reads a few rows for each account, however long the queues and however old the ledger", arguments: TestEngine.allCases)
    func plan(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await queue(20_000, of: "300", applied: true, in: world)
            for account in ["100", "200", "300"] { try await queue(10_000, of: account, in: world) }

            let now = Date(timeIntervalSince1970: 1_795_000_000), heads = ["100", "200", "300"].map { ($0, "\($0)-1") }
            let plans = try await world.ledgerDatabase.write { db in
                if db.dialect == .postgres { try db.executeScript("ANALYZE webhook_batches") }
                let queries = [Ledger.heads(after: nil, now: now), Ledger.following(heads, each: 5, now: now)]
                return try queries.map { try Self.explain($0, on: db) }
            }

            for plan in plans {
                #expect(plan.contains("webhook_batches_waiting"))
                #expect(!plan.contains("Seq Scan on webhook_batches"))
                if engine == .postgres {
                    let read = plan.matches(of: /actual rows=(\d+)(?:\.\d+)? loops=(\d+)/).reduce(0) { sum, match in
                        sum + (Int(match.output.1) ?? 0) * (Int(match.output.2) ?? 0)
                    }
                    #expect(read > 3 && read < 150, "\(plan)")
                } else {
                    #expect(!plan.contains("SCAN webhook_batches") && !plan.contains("SCAN b") && !plan.contains("SCAN h"), "\(plan)")
                }
            }
        }
    }

    @Test("When everybody's batches are small a claim takes several of each, in turns all the same", arguments: TestEngine.allCases)
    func small(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            for account in ["100", "200"] { try await queue(80, of: account, in: world) }
            try await queue(2, of: "300", in: world)

            let first = try await claim(after: nil, in: world), rest = try await claim(after: first.last, in: world)

            let counts = Dictionary(grouping: first.ids) { $0.prefix(3) }.mapValues(\.count)
            #expect(counts == ["100": 64, "200": 64, "300": 2])
            #expect(rest.ids.count == 32 && Set(rest.ids).isDisjoint(with: first.ids))
        }
    }

    @Test("A batch whose process died is claimed again after its lease, as a repeated try", arguments: TestEngine.allCases)
    func lease(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await queue(1, of: "100", in: world)
            let dead = try await world.messaging.ledger.claim(events: 250, after: nil, leases: world.messaging.leases).batches

            world.clock.advance(by: Ledger.lease - 1)
            let early = try await claim(after: nil, in: world)
            world.clock.advance(by: 2)
            let late = try await world.messaging.ledger.claim(events: 250, after: nil, leases: world.messaging.leases).batches

            #expect(dead.map(\.isAgain) == [false] && early.ids.isEmpty && late.map(\.isAgain) == [true])
        }
    }

    @Test("On PostgreSQL the lease runs by the database's clock, however wrong a process's own is")
    func leaseOfTheDatabase() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withWorld(.postgres, running: false) { world in
            try await queue(1, of: "100", in: world)
            let ledger = world.messaging.ledger
            let first = try await ledger.claim(events: 250, after: nil, leases: .database).batches
            world.clock.advance(by: 86_400)

            let early = try await ledger.claim(events: 250, after: nil, leases: .database).batches
            try await world.ledgerDatabase.write { db in
                try db.execute("UPDATE webhook_batches SET lease_until = lease_until - \(Int64(Ledger.lease * 1_000) + 1)")
            }
            let late = try await ledger.claim(events: 250, after: nil, leases: .database).batches

            #expect(first.count == 1 && early.isEmpty && late.count == 1)
        }
    }

    @Test("A process that starts on a database of its own owes nothing to the leases of the one before", arguments: TestEngine.allCases)
    func fresh(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await queue(1, of: "100", in: world)
            _ = try await claim(after: nil, in: world)

            try await world.messaging.ledger.releaseAll()

            let again = try await claim(after: nil, in: world)
            #expect(again.ids == ["100-1"])
        }
    }

    private func claim(after last: String?, in world: World) async throws -> (ids: [String], last: String?) {
        let claim = try await world.messaging.ledger.claim(events: 250, after: last, leases: world.messaging.leases)
        return (claim.batches.map(\.id), claim.last)
    }

    // Batches named after their account: "104-1", "104-2", …
    private func queue(
        _ batches: Int, of account: String, events: Int = 1, bytes: Int = 500, applied: Bool = false, in world: World
    ) async throws {
        let now = world.clock.now, prefix = applied ? "\(account)-old" : account
        try await world.ledgerDatabase.write { db in
            try db.execute(
                """
                INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at, applied_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(batches))
                SELECT CAST(\(prefix) AS TEXT) || '-' || n, CAST(\(account) AS TEXT), CAST(\(events) AS BIGINT), CAST(\(bytes) AS BIGINT),
                    CAST(\(now) AS BIGINT), CAST(\(applied ? now : nil) AS BIGINT) FROM numbers
                """)
        }
    }

    private static func explain(_ query: SQL, on db: any Connection) throws -> String {
        switch db.dialect {
        case .sqlite: try db.rows("EXPLAIN QUERY PLAN \(query)").map { "\($0["detail"])" }.joined(separator: "\n")
        case .postgres: try db.all(String.self, "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) \(query)").joined(separator: "\n")
        }
    }
}
