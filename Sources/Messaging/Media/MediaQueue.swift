import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A file that is still at WhatsApp, claimed by this process.
struct WantedMedia: MediaTransfer {
    let landlord: Landlord.ID
    let message: Message.ID
    let conversation: Conversation.ID
    let account: Identifier<WhatsAppAccount>
    let sealedToken: String?
    let phoneNumberID: PhoneNumberID
    /// Which try this is, from 1 on.
    let tries: Int
    let giveUpAt: Date
    /// Meta's ID of the file and its digest as the webhook told it; nil when the message holds no file we understand.
    let media: InboundMedia?
}

/// What a try came to.
enum MediaOutcome: Sendable {
    case stored(MediaFile.Content)
    case lost(MediaFile.Problem)
    /// It may work later.
    case again(why: String)
    /// This process stops; another one may go on at once.
    case released
}

/// Decides which files are fetched next and what an answer means. Pure steps over a connection; `MediaLoop` makes the calls.
struct MediaQueue: TransferQueue {
    /// How long a claim lasts without its process renewing it.
    static let lease: TimeInterval = 60
    /// Meta forgets files that came by webhook after 7 days (fact sheet, section 4).
    static let patience: TimeInterval = 7 * 86_400
    /// Wrong bytes are asked for again so often: a hiccup heals, a changed file does not.
    static let mostChanged = 4

    let db: any Connection
    let now: Date
    let process: String

    static let turns = TransferTurns(table: "media", waiting: "t.state = 'wanted'")

    func claim(_ free: Int, after: Landlord.ID, underWay: [Landlord.ID: Int]) throws -> ClaimedTransfers<WantedMedia> {
        try Self.turns.claim(free, after: after, underWay: underWay, on: db, take: take)
    }

    private func take(_ limit: Int, of landlord: Landlord.ID) throws -> [WantedMedia] {
        let rows = try db.all(WantedRow.self, Self.due(of: landlord, now: now, limit: limit))
        try db.executeWithNext(each: rows) { row in
            """
            UPDATE media SET tries = tries + 1, lease_until = \(now + Self.lease), claimed_by = \(process)
            WHERE landlord_id = \(landlord) AND message_id = \(row.messageId)
            """
        }
        return rows.map { $0.wanted(of: landlord) }
    }

    static func due(of landlord: Landlord.ID, now: Date, limit: Int) -> SQL {
        """
        SELECT f.message_id, f.tries, f.give_up_at, m.conversation_id, m.content, l.phone_number_id, a.account_id, a.token_sealed
        FROM media f
        JOIN messages m ON m.landlord_id = f.landlord_id AND m.message_id = f.message_id
        JOIN lines l ON l.landlord_id = m.landlord_id AND l.line_id = m.line_id AND l.status = 'connected'
        JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id AND a.status = 'connected'
        WHERE f.landlord_id = \(landlord) AND f.state = 'wanted' AND f.due_at <= \(now)
            AND (f.lease_until IS NULL OR f.lease_until < \(now))
        ORDER BY f.due_at LIMIT \(limit) \(SQL.skipLocked(of: "f"))
        """
    }

    func renew() throws {
        try db.execute(
            """
            UPDATE media SET lease_until = \(now + Self.lease)
            WHERE state = 'wanted' AND claimed_by = \(process) AND lease_until IS NOT NULL
            """)
    }

    func releaseAll() throws {
        try db.execute("UPDATE media SET lease_until = NULL, claimed_by = NULL WHERE state = 'wanted' AND lease_until IS NOT NULL")
    }

    /// Writes down what a try came to. Answers the landlord when its page has news. Fetching twice ends in the same file.
    func record(_ outcome: MediaOutcome, of wanted: WantedMedia, random: inout Randomness) throws -> Set<Landlord.ID> {
        let mine: SQL = "landlord_id = \(wanted.landlord) AND message_id = \(wanted.message) AND state = 'wanted'"
        switch outcome {
        case .stored(let content):
            try LandlordRows(wanted.landlord, db).keep(content, now: now)
            return try settle(wanted, mine, "state = 'stored', digest = \(content.digest), problem = NULL")
        case .lost(let problem):
            return try settle(wanted, mine, "state = 'lost', problem = \(problem)")
        case .again:
            let next = now + RetryPolicy.backoff(wanted.tries, random: &random)
            guard next < wanted.giveUpAt else {
                return try settle(wanted, mine, "state = 'lost', problem = \(MediaFile.Problem.unreachable)")
            }
            try db.execute("UPDATE media SET due_at = \(next), lease_until = NULL, claimed_by = NULL WHERE \(mine)")
        case .released:
            try db.execute("UPDATE media SET lease_until = NULL, claimed_by = NULL WHERE \(mine) AND claimed_by = \(process)")
        }
        return []
    }

    private func settle(_ wanted: WantedMedia, _ mine: SQL, _ outcome: SQL) throws -> Set<Landlord.ID> {
        guard try db.execute("UPDATE media SET \(outcome), lease_until = NULL, claimed_by = NULL WHERE \(mine)") > 0 else { return [] }
        try LandlordRows(wanted.landlord, db).publish([.message(wanted.message, in: wanted.conversation)], now: now)
        return [wanted.landlord]
    }

    /// What could not be fetched in time, as on lines that were disconnected; some at a time.
    func giveUpLate() throws -> Set<Landlord.ID> {
        let late = try db.all(
            LateRow.self,
            """
            SELECT f.landlord_id, f.message_id, m.conversation_id FROM media f
            JOIN messages m ON m.landlord_id = f.landlord_id AND m.message_id = f.message_id
            WHERE f.state = 'wanted' AND f.give_up_at < \(now) AND (f.lease_until IS NULL OR f.lease_until < \(now))
            LIMIT 100 \(SQL.skipLocked(of: "f"))
            """)
        try db.executeWithNext(each: late) { row in
            """
            UPDATE media SET state = 'lost', problem = \(MediaFile.Problem.unreachable), lease_until = NULL, claimed_by = NULL
            WHERE landlord_id = \(row.landlordId) AND message_id = \(row.messageId)
            """
        }
        let changes = Dictionary(grouping: late, by: \.landlordId)
            .mapValues { $0.map { Change.message($0.messageId, in: $0.conversationId) } }
        try LiveChanges.publish(changes, on: db, now: now)
        return Set(changes.keys)
    }
}

private struct LateRow: Decodable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let conversationId: Conversation.ID
}

private struct WantedRow: Decodable {
    let messageId: Message.ID
    let tries: Int
    let giveUpAt: Date
    let conversationId: Conversation.ID
    let content: String
    let phoneNumberId: String
    let accountId: Identifier<WhatsAppAccount>
    let tokenSealed: String?

    func wanted(of landlord: Landlord.ID) -> WantedMedia {
        let json = try? JSONValue(parsing: Array(content.utf8))
        return WantedMedia(
            landlord: landlord, message: messageId, conversation: conversationId, account: accountId, sealedToken: tokenSealed,
            phoneNumberID: PhoneNumberID(rawValue: phoneNumberId), tries: tries + 1, giveUpAt: giveUpAt,
            media: json.flatMap { InboundContent(message: $0).media })
    }
}
