import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message's row while a batch works on it.
struct MessageRecord: Sendable {
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

extension MessageRecord: ReadsColumns {
    init(_ columns: inout Columns) throws {
        (landlordId, messageId, lineId) = (try columns.value(), try columns.value(), try columns.value())
        (conversationId, direction, wamid) = (try columns.value(), try columns.value(), try columns.optionalText())
        (type, content, preview) = (try columns.text(), try columns.text(), try columns.text())
        (richness, replyTo, state) = (try columns.integer(), try columns.optionalText(), try columns.value())
        (at, acceptedAt, sentAt) = (try columns.date(), try columns.optionalDate(), try columns.optionalDate())
        (deliveredAt, readAt) = (try columns.optionalDate(), try columns.optionalDate())
        (playedAt, failedAt) = (try columns.optionalDate(), try columns.optionalDate())
        (errorCode, errorDetails) = (try columns.optionalInteger(), try columns.optionalText())
        (editedAt, editedWamid, editedContent) = (try columns.optionalDate(), try columns.optionalText(), try columns.optionalText())
        revokedAt = try columns.optionalDate()
    }

    /// Whether the other one differs in its delivery at most.
    fileprivate func says(_ other: MessageRecord) -> Bool {
        wamid == other.wamid && richness == other.richness && editedAt == other.editedAt && editedWamid == other.editedWamid
            && revokedAt == other.revokedAt && type == other.type && preview == other.preview && content == other.content
    }
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
        // As it is stored.
        let slot: ActiveSlot
        var isChanged = false

        init(_ record: ConversationRecord, _ landlord: Landlord.ID) {
            (self.record, self.landlord, slot) = (record, landlord, ActiveSlot(of: record.lastMessageAt))
        }
    }

    private let db: any Connection
    private let now: Date
    private var threads: [Conversation.ID: Thread] = [:]
    private var places: [Place: Conversation.ID] = [:]
    private var messages: [Message.ID: MessageRecord] = [:]
    private var loaded: [Message.ID: MessageRecord] = [:]
    private var added: [Message.ID] = []
    private var changed: Set<Message.ID> = []
    private var withFiles: [MessageRecord] = []

    init(db: any Connection, now: Date) {
        self.db = db
        self.now = now
    }

    /// Reads the messages, and their conversations, that items point at. Rows stay locked, since the sender changes them too.
    mutating func load(_ wanted: [(landlord: Landlord.ID, message: Message.ID)]) throws {
        // What was sent, delivered and read is often told of one message in one batch.
        var seen: Set<Message.ID> = []
        let wanted = wanted.filter { seen.insert($0.message).inserted }
        guard !wanted.isEmpty else { return }
        let rows = try db.all(
            MessageRecord.self,
            """
            WITH wanted (landlord, message) AS \(pairs: wanted.map { ($0.landlord, $0.message) })
            SELECT \(MessageRecord.columns) FROM wanted CROSS JOIN messages m WHERE m.landlord_id = landlord AND m.message_id = message
            ORDER BY m.landlord_id, m.message_id \(SQL.lock("m"))
            """)
        for row in rows { messages[row.messageId] = row }
        loaded = messages
        try loadThreads(rows.map { ($0.landlordId, $0.conversationId) }, by: "conversation_id")
    }

    /// Reads, or makes, the conversations of contacts on their lines.
    mutating func open(_ wanted: [(landlord: Landlord.ID, line: Line.ID, contact: Contact.ID)], random: inout Randomness) throws {
        messages.reserveCapacity(messages.count + wanted.count)
        let missing = wanted.filter { places[Place(landlord: $0.landlord, line: $0.line, contact: $0.contact)] == nil }
        guard !missing.isEmpty else { return }
        try loadThreads(missing.map { ($0.landlord, $0.contact) }, by: "contact_id")
        for (landlord, line, contact) in wanted where places[Place(landlord: landlord, line: line, contact: contact)] == nil {
            let record = try LandlordRows(landlord, db).openConversation(with: contact, on: line, now: now, random: &random)
            remember(record, landlord)
        }
    }

    private mutating func loadThreads<Key>(_ wanted: [(Landlord.ID, Identifier<Key>)], by column: SQL) throws {
        var seen: Set<String> = []
        let rows = try db.all(
            StoredThread.self,
            """
            WITH wanted (landlord, wanted_id) AS \(pairs: wanted.filter { seen.insert($0.1.rawValue).inserted })
            SELECT c.landlord_id, \(ConversationRecord.columns) FROM wanted CROSS JOIN conversations c
            WHERE c.landlord_id = landlord AND c.\(column) = wanted_id ORDER BY c.landlord_id, c.conversation_id \(SQL.lock("c"))
            """)
        threads.reserveCapacity(threads.count + rows.count)
        places.reserveCapacity(places.count + rows.count)
        for row in rows { remember(row.record, row.landlord) }
    }

