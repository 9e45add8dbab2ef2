import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A call to Meta that has been committed as an attempt and must now be made, once.
public struct SendCall: Sendable {
    let landlord: Landlord.ID
    let messageID: Message.ID
    let conversationID: Conversation.ID
    let contactID: Contact.ID
    let lineID: Line.ID
    let accountID: Identifier<WhatsAppAccount>
    let number: Int
    /// Proves that an answer belongs to this very attempt; travels as `biz_opaque_callback_data`.
    let fence: String
    let phoneNumberID: PhoneNumberID
    let sealedToken: String?
    public let message: OutgoingMessage
}

/// What a call came to.
public enum SendResult: Sendable {
    case accepted(SendReceipt)
    case failed(GraphFailure)
    /// The token could not be opened, or the call was begun too late: nothing left this process.
    case notStarted(String)
}

/// Decides what goes out and what an answer means. Pure steps over a connection; `SenderLoop` makes the calls.
public struct Sender {
    static let lease: TimeInterval = 60
    static let checking: TimeInterval = 10 * 60

    let db: any Connection
    let now: Date
    var random: Randomness

    public init(db: any Connection, now: Date, random: Randomness) {
        self.db = db
        self.now = now
        self.random = random
    }

    /// Claims up to `limit` messages, fairly across landlords and in order within a conversation, and commits an attempt for each.
    public mutating func step(limit: Int) throws -> [SendCall] {
        let due = try db.all(DueRow.self, dueMessages(limit: limit))
        guard !due.isEmpty else { return [] }
        var calls: [SendCall] = []
        var changes: [Landlord.ID: [Change]] = [:]
        for row in due {
            let rows = LandlordRows(row.landlordId, db)
            changes[row.landlordId, default: []].append(.message(row.messageId, in: row.conversationId))
            guard let address = try rows.address(of: row.contactId) else {
                try rows.refuse(row.messageId, code: nil, details: SendRefusal.noAddress.message, now: now)
                continue
            }
            guard let content = try? JSONDecoder().decode(OutgoingMessage.Content.self, from: Data(row.content.utf8)) else {
                // One unreadable row must not hold up everybody else's.
                try rows.refuse(row.messageId, code: nil, details: "This message can no longer be read. Write it again.", now: now)
                continue
            }
            calls.append(try begin(row, content, address: address))
        }
        try publish(changes)
        return calls
    }

    // One statement claims nothing twice: the rows are locked, and the oldest of a conversation only is taken.
    private func dueMessages(limit: Int) -> SQL {
        """
        WITH claimed AS MATERIALIZED (
            SELECT landlord_id, message_id FROM outbox WHERE lease_until IS NULL AND (landlord_id, message_id) IN (
                SELECT landlord_id, message_id FROM (
                    SELECT q.landlord_id, q.message_id,
                        ROW_NUMBER() OVER (PARTITION BY q.landlord_id ORDER BY q.position) AS turn, q.due_at
                    FROM outbox q
                    JOIN lines ql ON ql.landlord_id = q.landlord_id AND ql.line_id = q.line_id AND ql.status = 'connected'
                    JOIN accounts qa ON qa.landlord_id = ql.landlord_id AND qa.account_id = ql.account_id AND qa.status = 'connected'
                    WHERE q.due_at <= \(now) AND q.lease_until IS NULL AND NOT EXISTS (
                        SELECT 1 FROM outbox e WHERE e.landlord_id = q.landlord_id AND e.conversation_id = q.conversation_id
                            AND e.position < q.position)
                ) queue ORDER BY turn, due_at LIMIT \(limit)
            ) \(SQL.skipLocked))
        SELECT o.landlord_id, o.message_id, o.conversation_id, o.line_id, o.tries, m.content, m.reply_to, c.contact_id,
            l.phone_number_id, a.account_id, a.token_sealed
        FROM outbox o
        JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
        JOIN conversations c ON c.landlord_id = o.landlord_id AND c.conversation_id = o.conversation_id
        JOIN lines l ON l.landlord_id = o.landlord_id AND l.line_id = o.line_id
        JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id
        WHERE (o.landlord_id, o.message_id) IN (SELECT landlord_id, message_id FROM claimed)
        ORDER BY o.landlord_id, o.position
        """
    }

    private mutating func begin(_ row: DueRow, _ content: OutgoingMessage.Content, address: Identity) throws -> SendCall {
        let fence = "zr-" + uuidV7(now: now, random: &random)
        let recipient: OutgoingMessage.Recipient =
            address.kind == .number ? .to("+" + address.value) : .user(BusinessScopedUserID(rawValue: address.value))
        let message = OutgoingMessage(
            recipient: recipient, replyTo: row.replyTo.map(Wamid.init(rawValue:)), callbackData: fence, content: content)
        try db.execute(
            """
            INSERT INTO attempts (landlord_id, message_id, number, fence, phone_number_id, outcome, started_at)
            VALUES (\(row.landlordId), \(row.messageId), \(row.tries + 1), \(fence), \(row.phoneNumberId), 'calling', \(now))
            """)
        try db.execute(
            """
            UPDATE outbox SET lease_until = \(now + Self.lease), tries = tries + 1
            WHERE landlord_id = \(row.landlordId) AND message_id = \(row.messageId)
            """)
        try LandlordRows(row.landlordId, db).set(.sending, of: row.messageId)
        return SendCall(
            landlord: row.landlordId, messageID: row.messageId, conversationID: row.conversationId, contactID: row.contactId,
            lineID: row.lineId, accountID: row.accountId, number: row.tries + 1, fence: fence,
            phoneNumberID: PhoneNumberID(rawValue: row.phoneNumberId), sealedToken: row.tokenSealed, message: message)
    }

    func publish(_ changes: [Landlord.ID: [Change]]) throws {
        for (landlord, list) in changes.sorted(by: { $0.key < $1.key }) {
            var seen: Set<Change> = []
            try LandlordRows(landlord, db).publish(list.filter { seen.insert($0).inserted }, now: now)
        }
    }
}

/// The business account behind a line; its token opens Meta's doors.
public enum WhatsAppAccount {}

private struct DueRow: Decodable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let conversationId: Conversation.ID
    let lineId: Line.ID
    let tries: Int
    let content: String
    let replyTo: String?
    let contactId: Contact.ID
    let phoneNumberId: String
    let accountId: Identifier<WhatsAppAccount>
    let tokenSealed: String?
}

extension LandlordRows {
    func set(_ state: Message.State, of message: Message.ID) throws {
        try db.execute("UPDATE messages SET state = \(state) WHERE landlord_id = \(landlord) AND message_id = \(message)")
    }

    func leaveOutbox(_ message: Message.ID) throws {
        try db.execute("DELETE FROM outbox WHERE landlord_id = \(landlord) AND message_id = \(message)")
    }

    /// The message will not go out: its reason stays with it.
    func refuse(_ message: Message.ID, code: Int?, details: String, now: Date) throws {
        try db.execute(
            """
            UPDATE messages SET state = 'refused', failed_at = \(now), error_code = \(code), error_details = \(details)
            WHERE landlord_id = \(landlord) AND message_id = \(message)
            """)
        try leaveOutbox(message)
    }
}
