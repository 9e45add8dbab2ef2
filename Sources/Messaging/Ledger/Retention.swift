import Foundation
import SQLDatabase

extension Ledger {
    /// How long a body is kept after its last part was applied.
    static let keptFor: TimeInterval = 30 * 86_400
    private static let page = 100

    /// Deletes bodies that have served; `waits` answers which of some events still have parts that wait. What became of their messages
    /// stays, and so do the routes of their wamids, so that Meta's repeats still find nothing to do. Answers how many were deleted.
    func deleteOld(now: Date, waits: ([LedgerEvent.ID]) async throws -> Set<LedgerEvent.ID>) async throws -> Int {
        let end = now - Self.keptFor
        var last = "", deleted = 0
        while true {
            let after = last
            let old = try await database.read { db in
                try db.all(
                    OldRow.self,
                    """
                    SELECT b.batch_id, e.place, COALESCE(e.applied_at, b.applied_at) AS applied_at FROM (
                        SELECT batch_id, applied_at FROM webhook_batches
                        WHERE batch_id > \(after) AND batch_id < \(firstUUIDv7(at: end)) AND applied_at < \(end)
                        ORDER BY batch_id LIMIT \(Self.page)) b
                    JOIN webhook_bodies e ON e.batch_id = b.batch_id ORDER BY b.batch_id, e.place
                    """)
            }
            guard let newest = old.last?.batchId else { return deleted }
            let served = old.filter { $0.appliedAt < end }.map { LedgerEvent.ID(batch: $0.batchId, place: $0.place) }
            deleted += try await delete(served, unless: try await waits(served))
            last = newest
        }
    }

    private func delete(_ events: [LedgerEvent.ID], unless waiting: Set<LedgerEvent.ID>) async throws -> Int {
        let going = events.filter { !waiting.contains($0) }
        var rest = going[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.page))
            rest = rest.dropFirst(Self.page)
            try await database.write { try Self.delete(some, on: $0) }
        }
        return going.count
    }

    private static func delete(_ events: [LedgerEvent.ID], on db: any Connection) throws {
        for table: SQL in ["webhook_bodies", "webhook_problems", "webhook_replays"] {
            try db.execute(each: events) { "DELETE FROM \(table) WHERE batch_id = \($0.batch) AND place = \($0.place)" }
        }
        try db.execute(
            """
            DELETE FROM webhook_batches WHERE batch_id IN \(list: Set(events.map(\.batch)).sorted())
                AND NOT EXISTS (SELECT 1 FROM webhook_bodies e WHERE e.batch_id = webhook_batches.batch_id)
            """)
    }
}

extension WaitingItems {
    /// Those of some events that have parts which wait.
    static func waiting(of events: [LedgerEvent.ID], on db: any Connection) throws -> Set<LedgerEvent.ID> {
        Set(
            try db.all(String.self, "SELECT DISTINCT event_id FROM waiting_items WHERE event_id IN \(list: events.map { "\($0)" })")
                .map { LedgerEvent.ID($0) })
    }
}

private struct OldRow: Decodable {
    let batchId: String
    let place: Int
    let appliedAt: Date
}