    private mutating func remember(_ record: ConversationRecord, _ landlord: Landlord.ID) {
        guard threads[record.conversationId] == nil else { return }
        threads[record.conversationId] = Thread(record, landlord)
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

    /// The message has a file that is still at WhatsApp.
    mutating func want(fileOf message: MessageRecord) {
        withFiles.append(message)
    }

    mutating func openWindow(of conversation: Conversation.ID, at time: Date) {
        guard var thread = threads[conversation], thread.record.lastInboundAt.map({ $0 < time }) ?? true else { return }
        thread.record.lastInboundAt = time
        thread.isChanged = true
        threads[conversation] = thread
    }

    /// The person used the name that is known of them.
    mutating func confirm(_ names: [Conversation.ID: Profile]) {
        for (conversation, profile) in names {
            guard var thread = threads[conversation] else { continue }
            if let at = thread.record.namedAt, Stamp(at: at, wamid: thread.record.namedWamid ?? "") >= profile.stamp { continue }
            (thread.record.namedAt, thread.record.namedWamid) = (profile.at, profile.wamid)
            thread.isChanged = true
            threads[conversation] = thread
        }
    }

    /// Changes a message. Answers whether anything became different.
    @discardableResult
    mutating func change(_ id: Message.ID, _ work: (inout MessageRecord) -> Bool) -> Bool {
        guard var record = messages[id], work(&record) else { return false }
        messages[id] = record
        changed.insert(id)
        return true
    }

    func write() throws {
        try db.insert(into: "messages (\(MessageRecord.columns), created_at)", each: added.compactMap { messages[$0] }) { values(of: $0) }
        let updated = changed.subtracting(added).sorted().compactMap { messages[$0] }
        // Most changes are ticks: what was said need not be written again for them.
        try db.executeWithNext(each: updated.filter { loaded[$0.messageId]?.says($0) == true }) { ticks(of: $0) }
        try db.executeWithNext(each: updated.filter { loaded[$0.messageId]?.says($0) != true }) { update(of: $0) }
        try db.executeWithNext(each: withFiles) { message in
            """
            INSERT INTO media (landlord_id, message_id, state, due_at, give_up_at)
            VALUES (\(message.landlordId), \(message.messageId), 'wanted', \(now), \(now + MediaQueue.patience))
            ON CONFLICT (landlord_id, message_id) DO NOTHING
            """
        }
        let threads = threads.values.filter(\.isChanged).sorted { $0.record.conversationId < $1.record.conversationId }
        // SQLite writes an index anew when a statement so much as names its column.
        try db.executeWithNext(each: threads.filter { $0.slot == ActiveSlot(of: $0.record.lastMessageAt) }) { update(of: $0, moving: "") }
        try db.executeWithNext(each: threads.filter { $0.slot != ActiveSlot(of: $0.record.lastMessageAt) }) {
            update(of: $0, moving: ", active_slot = \(ActiveSlot(of: $0.record.lastMessageAt))")
        }
    }

    private func update(of thread: Thread, moving slot: SQL) -> SQL {
        """
        UPDATE conversations SET last_inbound_at = \(thread.record.lastInboundAt), last_message_at = \(thread.record.lastMessageAt),
            last_message_id = \(thread.record.lastMessageId), unread = \(thread.record.unread), named_at = \(thread.record.namedAt),
            named_wamid = \(thread.record.namedWamid)\(slot)
        WHERE landlord_id = \(thread.landlord) AND conversation_id = \(thread.record.conversationId)
        """
    }

    private func values(of m: MessageRecord) -> SQL {
        """
        (\(m.landlordId), \(m.messageId), \(m.lineId), \(m.conversationId), \(m.direction), \(m.wamid), \(m.type), \(m.content),
            \(m.preview), \(m.richness), \(m.replyTo), \(m.state), \(m.at), \(m.acceptedAt), \(m.sentAt), \(m.deliveredAt), \(m.readAt),
            \(m.playedAt), \(m.failedAt), \(m.errorCode), \(m.errorDetails), \(m.editedAt), \(m.editedWamid), \(m.editedContent),
            \(m.revokedAt), \(now))
        """
    }

    private func ticks(of m: MessageRecord) -> SQL {
        """
        UPDATE messages SET state = \(m.state), accepted_at = \(m.acceptedAt), sent_at = \(m.sentAt), delivered_at = \(m.deliveredAt),
            read_at = \(m.readAt), played_at = \(m.playedAt), failed_at = \(m.failedAt), error_code = \(m.errorCode),
            error_details = \(m.errorDetails)
        WHERE landlord_id = \(m.landlordId) AND message_id = \(m.messageId)
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

private struct StoredThread: ReadsColumns {
    let landlord: Landlord.ID
    let record: ConversationRecord

    init(_ columns: inout Columns) throws {
        landlord = try columns.value()
        record = try ConversationRecord(&columns)
    }
}
