import Foundation
import SQLDatabase

/// Where a conversation stands among colleagues.
public struct Filing: Codable, Sendable, Equatable {
    /// Who looks after it.
    public let assignedTo: Person.ID?
    /// As long as nothing new comes in, it is nobody's business until then.
    public let snoozedUntil: Date?
    public let doneAt: Date?

    /// How long a conversation can be put off.
    public static let farthest: TimeInterval = 366 * 86_400

    public init(assignedTo: Person.ID? = nil, snoozedUntil: Date? = nil, doneAt: Date? = nil) {
        (self.assignedTo, self.snoozedUntil, self.doneAt) = (assignedTo, snoozedUntil, doneAt)
    }

    /// For a statement that reads `conversations`: neither done nor put off. Something unread has opened it again.
    static func isOpen(now: Date) -> SQL {
        "(unread > 0 OR (done_at IS NULL AND COALESCE(snoozed_until, 0) <= \(now)))"
    }
}

extension Conversation {
    /// Which of three heaps it lies on.
    public enum Heap: Sendable, Equatable {
        case open, done
        case later(until: Date)
    }

    /// What comes in opens it again, whatever it was.
    public func heap(at now: Date) -> Heap {
        if unread > 0 { return .open }
        if filing.doneAt != nil { return .done }
        if let until = filing.snoozedUntil, until > now { return .later(until: until) }
        return .open
    }
}

/// A conversation's row with what colleagues have made of it. The applier, which knows nothing of that, reads the record alone.
struct FiledConversation: ReadsColumns {
    let record: ConversationRecord
    let filing: Filing

    static let columns: SQL = "\(ConversationRecord.columns), assigned_to, snoozed_until, done_at"

    init(_ columns: inout Columns) throws {
        record = try ConversationRecord(&columns)
        filing = Filing(
            assignedTo: try columns.optionalValue(), snoozedUntil: try columns.optionalDate(), doneAt: try columns.optionalDate())
    }
}

extension Desk {
    /// Gives a conversation to a colleague, or to nobody. Throws `NotFound` for whoever does not work here.
    public func assign(_ conversation: Conversation.ID, to colleague: Person.ID?) async throws {
        let person = person
        try await write(.organise) { rows, now, random in
            guard try rows.lock(conversation).filing.assignedTo != colleague else { return }
            if let colleague { _ = try rows.colleague(colleague) }
            try rows.file(conversation, "assigned_to = \(colleague)")
            try rows.tell(Entry(.assigned, in: conversation, by: person, about: colleague, now: now, random: &random), now: now)
        }
    }

    /// Puts a conversation off until a time. Throws `TeamRefusal.unread`, or `.words` for a time that is past or too far.
    public func snooze(_ conversation: Conversation.ID, until time: Date) async throws {
        let person = person
        try await write(.organise) { rows, now, random in
            let filed = try rows.lock(conversation)
            guard time > now, time < now + Filing.farthest else { throw TeamRefusal.words("Choose a time to come, within a year.") }
            guard filed.record.unread == 0 else { throw TeamRefusal.unread }
            guard filed.filing.snoozedUntil?.milliseconds != time.milliseconds else { return }
            try rows.file(conversation, "snoozed_until = \(time), done_at = NULL")
            try rows.tell(Entry(.snoozed, in: conversation, by: person, until: time, now: now, random: &random), now: now)
        }
    }

    /// Nothing more to do, until the person writes. Throws `TeamRefusal.unread`.
    public func finish(_ conversation: Conversation.ID) async throws {
        let person = person
        try await write(.organise) { rows, now, random in
            let filed = try rows.lock(conversation)
            guard filed.record.unread == 0 else { throw TeamRefusal.unread }
            guard filed.filing.doneAt == nil else { return }
            try rows.file(conversation, "done_at = \(now), snoozed_until = NULL")
            try rows.tell(Entry(.done, in: conversation, by: person, now: now, random: &random), now: now)
        }
    }

    /// Takes a conversation back from what is done or put off.
    public func reopen(_ conversation: Conversation.ID) async throws {
        let person = person
        try await write(.organise) { rows, now, random in
            let filing = try rows.lock(conversation).filing
            guard filing.doneAt != nil || filing.snoozedUntil != nil else { return }
            try rows.file(conversation, "done_at = NULL, snoozed_until = NULL")
            try rows.tell(Entry(.opened, in: conversation, by: person, now: now, random: &random), now: now)
        }
    }
}

extension LandlordRows {
    /// A conversation whose filing is changed next. Throws `NotFound`.
    fileprivate func lock(_ conversation: Conversation.ID) throws -> FiledConversation {
        let found = try db.all(
            FiledConversation.self,
            """
            SELECT \(FiledConversation.columns) FROM conversations
            WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) \(SQL.lockRow)
            """)
        guard let found = found.first else { throw NotFound() }
        return found
    }

    fileprivate func file(_ conversation: Conversation.ID, _ change: SQL) throws {
        try db.execute("UPDATE conversations SET \(change) WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)")
    }

    /// Stores a line of the thread and tells whoever looks.
    fileprivate func tell(_ entry: Entry, now: Date) throws {
        try store(entry, clientID: nil)
        try publish([.conversation(entry.conversationId), .entry(entry.entryId, in: entry.conversationId)], now: now)
    }

    /// Two conversations turn out to be one: what was written beside them is kept, and nothing of them is put off or done.
    func moveEntriesAndLabels(of conversation: Conversation.ID, to other: Conversation.ID) throws {
        let gone: SQL = "landlord_id = \(landlord) AND conversation_id = \(conversation)"
        try db.execute(
            """
            UPDATE conversations SET done_at = NULL, snoozed_until = NULL,
                assigned_to = COALESCE(assigned_to, (SELECT g.assigned_to FROM conversations g
                    WHERE g.landlord_id = \(landlord) AND g.conversation_id = \(conversation)))
            WHERE landlord_id = \(landlord) AND conversation_id = \(other)
            """)
        try db.execute("UPDATE conversation_entries SET conversation_id = \(other) WHERE \(gone)")
        try db.execute(
            """
            INSERT INTO conversation_labels (landlord_id, conversation_id, label_id)
            SELECT landlord_id, CAST(\(other) AS TEXT), label_id FROM conversation_labels WHERE \(gone) 
            ON CONFLICT (landlord_id, conversation_id, label_id) DO NOTHING
            """)
        try db.execute("DELETE FROM conversation_labels WHERE \(gone)")
    }
}
