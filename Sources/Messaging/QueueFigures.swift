import Foundation
import SQLDatabase

/// How the smaller queues stand, all processes together. Nobody can be told from it.
public struct QueueFigures: Sendable, Equatable {
    /// One of them.
    public struct Queue: Sendable, Equatable {
        /// How many are in it, counted up to `SendingFigures.mostCounted`.
        public let waiting: Int
        /// For how long the first one could have gone on already; 0 when none could.
        public let oldestSeconds: Double
    }

    /// "I have read this", still to be told to Meta.
    public let receipts: Queue
    /// Numbers that are being connected.
    public let onboardings: Queue
    /// Events that somebody asked to have applied again.
    public let replays: Queue
}

extension Messaging {
    /// How the smaller queues stand. Reads a bounded number of index entries.
    public func queueFigures() async throws -> QueueFigures {
        let leases = leases, asked = clock()
        let (receipts, onboardings) = try await database.read { db in
            let now = try leases.now(on: db)
            return (
                try QueueFigures.Queue("read_receipts", first: "due_at", on: db, now: now),
                try QueueFigures.Queue("onboardings WHERE status = 'running'", first: "due_at", on: db, now: now)
            )
        }
        let replays = try await ledger.database.read { db in
            try QueueFigures.Queue("webhook_replays", since: "requested_at", first: "batch_id, place", on: db, now: asked)
        }
        return QueueFigures(receipts: receipts, onboardings: onboardings, replays: replays)
    }
}

extension QueueFigures.Queue {
    fileprivate init(_ rows: SQL, since: SQL = "due_at", first order: SQL, on db: any Connection, now: Date) throws {
        let most = SendingFigures.mostCounted
        waiting = try db.first(Int.self, "SELECT COUNT(*) FROM (SELECT 1 FROM \(rows) LIMIT \(most)) counted") ?? 0
        let first = try db.first(Date.self, "SELECT \(since) FROM \(rows) ORDER BY \(order) LIMIT 1")
        oldestSeconds = first.map { max(0, now.timeIntervalSince($0)) } ?? 0
    }
}
