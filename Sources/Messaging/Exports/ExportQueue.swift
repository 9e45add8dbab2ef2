import Foundation
import SQLDatabase

/// An export that is to be made, claimed by this process.
struct WantedExport: MediaTransfer {
    let landlord: Landlord.ID
    let export: Export
    /// Which try this is, from 1 on.
    let tries: Int
}

/// What a try came to.
enum ExportOutcome: Sendable {
    case ready(digest: String, bytes: Int)
    case failed(words: String)
    /// It may work later.
    case again(why: String)
    /// This process stops; another one may go on at once.
    case released
}

/// Decides which exports are made next and what became of them. Pure steps over a connection; `ExportLoop` makes the files.
struct ExportQueue: TransferQueue {
    static let lease: TimeInterval = 60
    static let mostTries = 3
    static let turns = TransferTurns(table: "exports", waiting: "t.state = 'wanted'")

    let db: any Connection
    let now: Date
    let process: String

    func claim(_ free: Int, after: Landlord.ID, underWay: [Landlord.ID: Int]) throws -> ClaimedTransfers<WantedExport> {
        try Self.turns.claim(free, after: after, underWay: underWay, on: db, take: take)
    }

    private func take(_ limit: Int, of landlord: Landlord.ID) throws -> [WantedExport] {
        let rows = try db.all(
            DueRow.self,
            """
            SELECT export_id, tries FROM exports WHERE landlord_id = \(landlord) AND state = 'wanted' AND due_at <= \(now)
                AND (lease_until IS NULL OR lease_until < \(now))
            ORDER BY due_at LIMIT \(limit) \(SQL.skipLocked)
            """)
        try db.executeWithNext(each: rows) { row in
            """
            UPDATE exports SET tries = tries + 1, lease_until = \(now + Self.lease), claimed_by = \(process)
            WHERE landlord_id = \(landlord) AND export_id = \(row.exportId)
            """
        }
        let tries = Dictionary(rows.map { ($0.exportId, $0.tries + 1) }, uniquingKeysWith: { first, _ in first })
        return try LandlordRows(landlord, db).exports(rows.map(\.exportId)).map {
            WantedExport(landlord: landlord, export: $0, tries: tries[$0.exportId] ?? 1)
        }
    }

    func renew() throws {
        try db.execute(
            """
            UPDATE exports SET lease_until = \(now + Self.lease)
            WHERE state = 'wanted' AND claimed_by = \(process) AND lease_until IS NOT NULL
            """)
    }

    func releaseAll() throws {
        try db.execute("UPDATE exports SET lease_until = NULL, claimed_by = NULL WHERE state = 'wanted' AND lease_until IS NOT NULL")
    }

    /// How far one has come.
    func note(_ done: Int, of total: Int, for wanted: WantedExport) throws -> Set<Landlord.ID> {
        try change(wanted, "done = \(done), total = \(total)")
    }

    /// Writes down what a try came to. Answers the landlord when its page has news.
    func record(_ outcome: ExportOutcome, of wanted: WantedExport) throws -> Set<Landlord.ID> {
        switch outcome {
        case .ready(let digest, let bytes):
            let end = now + TimeInterval(Export.keptDays) * 86_400
            return try settle(
                wanted, "state = 'ready', digest = \(digest), bytes = \(bytes), finished_at = \(now), expires_at = \(end)")
        case .failed(let words): return try settle(wanted, "state = 'failed', problem = \(words), finished_at = \(now)")
        case .again where wanted.tries >= Self.mostTries:
            return try settle(
                wanted,
                "state = 'failed', problem = \("It could not be made. Ask for it again; if that fails too, tell us."), finished_at = \(now)"
            )
        case .again: return try settle(wanted, "due_at = \(now + 10)")
        case .released: return try settle(wanted, "tries = tries - 1")
        }
    }

    private func settle(_ wanted: WantedExport, _ outcome: SQL) throws -> Set<Landlord.ID> {
        try change(wanted, "\(outcome), lease_until = NULL, claimed_by = NULL")
    }

    // Only who holds the claim may write.
    private func change(_ wanted: WantedExport, _ outcome: SQL) throws -> Set<Landlord.ID> {
        let export = wanted.export
        let changed = try db.execute(
            """
            UPDATE exports SET \(outcome)
            WHERE landlord_id = \(wanted.landlord) AND export_id = \(export.exportId) AND state = 'wanted' AND claimed_by = \(process)
            """)
        guard changed == 1 else { return [] }
        try LandlordRows(wanted.landlord, db).publish([.export(export.exportId, of: export.conversationId)], now: now)
        return [wanted.landlord]
    }

    /// What nobody could make for a day, as where nothing makes exports any more; some at a time.
    func giveUpLate() throws -> Set<Landlord.ID> {
        let late = try db.all(
            LateRow.self,
            """
            SELECT landlord_id, export_id, conversation_id FROM exports
            WHERE state = 'wanted' AND created_at < \(now - 86_400) AND (lease_until IS NULL OR lease_until < \(now))
            ORDER BY landlord_id, export_id LIMIT 100 \(SQL.skipLocked)
            """)
        return try end(late, "state = 'failed', problem = \("It could not be made for a day. Ask for it again."), finished_at = \(now)")
    }

    /// Files whose days are over; some at a time.
    func expired() throws -> [ExpiredExport] {
        try db.all(
            ExpiredExport.self,
            """
            SELECT landlord_id, export_id, conversation_id, digest FROM exports WHERE state = 'ready' AND expires_at < \(now)
            ORDER BY expires_at LIMIT 50
            """)
    }

    func forget(_ gone: [ExpiredExport]) throws -> Set<Landlord.ID> {
        try end(gone.map { LateRow(landlordId: $0.landlordId, exportId: $0.exportId, conversationId: $0.conversationId) }, "state = 'gone'")
    }

    private func end(_ rows: [LateRow], _ outcome: SQL) throws -> Set<Landlord.ID> {
        try db.executeWithNext(each: rows) { row in
            "UPDATE exports SET \(outcome) WHERE landlord_id = \(row.landlordId) AND export_id = \(row.exportId)"
        }
        let changes = Dictionary(grouping: rows, by: \.landlordId).mapValues {
            $0.map { Change.export($0.exportId, of: $0.conversationId) }
        }
        try LiveChanges.publish(changes, on: db, now: now)
        return Set(changes.keys)
    }
}

/// A file that is kept no longer.
struct ExpiredExport: Decodable, Sendable {
    let landlordId: Landlord.ID
    let exportId: Export.ID
    let conversationId: Conversation.ID
    let digest: String
}

private struct DueRow: Decodable {
    let exportId: Export.ID
    let tries: Int
}

private struct LateRow: Decodable {
    let landlordId: Landlord.ID
    let exportId: Export.ID
    let conversationId: Conversation.ID
}
