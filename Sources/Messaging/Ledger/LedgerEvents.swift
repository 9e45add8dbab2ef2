import Foundation
import SQLDatabase

/// A stored webhook body.
public struct LedgerEvent: Sendable {
    /// Names an event for people and for rows that point at it.
    public struct ID: Hashable, Sendable, CustomStringConvertible {
        let batch: String
        let place: Int

        public var description: String { "\(batch).\(place)" }

        /// Reads an ID as it is printed; one without a place is a batch of one.
        public init(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 1)
            batch = parts.first.map(String.init) ?? ""
            place = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        }

        init(batch: String, place: Int) {
            self.batch = batch
            self.place = place
        }
    }

    let id: ID
    let receivedAt: Date
    let body: [UInt8]
}

extension Ledger {
    /// A process that has died gives its claims back by this time; applying takes milliseconds, and doing it twice changes nothing.
    static let lease: TimeInterval = 8
    /// Bytes per claim: bodies of 3 MiB come one at a time.
    static let longestClaim = 1024 * 1024
    /// Accounts that share a turn.
    private static let turns = 64

    /// What one account may have of a turn. A body may tell of a thousand things at once: what it weighs counts as well.
    struct Share {
        /// A body that tells of one thing has hardly more.
        private static let bytesPerEvent = 768

        private var events: Int
        private var bytes: Int

        init(_ events: Int) {
            self.events = events
            bytes = events.multipliedReportingOverflow(by: Self.bytesPerEvent).overflow ? .max : events * Self.bytesPerEvent
        }

        var isSpent: Bool { events <= 0 || bytes <= 0 }

        mutating func spend(_ events: Int, bytes: Int) {
            self.events -= events
            self.bytes -= bytes
        }
    }

    /// Takes batches for this process, in turns: the oldest one of each account, beginning after `last`, so that a flood for one
    /// landlord never holds up another's event. Of one account it is a share of so many events, and the batch that exceeds it. Answers the batches
    /// taken, and the account to go on after (nil: begin anew).
    func claim(
        events limit: Int, share: Int = .max, after last: String?, leases: LeaseClock
    ) async throws -> (batches: [LedgerBatch], last: String?) {
        let heads = try await database.read { db in
            let now = try leases.now(on: db)
            let heads = try self.heads(after: last, now: now, on: db)
            return heads.isEmpty && last != nil ? try self.heads(after: nil, now: now, on: db) : heads
        }
        var chosen: [Head] = [], events = 0, bytes = 0
        // Few accounts share the turn: each may go on with what follows.
        let following = heads.isEmpty ? 0 : 16 / heads.count
        for head in heads where events < limit && bytes < Self.longestClaim {
            let queue = following > 1 ? try await waiting(of: head.source, leases: leases, limit: following) : [head]
            var left = Share(share)
            for batch in queue where events < limit && !left.isSpent && bytes < Self.longestClaim {
                left.spend(batch.events, bytes: batch.bytes)
                chosen.append(batch)
                events += batch.events
                bytes += batch.bytes
            }
        }
        guard let end = chosen.last?.source else { return ([], nil) }
        return (try await take(chosen.map(\.batchId), leases: leases), end)
    }

    private func heads(after last: String?, now: Date, on db: any Connection) throws -> [Head] {
        try db.all(Head.self, Self.heads(after: last, now: now))
    }

    // A loose index scan: its cost is the number of accounts that wait, however long their queues are.
    static func heads(after last: String?, now: Date) -> SQL {
        let start: SQL = last.map { "AND source > \($0)" } ?? ""
        return
            """
            WITH RECURSIVE sources (source) AS (
                SELECT (SELECT MIN(source) FROM webhook_batches WHERE applied_at IS NULL \(start))
                UNION ALL
                SELECT (SELECT MIN(b.source) FROM webhook_batches b WHERE b.applied_at IS NULL AND b.source > s.source)
                FROM sources s WHERE s.source IS NOT NULL)
            SELECT s.source, h.batch_id, h.events, h.bytes FROM sources s
            LEFT JOIN webhook_batches h ON h.batch_id = (
                SELECT b.batch_id FROM webhook_batches b
                WHERE b.applied_at IS NULL AND b.source = s.source AND (b.lease_until IS NULL OR b.lease_until < \(now))
                ORDER BY b.batch_id LIMIT 1)
            WHERE s.source IS NOT NULL AND h.batch_id IS NOT NULL LIMIT \(turns)
            """
    }

    private func waiting(of source: String, leases: LeaseClock, limit: Int) async throws -> [Head] {
        try await database.read { db in
            let now = try leases.now(on: db)
            return try db.all(
                Head.self,
                """
                SELECT source, batch_id, events, bytes FROM webhook_batches
                WHERE applied_at IS NULL AND source = \(source) AND (lease_until IS NULL OR lease_until < \(now))
                ORDER BY batch_id LIMIT \(limit)
                """)
        }
    }

