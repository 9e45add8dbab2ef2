import Foundation
import SQLDatabase

/// Which stored events are to be applied again. Applying is idempotent, so asking for too many costs time only.
public enum ReplaySelection: Sendable {
    case all
    case since(Date)
    case landlord(Landlord.ID)
    case event(LedgerEvent.ID)
}

extension Messaging {
    /// Asks for events to be applied again: by the running server, or by the next one. Answers how many. Throws `NotFound` for a landlord
    /// who does not exist: what is nobody's would be applied again then, which nobody has asked for.
    public func replay(_ selection: ReplaySelection) async throws -> Int {
        switch selection {
        case .all: return try await ledger.replay(from: "", sources: nil, now: clock())
        case .since(let time): return try await ledger.replay(from: firstUUIDv7(at: time), sources: nil, now: clock())
        case .event(let id): return try await ledger.replay(id, now: clock())
        case .landlord(let landlord):
            guard try await landlords.exists(landlord) else { throw NotFound() }
            let accounts = try await database.read { db in
                try db.all(String.self, "SELECT DISTINCT waba_id FROM accounts WHERE landlord_id = \(landlord)")
            }
            // Bodies that tell of several accounts, or of none that can be read, belong to anybody.
            return try await ledger.replay(from: "", sources: accounts + [""], now: clock())
        }
    }
}

extension Ledger {
    /// Batches per transaction: the writer is held for milliseconds only.
    private static let page = 50

    fileprivate func replay(from start: String, sources: [String]?, now: Date) async throws -> Int {
        let belongs: SQL = sources.map { "AND source IN \(list: $0)" } ?? ""
        // A batch of several accounts has none of its own; its bodies have.
        let chosen: SQL = sources.map { "AND (source IS NULL OR source IN \(list: $0))" } ?? ""
        var last = start, count = 0
        while true {
            let after = last
            let batches = try await database.read { db in
                try db.all(
                    String.self,
                    """
                    SELECT batch_id FROM webhook_batches WHERE batch_id > \(after) AND applied_at IS NOT NULL \(belongs)
                    ORDER BY batch_id LIMIT \(Self.page)
                    """)
            }
            guard let end = batches.last else { return count }
            count += try await database.write { db in
                try db.execute(
                    """
                    INSERT INTO webhook_replays (batch_id, place, requested_at)
                    SELECT batch_id, place, CAST(\(now) AS BIGINT) FROM webhook_bodies WHERE batch_id IN \(list: batches) \(chosen)
                    ON CONFLICT (batch_id, place) DO NOTHING
                    """)
            }
            last = end
        }
    }

    fileprivate func replay(_ event: LedgerEvent.ID, now: Date) async throws -> Int {
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO webhook_replays (batch_id, place, requested_at)
                SELECT batch_id, place, CAST(\(now) AS BIGINT) FROM webhook_bodies
                WHERE batch_id = \(event.batch) AND place = \(event.place)
                ON CONFLICT (batch_id, place) DO NOTHING
                """)
        }
    }

    /// The next events to be applied again, as many as a claim may hold. Two processes may take the same ones, which changes nothing.
    func replays(limit: Int, bytes most: Int = Ledger.longestClaim) async throws -> [LedgerEvent.ID] {
        let rows = try await database.read { db in
            try db.all(
                ReplayRow.self,
                """
                SELECT r.batch_id, r.place, COALESCE(LENGTH(e.body), 0) AS bytes FROM webhook_replays r
                LEFT JOIN webhook_bodies e ON e.batch_id = r.batch_id AND e.place = r.place ORDER BY r.batch_id, r.place LIMIT \(limit)
                """)
        }
        var bytes = 0
        return rows.prefix { row in
            defer { bytes += row.bytes }
            return bytes < most
        }.map(\.event)
    }

    /// The first of some parts, as many as a claim may hold: each brings the whole body of its event.
    func affordable(_ parts: [WaitingItems.Row], bytes most: Int = Ledger.longestClaim) async throws -> [WaitingItems.Row] {
        let events = Dictionary(grouping: Set(parts.map(\.event)), by: \.batch).sorted { $0.key < $1.key }
        let rows = try await database.read { db in
            try events.flatMap { batch, places in
                try db.all(
                    ReplayRow.self,
                    """
                    SELECT batch_id, place, LENGTH(body) AS bytes FROM webhook_bodies
                    WHERE batch_id = \(batch) AND place IN \(list: places.map(\.place))
                    """)
            }
        }
        var sizes = Dictionary(rows.map { ($0.event, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        var bytes = 0
        return parts.filter { part in
            // A body is there once, however many of its parts wait.
            let isWithin = bytes < most || sizes[part.event] == nil
            if isWithin { bytes += sizes.removeValue(forKey: part.event) ?? 0 }
            return isWithin
        }
    }

    /// Notes that these were applied again; what was wrong with them then is forgotten, unless it still is.
    func finishReplays(_ events: [LedgerEvent.ID], problems: [LedgerEvent.ID: String], now: Date) async throws {
        try await database.write { db in
            for table: SQL in ["webhook_replays", "webhook_problems"] {
                try db.execute(each: events) { "DELETE FROM \(table) WHERE batch_id = \($0.batch) AND place = \($0.place)" }
            }
            try Self.note(problems, on: db, now: now)
        }
    }

    /// Notes when the last part of an event was applied, where that was later than its batch: its body is kept from then on.
    func noteLate(_ events: [LedgerEvent.ID], now: Date) async throws {
        try await database.write { db in
            try db.execute(each: events) { event in
                "UPDATE webhook_bodies SET applied_at = \(now) WHERE batch_id = \(event.batch) AND place = \(event.place)"
            }
        }
    }
}

private struct ReplayRow: Decodable {
    let batchId: String
    let place: Int
    let bytes: Int

    var event: LedgerEvent.ID { LedgerEvent.ID(batch: batchId, place: place) }
}
