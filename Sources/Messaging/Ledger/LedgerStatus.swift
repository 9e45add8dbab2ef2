import Foundation
import SQLDatabase
import Synchronization

/// How far behind applying is; cheap enough for every health check.
public struct LedgerLag: Sendable, Codable, Equatable {
    /// Events stored and not yet applied.
    public let waiting: Int
    /// How long the oldest of them has waited.
    public let oldestSeconds: Double?
    /// Events that a replay will apply again.
    public let replaying: Int
    /// When this process last had to refuse a webhook, if that was within the last 15 minutes.
    public let refusedAt: Date?
}

/// How the ledger stands, for `zenrent ledger status` and the operators' page.
public struct LedgerStatus: Sendable, Codable, Equatable {
    /// Every reason for which a part may wait.
    public static let reasons = reasonsToWait

    /// Parts that wait for the same reason.
    public struct Waiting: Sendable, Codable, Equatable {
        public let reason: String
        public let count: Int
        public let oldest: Date

        package init(reason: String, count: Int, oldest: Date) {
            (self.reason, self.count, self.oldest) = (reason, count, oldest)
        }
    }

    /// An event that could not be understood or applied, in whole or in part.
    public struct SetAside: Sendable, Codable, Equatable {
        public let eventId: String
        public let receivedAt: Date
        public let error: String

        package init(eventId: String, receivedAt: Date, error: String) {
            (self.eventId, self.receivedAt, self.error) = (eventId, receivedAt, error)
        }
    }

    /// Events stored and not yet applied.
    public let waiting: Int
    /// How long the oldest of them has waited.
    public let oldestSeconds: Double?
    /// Events that a replay will apply again.
    public let replaying: Int
    /// Events per second that arrived during the last minute.
    public let arriving: Double
    /// Events per second that were applied of those.
    public let applying: Double
    public let setAside: Int
    /// Parts of events that wait for a line, a proof or a target.
    public let parked: Int
    public let parkedBy: [Waiting]
    public let lastSetAside: [SetAside]

    package init(
        waiting: Int, oldestSeconds: Double?, replaying: Int, arriving: Double, applying: Double, setAside: Int, parked: Int,
        parkedBy: [Waiting], lastSetAside: [SetAside]
    ) {
        (self.waiting, self.oldestSeconds, self.replaying) = (waiting, oldestSeconds, replaying)
        (self.arriving, self.applying, self.setAside, self.parked) = (arriving, applying, setAside, parked)
        (self.parkedBy, self.lastSetAside) = (parkedBy, lastSetAside)
    }
}

extension Messaging {
    /// How far behind applying is. Its cost is that of what waits, so with much waiting it may be as old as twenty readings take.
    public func ledgerLag() async throws -> LedgerLag {
        let now = clock(), begun = ContinuousClock.now
        if let known = lagReading.known(at: begun) { return known.lag(now: now, refusedAt: ledger.figures.refusedLately(now)) }
        let row = try await ledger.database.read { try Self.lag(on: $0) }
        lagReading.keep(row, from: begun, to: .now)
        return row.lag(now: now, refusedAt: ledger.figures.refusedLately(now))
    }

    /// How the ledger stands in full.
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
            let rates = try db.first(
                Rates.self,
                """
                SELECT COALESCE(SUM(events), 0) AS arrived,
                    COALESCE(SUM(CASE WHEN applied_at IS NULL THEN 0 ELSE events END), 0) AS applied
                FROM webhook_batches WHERE batch_id >= \(firstUUIDv7(at: now - 60))
                """)
            let lag = try Self.lag(on: db).lag(now: now, refusedAt: nil)
            return LedgerStatus(
                waiting: lag.waiting, oldestSeconds: lag.oldestSeconds, replaying: lag.replaying,
                arriving: Double(rates?.arrived ?? 0) / 60, applying: Double(rates?.applied ?? 0) / 60,
                setAside: try db.first(Int.self, "SELECT COUNT(*) FROM webhook_problems") ?? 0,
                parked: parked.reduce(0) { $0 + $1.count }, parkedBy: parked, lastSetAside: try Self.lastSetAside(on: db))
        }
    }

    private static func lag(on db: any Connection) throws -> LagRow {
        try db.first(
            LagRow.self,
            """
            SELECT COALESCE(SUM(events), 0) AS waiting, MIN(received_at) AS oldest, (SELECT COUNT(*) FROM webhook_replays) AS replaying
            FROM webhook_batches WHERE applied_at IS NULL
            """) ?? LagRow(waiting: 0, oldest: nil, replaying: 0)
    }

    private static func lastSetAside(on db: any Connection) throws -> [LedgerStatus.SetAside] {
        try db.all(
            ProblemRow.self,
            """
            SELECT p.batch_id, p.place, p.problem, b.received_at FROM webhook_problems p
            JOIN webhook_batches b ON b.batch_id = p.batch_id ORDER BY p.batch_id DESC, p.place DESC LIMIT 20
            """
        ).map { row in
            LedgerStatus.SetAside(
                eventId: "\(LedgerEvent.ID(batch: row.batchId, place: row.place))", receivedAt: row.receivedAt, error: row.problem)
        }
    }
}

// `Waiting` means something else inside `LedgerStatus`.
private let reasonsToWait = Waiting.allCases.map(\.rawValue)

private struct Rates: Decodable {
    let arrived: Int
    let applied: Int
}

/// The last reading of the lag, kept for twenty times as long as it took: who asks often must not slow down what he asks about.
final class LagReading: Sendable {
    private let last = Mutex<(row: LagRow, until: ContinuousClock.Instant)?>(nil)

    func known(at moment: ContinuousClock.Instant) -> LagRow? {
        last.withLock { $0.flatMap { moment < $0.until ? $0.row : nil } }
    }

    func keep(_ row: LagRow, from begun: ContinuousClock.Instant, to ended: ContinuousClock.Instant) {
        last.withLock { $0 = (row, ended + (ended - begun) * 20) }
    }
}

/// How far behind applying was when it was last looked at.
struct LagRow: Decodable {
    let waiting: Int
    let oldest: Date?
    let replaying: Int

    func lag(now: Date, refusedAt: Date?) -> LedgerLag {
        LedgerLag(waiting: waiting, oldestSeconds: oldest.map { now.timeIntervalSince($0) }, replaying: replaying, refusedAt: refusedAt)
    }
}

private struct ProblemRow: Decodable {
    let batchId: String
    let place: Int
    let problem: String
    let receivedAt: Date
}
