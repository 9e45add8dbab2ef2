import Foundation
import SQLDatabase

/// The thread of one contact on one line.
public struct Conversation: Sendable, Equatable {
    public typealias ID = Identifier<Conversation>

    public let id: ID
    public let lineID: Line.ID
    public let contact: Contact
    public let lastMessage: Message?
    public internal(set) var unread: Int
    public let window: CustomerServiceWindow
    /// When its last message was written, or when it was opened.
    public let lastMessageAt: Date
    /// Who looks after it, and whether it was put off or is done.
    public internal(set) var filing: Filing
    /// By name.
    public let labels: [Label]
}

/// The 24 hours after a person's last message in which a landlord may write freely (fact sheet, section 6.1).
public struct CustomerServiceWindow: Sendable, Equatable {
    public static let length: TimeInterval = 24 * 3600

    /// Meta's time of the person's last message or call.
    public let lastInboundAt: Date?

    public init(lastInboundAt: Date?) {
        self.lastInboundAt = lastInboundAt
    }

    public var expiresAt: Date? { lastInboundAt.map { $0 + Self.length } }

    public func isOpen(at time: Date) -> Bool {
        expiresAt.map { time < $0 } ?? false
    }
}

/// Ten minutes in which a thread had its last message: the newest threads are found by it, so that a busy one changes its place among them
/// once per slot, not with each message.
struct ActiveSlot: Equatable {
    private static let milliseconds: Int64 = 600_000

    let number: Int64

    init(of time: Date) {
        number = time.milliseconds / Self.milliseconds
    }
}

extension ActiveSlot: SQLBindable {
    var sqlValue: SQLValue { .integer(number) }
}

struct ConversationRecord: ReadsColumns {
    let conversationId: Conversation.ID
    let lineId: Line.ID
    let contactId: Contact.ID
    var lastInboundAt: Date?
    var lastMessageAt: Date
    var lastMessageId: Message.ID?
    var unread: Int
    /// Up to which message the person has used the name that their contact bears.
    var namedAt: Date?
    var namedWamid: String?

    static let columns: SQL = """
        conversation_id, line_id, contact_id, last_inbound_at, last_message_at, last_message_id, unread, named_at, named_wamid
        """

    init(_ columns: inout Columns) throws {
        (conversationId, lineId, contactId) = (try columns.value(), try columns.value(), try columns.value())
        (lastInboundAt, lastMessageAt) = (try columns.optionalDate(), try columns.date())
        (lastMessageId, unread) = (try columns.optionalValue(), try columns.integer())
        (namedAt, namedWamid) = (try columns.optionalDate(), try columns.optionalText())
    }
}

extension LandlordRows {
    /// Conversations, the newest first; all of them, or those that match a filter now, or of tenants of a property.
    func conversations(
        contact: Contact.ID?, matching condition: SQL? = nil, property: String? = nil, before cursor: Cursor?, limit: Int
    ) throws -> Page<Conversation> {
        // A thread that was only opened stands in no list; its contact finds it.
        let of: SQL = contact.map { "AND contact_id = \($0)" } ?? "AND last_message_id IS NOT NULL"
        let matching: SQL = condition ?? "", home: SQL = property.map(Self.condition(property:)) ?? ""
        let start: SQL =
            cursor.map { cursor in
                let time = Date(milliseconds: Int64(cursor.key) ?? 0)
                return "AND active_slot <= \(ActiveSlot(of: time)) AND (last_message_at, conversation_id) < (\(time), \(cursor.id))"
            } ?? ""
        let records = try db.all(
            FiledConversation.self,
            """
            SELECT \(FiledConversation.columns) FROM conversations WHERE landlord_id = \(landlord) \(of) \(matching) \(home) \(start)
            ORDER BY active_slot DESC, last_message_at DESC, conversation_id DESC LIMIT \(limit + 1)
            """)
        return Page(try complete(records), limit: limit) { Cursor(key: "\($0.lastMessageAt.milliseconds)", id: $0.id.rawValue) }
    }

    func conversation(_ id: Conversation.ID) throws -> Conversation {
        guard let found = try conversationIfThere(id) else { throw NotFound() }
        return found
    }

