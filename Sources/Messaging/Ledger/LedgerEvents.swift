import Foundation
import SQLDatabase

/// A stored webhook body.
struct LedgerEvent: Decodable, Sendable {
    let eventId: String
    let receivedAt: Date
    let body: [UInt8]
}

extension Ledger {
    static let lease: TimeInterval = 30

    /// Takes the oldest waiting events for this process. The claim is materialized: PostgreSQL may otherwise run it again for each row
    /// and lock more than it takes.
    nonisolated func claim(limit: Int, now: Date) async throws -> [LedgerEvent] {
        try await database.write { db in
            try db.all(
                LedgerEvent.self,
                """
                WITH claimed AS MATERIALIZED (
                    SELECT event_id FROM webhook_events WHERE state = 'waiting' AND (lease_until IS NULL OR lease_until < \(now))
                    ORDER BY event_id LIMIT \(limit) \(SQL.skipLocked))
                UPDATE webhook_events SET lease_until = \(now + Self.lease), tries = tries + 1
                WHERE event_id IN (SELECT event_id FROM claimed)
                RETURNING event_id, received_at, body
                """
            ).sorted { $0.eventId < $1.eventId }
        }
    }

    /// The bodies of events whose waiting parts were released.
    nonisolated func events(_ ids: [String]) async throws -> [LedgerEvent] {
        try await database.read {
            try $0.all(LedgerEvent.self, "SELECT event_id, received_at, body FROM webhook_events WHERE event_id IN \(list: ids)")
        }
    }

    /// Notes what became of claimed events.
    nonisolated func finish(_ outcomes: [LedgerOutcome], now: Date) async throws {
        try await database.write { db in
            try db.execute(each: outcomes) { outcome in
                """
                UPDATE webhook_events SET state = \(outcome.error == nil ? "applied" : "setAside"), items = \(outcome.items),
                    error = \(outcome.error), applied_at = \(now), lease_until = NULL
                WHERE event_id = \(outcome.eventID)
                """
            }
        }
    }

    /// Gives claimed events back unapplied, since the database could not take them just now.
    nonisolated func release(_ ids: [String]) async throws {
        try await database.write { db in
            try db.execute("UPDATE webhook_events SET lease_until = NULL WHERE state = 'waiting' AND event_id IN \(list: ids)")
        }
    }

    /// A process that has just started on a database of its own owes nothing to the leases of the one before.
    nonisolated func releaseAll() async throws {
        try await database.write { try $0.execute("UPDATE webhook_events SET lease_until = NULL WHERE state = 'waiting'") }
    }

    /// Everything that arrived until then has been applied; nil while older events wait.
    nonisolated func appliedThrough() async throws -> Date? {
        try await database.read { db in
            if try db.exists("SELECT 1 FROM webhook_events WHERE state = 'waiting'") { return nil }
            return try db.first(Date?.self, "SELECT MAX(received_at) FROM webhook_events") ?? nil
        }
    }
}

/// What became of an event.
struct LedgerOutcome: Sendable {
    let eventID: String
    let items: Int
    /// Set when the event, or a part of it, was set aside.
    let error: String?
}

/// How the ledger stands, for `zenrent ledger status` and `/ready`.
public struct LedgerStatus: Sendable, Codable, Equatable {
    public struct Waiting: Sendable, Codable, Equatable {
        public let reason: String
        public let count: Int
        public let oldest: Date
    }

    public struct SetAside: Sendable, Codable, Equatable {
        public let eventId: String
        public let receivedAt: Date
        public let error: String?
    }

    /// Events stored and not yet applied.
    public let waiting: Int
    public let oldestSeconds: Double?
    public let applied: Int
    /// Events that could not be understood or applied, in whole or in part.
    public let setAside: Int
    /// Parts of events that wait for a line, a proof or a target.
    public let parked: Int
    public let parkedBy: [Waiting]
    public let lastSetAside: [SetAside]
}

extension Messaging {
    public func ledgerStatus() async throws -> LedgerStatus {
        let now = clock()
        let parked = try await database.read { db in
            try db.all(
                LedgerStatus.Waiting.self,
                """
                SELECT reason, COUNT(*) AS count, MIN(waiting_since) AS oldest FROM waiting_items WHERE released_at IS NULL
                GROUP BY reason ORDER BY reason
                """)
        }
        return try await ledger.database.read { db in
            func count(_ state: String) throws -> Int {
                try db.first(Int.self, "SELECT COUNT(*) FROM webhook_events WHERE state = \(state)") ?? 0
            }
            let oldest = try db.first(Date?.self, "SELECT MIN(received_at) FROM webhook_events WHERE state = 'waiting'") ?? nil
            return LedgerStatus(
                waiting: try count("waiting"), oldestSeconds: oldest.map { now.timeIntervalSince($0) }, applied: try count("applied"),
                setAside: try count("setAside"), parked: parked.reduce(0) { $0 + $1.count }, parkedBy: parked,
                lastSetAside: try db.all(
                    LedgerStatus.SetAside.self,
                    """
                    SELECT event_id, received_at, error FROM webhook_events WHERE state = 'setAside' ORDER BY event_id DESC LIMIT 20
                    """))
        }
    }
}