    private func take(_ ids: [String], leases: LeaseClock) async throws -> [LedgerBatch] {
        try await database.write { db in
            let now = try leases.now(on: db)
            let taken = try db.all(
                TakenRow.self,
                """
                WITH claimed AS MATERIALIZED (
                    SELECT batch_id FROM webhook_batches WHERE batch_id IN \(list: ids) AND applied_at IS NULL
                        AND (lease_until IS NULL OR lease_until < \(now)) \(SQL.skipLocked))
                UPDATE webhook_batches SET lease_until = \(now + Self.lease), tries = tries + 1 WHERE batch_id IN (SELECT batch_id FROM claimed)
                RETURNING batch_id, received_at, tries
                """)
            let bodies = try db.all(
                BodyRow.self,
                """
                SELECT batch_id, place, body FROM webhook_bodies WHERE batch_id IN \(list: taken.map(\.batchId)) ORDER BY batch_id, place
                """)
            let places = Dictionary(grouping: bodies, by: \.batchId)
            return taken.sorted { $0.batchId < $1.batchId }.map { batch in
                LedgerBatch(
                    id: batch.batchId, isAgain: batch.tries > 1,
                    events: (places[batch.batchId] ?? []).map { row in
                        LedgerEvent(
                            id: LedgerEvent.ID(batch: row.batchId, place: row.place), receivedAt: batch.receivedAt, body: row.body)
                    })
            }
        }
    }

    /// The bodies of some events that are still kept.
    func events(_ ids: [LedgerEvent.ID]) async throws -> [LedgerEvent] {
        let places = Dictionary(grouping: Set(ids), by: \.batch).sorted { $0.key < $1.key }
        // Place by place: the batch of one part that waited may be megabytes.
        let rows = try await database.read { db in
            try places.flatMap { batch, events in
                try db.all(
                    KeptRow.self,
                    """
                    SELECT e.batch_id, e.place, e.body, b.received_at FROM webhook_bodies e JOIN webhook_batches b ON b.batch_id = e.batch_id
                    WHERE e.batch_id = \(batch) AND e.place IN \(list: events.map(\.place)) ORDER BY e.place
                    """)
            }
        }
        return rows.map { LedgerEvent(id: LedgerEvent.ID(batch: $0.batchId, place: $0.place), receivedAt: $0.receivedAt, body: $0.body) }
    }

    /// Notes that everything in these batches was applied, parked or set aside. Returns once it is on disk.
    func finish(_ batches: [LedgerBatch], problems: [LedgerEvent.ID: String]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            mark(batches.map(\.id), problems: problems) { continuation.resume(with: $0) }
        }
        figures.applied(batches.reduce(0) { $0 + $1.events.count })
    }

    /// Notes that these events, which were handed over, were applied, parked or set aside. Nobody waits for it to be on disk: should it get
    /// lost, they are applied once more, which changes nothing.
    func finish(_ events: [LedgerEvent], problems: [LedgerEvent.ID: String], failed: @escaping @Sendable (any Error) -> Void) {
        figures.applied(events.count)
        let batches = handover.applied(events)
        guard !batches.isEmpty || !problems.isEmpty else { return }
        mark(batches, problems: problems) { if case .failure(let error) = $0 { failed(error) } }
    }

    /// Writes down why events, or parts of them, could not be applied.
    static func note(_ problems: [LedgerEvent.ID: String], on db: any Connection, now: Date) throws {
        try db.execute(each: problems.sorted { "\($0.key)" < "\($1.key)" }) { event, problem in
            """
            INSERT INTO webhook_problems (batch_id, place, problem, at) VALUES (\(event.batch), \(event.place), \(problem), \(now))
            ON CONFLICT (batch_id, place) DO UPDATE SET problem = excluded.problem, at = excluded.at
            """
        }
    }

    /// Gives claimed batches back unapplied, since the database could not take them just now.
    func release(_ batches: [String]) async throws {
        guard !batches.isEmpty else { return }
        try await database.write { db in
            try db.execute("UPDATE webhook_batches SET lease_until = NULL WHERE applied_at IS NULL AND batch_id IN \(list: batches)")
        }
    }

    /// A process that has just started on a database of its own owes nothing to the leases of the one before.
    func releaseAll() async throws {
        try await database.write {
            try $0.execute("UPDATE webhook_batches SET lease_until = NULL WHERE applied_at IS NULL AND lease_until IS NOT NULL")
        }
    }

    /// Everything that arrived until then has been applied; nil while older events wait.
    func appliedThrough() async throws -> Date? {
        try await database.read { db in
            if try db.exists("SELECT 1 FROM webhook_batches WHERE applied_at IS NULL") { return nil }
            return try db.first(Date.self, "SELECT received_at FROM webhook_batches ORDER BY batch_id DESC LIMIT 1")
        }
    }
}

/// Events that were stored by one commit for one account; they are claimed and finished together.
struct LedgerBatch: Sendable {
    let id: String
    /// Whether an earlier try may have applied some of it.
    let isAgain: Bool
    let events: [LedgerEvent]
}

private struct Head: Decodable, Sendable {
    let source: String
    let batchId: String
    let events: Int
    let bytes: Int
}

private struct TakenRow: Decodable {
    let batchId: String
    let receivedAt: Date
    let tries: Int
}

private struct BodyRow: Decodable {
    let batchId: String
    let place: Int
    let body: [UInt8]
}

private struct KeptRow: Decodable {
    let batchId: String
    let place: Int
    let body: [UInt8]
    let receivedAt: Date
}
