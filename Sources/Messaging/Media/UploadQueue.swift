import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A file of ours that WhatsApp must have before messages with it can go, claimed by this process.
struct DueUpload: MediaTransfer {
    let landlord: Landlord.ID
    let digest: String
    let mimeType: String
    let bytes: Int
    let account: Identifier<WhatsAppAccount>
    let sealedToken: String?
    let phoneNumberID: PhoneNumberID
    let tries: Int
}

/// What a try came to.
enum UploadOutcome: Sendable {
    case uploaded(MediaID)
    /// WhatsApp does not take it; its code, and words for the landlord.
    case refused(code: Int?, words: String)
    /// It may work later.
    case again(why: String)
    /// This process stops; another one may go on at once.
    case released
}

/// Decides which files are handed to WhatsApp next. The messages that need them stand in the outbox, in their turn, and become ready when
/// the file is there. Pure steps over a connection; `UploadLoop` makes the calls.
struct UploadQueue: TransferQueue {
    static let lease: TimeInterval = 60
    /// Meta keeps uploaded files for 30 days (fact sheet, section 4); a day before, one is handed over anew.
    static let lasts: TimeInterval = 29 * 86_400
    static let turns = TransferTurns(table: "media_uploads", waiting: "t.meta_id IS NULL")

    let db: any Connection
    let now: Date
    let process: String

    func claim(_ free: Int, after: Landlord.ID, underWay: [Landlord.ID: Int]) throws -> ClaimedTransfers<DueUpload> {
        try Self.turns.claim(free, after: after, underWay: underWay, on: db, take: take)
    }

    private func take(_ limit: Int, of landlord: Landlord.ID) throws -> [DueUpload] {
        let rows = try db.all(UploadRow.self, Self.due(of: landlord, now: now, limit: limit))
        try db.executeWithNext(each: rows) { row in
            """
            UPDATE media_uploads SET tries = tries + 1, lease_until = \(now + Self.lease), claimed_by = \(process)
            WHERE landlord_id = \(landlord) AND digest = \(row.digest) AND phone_number_id = \(row.phoneNumberId)
            """
        }
        return rows.map { $0.upload(of: landlord) }
    }

    static func due(of landlord: Landlord.ID, now: Date, limit: Int) -> SQL {
        """
        SELECT u.digest, u.phone_number_id, u.mime_type, u.tries, c.bytes, a.account_id, a.token_sealed
        FROM media_uploads u
        JOIN media_contents c ON c.landlord_id = u.landlord_id AND c.digest = u.digest
        JOIN lines l ON l.landlord_id = u.landlord_id AND l.phone_number_id = u.phone_number_id AND l.status = 'connected'
        JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id AND a.status = 'connected'
        WHERE u.landlord_id = \(landlord) AND u.meta_id IS NULL AND u.due_at <= \(now)
            AND (u.lease_until IS NULL OR u.lease_until < \(now))
        ORDER BY u.due_at LIMIT \(limit) \(SQL.skipLocked(of: "u"))
        """
    }

    func renew() throws {
        try db.execute(
            """
            UPDATE media_uploads SET lease_until = \(now + Self.lease)
            WHERE meta_id IS NULL AND claimed_by = \(process) AND lease_until IS NOT NULL
            """)
    }

    func releaseAll() throws {
        try db.execute(
            "UPDATE media_uploads SET lease_until = NULL, claimed_by = NULL WHERE meta_id IS NULL AND lease_until IS NOT NULL")
    }

    /// Writes down what a try came to. Answers the landlords with something new to see.
    func record(_ outcome: UploadOutcome, of upload: DueUpload, random: inout Randomness) throws -> Set<Landlord.ID> {
        let mine: SQL = """
            landlord_id = \(upload.landlord) AND digest = \(upload.digest) AND phone_number_id = \(upload.phoneNumberID.rawValue)
                AND meta_id IS NULL
            """
        switch outcome {
        case .uploaded(let id):
            try db.execute(
                """
                UPDATE media_uploads SET meta_id = \(id.rawValue), uploaded_at = \(now), lease_until = NULL, claimed_by = NULL WHERE \(mine)
                """)
            return try settle(upload) { try go($0, of: upload, as: id) }
        case .refused(let code, let words):
            try db.execute("DELETE FROM media_uploads WHERE \(mine)")
            return try settle(upload) { try LandlordRows(upload.landlord, db).refuse($0.messageId, code: code, details: words, now: now) }
        case .again:
            let next = now + RetryPolicy.backoff(upload.tries, random: &random)
            try db.execute("UPDATE media_uploads SET due_at = \(next), lease_until = NULL, claimed_by = NULL WHERE \(mine)")
            return try giveUpLate(upload)
        case .released:
            try db.execute(
                "UPDATE media_uploads SET lease_until = NULL, claimed_by = NULL WHERE \(mine) AND claimed_by = \(process)")
            return []
        }
    }

