import Foundation
import SQLDatabase
import Synchronization

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
    /// landlord never holds up another's event. Of one account it is a share of so many events, and the batch that exceeds it; batches that
    /// many accounts share are of no account. Answers the batches taken, and the account to go on after (nil: begin anew).
    func claim(
        events limit: Int, share: Int = .max, after last: String?, leases: LeaseClock
    ) async throws -> (batches: [LedgerBatch], last: String?) {
        let (heads, following) = try await database.read { db in
            let now = try leases.now(on: db)
            var heads = try self.heads(after: last, now: now, on: db)
            if heads.isEmpty, last != nil { heads = try self.heads(after: nil, now: now, on: db) }
            return (heads, try self.following(heads, limit: limit, now: now, on: db))
        }
        var chosen: [Head] = [], events = 0, bytes = 0
        for head in heads where events < limit && bytes < Self.longestClaim {
            var left = Share(head.source.isEmpty ? .max : share)
            for batch in [head] + (following[head.source] ?? [])
            where events < limit && !left.isSpent && bytes < Self.longestClaim {
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

    // When everybody overflows, each account's batches are of an event or two: then one of each would make a poor claim.
    private func following(_ heads: [Head], limit: Int, now: Date, on db: any Connection) throws -> [String: [Head]] {
        let each = min(limit / max(1, heads.count), Self.turns) - 1
        guard each > 0, !heads.isEmpty else { return [:] }
        let rows = try db.all(Head.self, Self.following(heads.map { ($0.source, $0.batchId) }, each: each, now: now))
        return Dictionary(grouping: rows, by: \.source)
    }

    // The end of what is wanted is looked for first, so that no queue is read beyond it. No name of a batch is behind "g".
    static func following(_ heads: [(String, String)], each: Int, now: Date) -> SQL {
        """
        WITH accounts (account, head) AS \(pairs: heads),
            parts AS MATERIALIZED (
                SELECT account, head, COALESCE(
                    (SELECT e.batch_id FROM webhook_batches e
                     WHERE e.applied_at IS NULL AND e.source = account AND e.batch_id > head
                     ORDER BY e.batch_id LIMIT 1 OFFSET \(each - 1)), 'g') AS tail
                FROM accounts)
        SELECT b.source, b.batch_id, b.events, b.bytes FROM parts CROSS JOIN webhook_batches b
        WHERE b.applied_at IS NULL AND b.source = account AND b.batch_id > head AND b.batch_id <= tail
            AND (b.lease_until IS NULL OR b.lease_until < \(now))
        ORDER BY b.source, b.batch_id
        """
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

/// Whose turn it was last, and what has been claimed ahead for the next one.
final class Turn: Sendable {
    private let state = Mutex<(last: String?, ahead: Task<[LedgerBatch], any Error>?)>((nil, nil))

    var last: String? {
        get { state.withLock { $0.last } }
        set { state.withLock { $0.last = newValue } }
    }

    func claimAhead(_ claim: @escaping @Sendable () async throws -> [LedgerBatch]) {
        state.withLock { $0.ahead = Task { try await claim() } }
    }

    /// What was claimed ahead; nil when nothing was.
    func takeAhead() async throws -> [LedgerBatch]? {
        let ahead = state.withLock { state in
            defer { state.ahead = nil }
            return state.ahead
        }
        return try await ahead?.value
    }
}