    func conversationIfThere(_ id: Conversation.ID) throws -> Conversation? {
        let records = try db.all(
            FiledConversation.self,
            "SELECT \(FiledConversation.columns) FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(id)")
        return try complete(records).first
    }

    /// Whose thread it is.
    func contact(of conversation: Conversation.ID) throws -> Contact.ID? {
        try db.first(
            Contact.ID.self,
            "SELECT contact_id FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)")
    }

    /// The thread with a contact on a line, made when it is missing.
    func openConversation(with contact: Contact.ID, on line: Line.ID, now: Date, random: inout Randomness) throws -> ConversationRecord {
        try db.execute(
            """
            INSERT INTO conversations (landlord_id, conversation_id, line_id, contact_id, last_message_at, active_slot, created_at)
            VALUES (\(landlord), \(Conversation.ID(now: now, random: &random)), \(line), \(contact), \(now), \(ActiveSlot(of: now)), \(now))
            ON CONFLICT (landlord_id, contact_id, line_id) DO NOTHING
            """)
        let stored = try db.first(
            ConversationRecord.self,
            """
            SELECT \(ConversationRecord.columns) FROM conversations
            WHERE landlord_id = \(landlord) AND line_id = \(line) AND contact_id = \(contact)
            """)
        guard let stored else { throw NotFound() }
        return stored
    }

    private func complete(_ found: [FiledConversation]) throws -> [Conversation] {
        let records = found.map(\.record)
        let people = try contacts(records.map(\.contactId), removedToo: true)
        let labels = try labels(of: records.map(\.conversationId))
        let last = try messages(ids: records.compactMap(\.lastMessageId))
        let contacts = Dictionary(people.map { ($0.contactId, $0) }, uniquingKeysWith: { first, _ in first })
        return found.compactMap { thread in
            let record = thread.record
            return contacts[record.contactId].map {
                Conversation(
                    id: record.conversationId, lineID: record.lineId, contact: $0, lastMessage: record.lastMessageId.flatMap { last[$0] },
                    unread: record.unread, window: CustomerServiceWindow(lastInboundAt: record.lastInboundAt),
                    lastMessageAt: record.lastMessageAt, filing: thread.filing, labels: labels[record.conversationId] ?? [])
            }
        }
    }

    /// Marks as read up to a message that the reader saw (all, without one), and tells Meta, so that the person's ticks turn blue.
    func markRead(_ id: Conversation.ID, through message: Message.ID?, now: Date) throws {
        let thread = try conversation(id)
        let seen = try message.map { try self.message($0) }
        let later: SQL = seen.map { "AND (at, message_id) > (\($0.at), \($0.messageId))" } ?? "AND FALSE"
        let upTo: SQL = seen.map { "AND (at, message_id) <= (\($0.at), \($0.messageId))" } ?? ""
        guard thread.unread > 0 else { return }
        // What came in had opened the conversation again, and reading it does not close it.
        try db.execute(
            """
            UPDATE conversations SET done_at = NULL, snoozed_until = NULL,
                unread = (SELECT COUNT(*) FROM messages m WHERE m.landlord_id = \(landlord)
                    AND m.conversation_id = \(id) AND m.direction = 'in' \(later))
            WHERE landlord_id = \(landlord) AND conversation_id = \(id)
            """)
        // A call cannot be told to be read.
        let newest = try db.first(
            String.self,
            """
            SELECT wamid FROM messages WHERE landlord_id = \(landlord) AND conversation_id = \(id) AND direction = 'in'
                AND wamid IS NOT NULL AND type <> 'call' \(upTo) ORDER BY at DESC, message_id DESC LIMIT 1
            """)
        if let newest {
            try db.execute(
                """
                INSERT INTO read_receipts (landlord_id, conversation_id, line_id, wamid, due_at)
                VALUES (\(landlord), \(id), \(thread.lineID), \(newest), \(now))
                ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET wamid = excluded.wamid, due_at = excluded.due_at, tries = 0
                """)
        }
        try publish([.conversation(id)], now: now)
    }
}
