import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message's row while a batch works on it.
struct MessageRecord: Codable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let lineId: Line.ID
    let conversationId: Conversation.ID
    let direction: Message.Direction
    var wamid: String?
    var type: String
    var content: String
    var preview: String
    var richness: Int
    var replyTo: String?
    var state: Message.State
    let at: Date
    var acceptedAt: Date?
    var sentAt: Date?
    var deliveredAt: Date?
    var readAt: Date?
    var playedAt: Date?
    var failedAt: Date?
    var errorCode: Int?
    var errorDetails: String?
    var editedAt: Date?
    var editedWamid: String?
    var editedContent: String?
    var revokedAt: Date?

    static let columns: SQL = """
        landlord_id, message_id, line_id, conversation_id, direction, wamid, type, content, preview, richness, reply_to, state, at,
        accepted_at, sent_at, delivered_at, read_at, played_at, failed_at, error_code, error_details, edited_at, edited_wamid,
        edited_content, revoked_at
        """
}

/// The conversations and messages a batch touches: read once, changed in memory, written in a handful of statements.
struct Threads {
    private struct Place: Hashable {
        let landlord: Landlord.ID
        let line: Line.ID
        let contact: Contact.ID
    }

    private struct Thread {
        var record: ConversationRecord
        let landlord: Landlord.ID
        var isChanged = false
    }

    private let db: any Connection
    private let now: Date
    private var threads: [Conversation.ID: Thread] = [:]
    private var places: [Place: Conversation.ID] = [:]
    private var messages: [Message.ID: MessageRecord] = [:]
    private var added: [Message.ID] = []
    private var changed: Set<Message.ID> = []
    private var resolved: [Message.ID] = []

    init(db: any Connection, now: Date) {
        self.db = db
        self.now = now
    }

    /// Reads the messages, and their conversations, that items point at. Rows stay locked, since the sender changes them too.
    mutating func load(_ wanted: [(landlord: Landlord.ID, message: Message.ID)]) throws {
        let landlords = Set(wanted.map(\.landlord)).sorted(), ids = Set(wanted.map(\.message)).sorted()
        let rows = try db.all(
            MessageRecord.self,
            """
            SELECT \(MessageRecord.columns) FROM messages WHERE landlord_id IN \(list: landlords) AND message_id IN \(list: ids)
            ORDER BY message_id \(SQL.lockRow)
            """)
        for row in rows { messages[row.messageId] = row }
        try loadThreads(of: landlords, where: "conversation_id IN \(list: Set(rows.map(\.conversationId)).sorted())")
    }

    /// Reads, or makes, the conversations of contacts on their lines.
    mutating func open(_ wanted: [(landlord: Landlord.ID, line: Line.ID, contact: Contact.ID)], random: inout Randomness) throws {
        let landlords = Set(wanted.map(\.landlord)).sorted(), people = Set(wanted.map(\.contact)).sorted()
        try loadThreads(of: landlords, where: "contact_id IN \(list: people)")
        for (landlord, line, contact) in wanted where places[Place(landlord: landlord, line: line, contact: contact)] == nil {
            let record = try LandlordRows(landlord, db).openConversation(with: contact, on: line, now: now, random: &random)
            remember(record, landlord)
        }
    }

    private mutating func loadThreads(of landlords: [Landlord.ID], where condition: SQL) throws {
        let rows = try db.rows(
            """
            SELECT landlord_id, \(ConversationRecord.columns) FROM conversations
            WHERE landlord_id IN \(list: landlords) AND \(condition) ORDER BY conversation_id \(SQL.lockRow)
            """)
        for row in rows {
            remember(try row.decode(ConversationRecord.self), try row.decode(LandlordOfRow.self).landlordId)
        }
    }

    private mutating func remember(_ record: ConversationRecord, _ landlord: Landlord.ID) {
        guard threads[record.conversationId] == nil else { return }
        threads[record.conversationId] = Thread(record: record, landlord: landlord)
        places[Place(landlord: landlord, line: record.lineId, contact: record.contactId)] = record.conversationId
    }

    func message(_ id: Message.ID) -> MessageRecord? { messages[id] }

    func conversation(of contact: Contact.ID, on line: Line.ID, landlord: Landlord.ID) -> Conversation.ID? {
        places[Place(landlord: landlord, line: line, contact: contact)]
    }

