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
        try db.executeWithNext(each: problems.sorted { "\($0.key)" < "\($1.key)" }) { event, problem in
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

private struct KeptRow: Decodable {
    let batchId: String
    let place: Int
    let body: [UInt8]
    let receivedAt: Date
}