    /// Messages that have waited for a file longer than a chat message may.
    func giveUpLate() throws -> Set<Landlord.ID> {
        let late = try db.all(
            WaitingMessage.self,
            """
            SELECT o.landlord_id, o.message_id, o.conversation_id, m.content FROM outbox o
            JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
            WHERE o.file_digest IS NOT NULL AND o.give_up_at <= \(now) ORDER BY o.give_up_at LIMIT 100 \(SQL.skipLocked(of: "o"))
            """)
        return try settle(late) { try LandlordRows($0.landlordId, db).refuse($0.messageId, code: nil, details: Self.late, now: now) }
    }

    private static let late =
        "The file could not be handed to WhatsApp for half an hour. Look whether your number is connected, then send it again."

    private func giveUpLate(_ upload: DueUpload) throws -> Set<Landlord.ID> {
        let late = try waiting(for: upload, andAlso: "AND o.give_up_at <= \(now)")
        return try settle(late) { try LandlordRows(upload.landlord, db).refuse($0.messageId, code: nil, details: Self.late, now: now) }
    }

    private func settle(_ upload: DueUpload, _ work: (WaitingMessage) throws -> Void) throws -> Set<Landlord.ID> {
        try settle(waiting(for: upload), work)
    }

    private func settle(_ messages: [WaitingMessage], _ work: (WaitingMessage) throws -> Void) throws -> Set<Landlord.ID> {
        var changes = SendChanges()
        for message in messages {
            try work(message)
            changes.moved(message.messageId, in: message.conversationId, of: message.landlordId)
        }
        try changes.publish(on: db, now: now)
        return changes.landlords
    }

    private func waiting(for upload: DueUpload, andAlso condition: SQL = "") throws -> [WaitingMessage] {
        try db.all(
            WaitingMessage.self,
            """
            SELECT o.landlord_id, o.message_id, o.conversation_id, m.content FROM outbox o
            JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
            JOIN lines l ON l.landlord_id = o.landlord_id AND l.line_id = o.line_id
            WHERE o.landlord_id = \(upload.landlord) AND o.file_digest = \(upload.digest)
                AND l.phone_number_id = \(upload.phoneNumberID.rawValue) \(condition)
            ORDER BY o.message_id \(SQL.lock("o"))
            """)
    }

    // From here on it is a message like any other.
    private func go(_ message: WaitingMessage, of upload: DueUpload, as id: MediaID) throws {
        let content = try JSONDecoder().decode(OutgoingMessage.Content.self, from: Data(message.content.utf8))
        try db.executeWithNext(
            """
            UPDATE messages SET content = \(content.with(.uploaded(id)).text)
            WHERE landlord_id = \(message.landlordId) AND message_id = \(message.messageId)
            """)
        try db.executeWithNext(
            """
            UPDATE outbox SET file_digest = NULL, due_at = \(now)
            WHERE landlord_id = \(message.landlordId) AND message_id = \(message.messageId)
            """)
    }
}

extension OutgoingMessage.Content {
    /// The same with its file's place at Meta; without one it must be handed over first.
    func with(_ source: OutgoingMedia.Source?) -> Self {
        guard case .media(var media) = self else { return self }
        media.source = source
        return .media(media)
    }

    var text: String { json(self) }
}

private struct WaitingMessage: Decodable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let conversationId: Conversation.ID
    let content: String
}

private struct UploadRow: Decodable {
    let digest: String
    let phoneNumberId: String
    let mimeType: String
    let tries: Int
    let bytes: Int
    let accountId: Identifier<WhatsAppAccount>
    let tokenSealed: String?

    func upload(of landlord: Landlord.ID) -> DueUpload {
        DueUpload(
            landlord: landlord, digest: digest, mimeType: mimeType, bytes: bytes, account: accountId, sealedToken: tokenSealed,
            phoneNumberID: PhoneNumberID(rawValue: phoneNumberId), tries: tries + 1)
    }
}