    func contact(of conversation: Conversation.ID) -> Contact.ID? { threads[conversation]?.record.contactId }

    mutating func add(_ message: MessageRecord, opensWindowAt time: Date?, counts: Bool) {
        messages[message.messageId] = message
        added.append(message.messageId)
        guard var thread = threads[message.conversationId] else { return }
        // A thread without messages holds the time of its making; the first real message sets its place.
        if thread.record.lastMessageId == nil
            || (thread.record.lastMessageAt, thread.record.lastMessageId ?? message.messageId) <= (message.at, message.messageId)
        {
            thread.record.lastMessageAt = message.at
            thread.record.lastMessageId = message.messageId
        }
        if counts { thread.record.unread += 1 }
        thread.isChanged = true
        threads[message.conversationId] = thread
        if let time { openWindow(of: message.conversationId, at: time) }
    }

    mutating func openWindow(of conversation: Conversation.ID, at time: Date) {
        guard var thread = threads[conversation], thread.record.lastInboundAt.map({ $0 < time }) ?? true else { return }
        thread.record.lastInboundAt = time
        thread.isChanged = true
        threads[conversation] = thread
    }

    /// Changes a message. Answers whether anything became different.
    @discardableResult
    mutating func change(_ id: Message.ID, _ work: (inout MessageRecord) -> Bool) -> Bool {
        guard var record = messages[id], work(&record) else { return false }
        if messages[id]?.wamid == nil, record.wamid != nil { resolved.append(id) }
        messages[id] = record
        changed.insert(id)
        return true
    }

    /// The wamids that are known since this batch, of messages it added or whose fate it resolved; whatever waited for them can go on.
    var newWamids: [String] { (added + resolved).compactMap { messages[$0]?.wamid } }

    func write() throws {
        try db.execute(each: added.compactMap { messages[$0] }) { insertion(of: $0) }
        let updated = changed.subtracting(added).sorted().compactMap { messages[$0] }
        try db.execute(each: updated) { update(of: $0) }
        try db.execute(each: threads.values.filter(\.isChanged).sorted { $0.record.conversationId < $1.record.conversationId }) { thread in
            """
            UPDATE conversations SET last_inbound_at = \(thread.record.lastInboundAt), last_message_at = \(thread.record.lastMessageAt),
                last_message_id = \(thread.record.lastMessageId), unread = \(thread.record.unread)
            WHERE landlord_id = \(thread.landlord) AND conversation_id = \(thread.record.conversationId)
            """
        }
    }

    private func insertion(of m: MessageRecord) -> SQL {
        """
        INSERT INTO messages (\(MessageRecord.columns), created_at)
        VALUES (\(m.landlordId), \(m.messageId), \(m.lineId), \(m.conversationId), \(m.direction), \(m.wamid), \(m.type), \(m.content),
            \(m.preview), \(m.richness), \(m.replyTo), \(m.state), \(m.at), \(m.acceptedAt), \(m.sentAt), \(m.deliveredAt), \(m.readAt),
            \(m.playedAt), \(m.failedAt), \(m.errorCode), \(m.errorDetails), \(m.editedAt), \(m.editedWamid), \(m.editedContent),
            \(m.revokedAt), \(now))
        """
    }

    private func update(of m: MessageRecord) -> SQL {
        """
        UPDATE messages SET wamid = \(m.wamid), type = \(m.type), content = \(m.content), preview = \(m.preview), richness = \(m.richness),
            reply_to = \(m.replyTo), state = \(m.state), accepted_at = \(m.acceptedAt), sent_at = \(m.sentAt),
            delivered_at = \(m.deliveredAt), read_at = \(m.readAt), played_at = \(m.playedAt), failed_at = \(m.failedAt),
            error_code = \(m.errorCode), error_details = \(m.errorDetails), edited_at = \(m.editedAt), edited_wamid = \(m.editedWamid),
            edited_content = \(m.editedContent), revoked_at = \(m.revokedAt)
        WHERE landlord_id = \(m.landlordId) AND message_id = \(m.messageId)
        """
    }
}

private struct LandlordOfRow: Decodable {
    let landlordId: Landlord.ID
}
