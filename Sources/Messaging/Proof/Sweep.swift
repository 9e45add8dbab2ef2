import Foundation
import SQLDatabase

/// Where looking at everything stands: contacts first, then conversation by conversation.
struct SweepPlace: Sendable, Equatable {
    static let start = SweepPlace(isAtMessages: false, id: "")

    let isAtMessages: Bool
    /// The last contact, or the conversation.
    let id: String
    /// The last message of that conversation.
    var after: Cursor?

    init(isAtMessages: Bool, id: String, after: Cursor? = nil) {
        (self.isAtMessages, self.id, self.after) = (isAtMessages, id, after)
    }

    /// Reads what `text` made; anything else is the start.
    init(_ text: String) {
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        self.init(
            isAtMessages: parts.first == "messages", id: parts.count > 1 ? parts[1] : "",
            after: parts.count == 4 ? Cursor(key: parts[2], id: parts[3]) : nil)
    }

    var text: String {
        ([isAtMessages ? "messages" : "contacts", id] + (after.map { [$0.key, $0.id] } ?? [])).joined(separator: "\t")
    }
}

extension Chain {
    /// Some more of everything, and where to go on; nil at the end.
    func sweep(from place: SweepPlace) throws -> (facts: [Fact], next: SweepPlace?) {
        place.isAtMessages ? try sweepMessages(from: place) : try sweepContacts(from: place)
    }

    private func sweepContacts(from place: SweepPlace) throws -> (facts: [Fact], next: SweepPlace?) {
        let some = try rows.db.all(
            Contact.ID.self,
            """
            SELECT contact_id FROM contacts WHERE landlord_id = \(rows.landlord) AND contact_id > \(place.id)
            ORDER BY contact_id LIMIT \(Self.batch)
            """)
        guard let last = some.last else { return ([], SweepPlace(isAtMessages: true, id: "")) }
        var subjects = Subjects()
        subjects.contacts = Set(some)
        return (try rows.facts(about: subjects), SweepPlace(isAtMessages: false, id: last.rawValue))
    }

    private func sweepMessages(from place: SweepPlace) throws -> (facts: [Fact], next: SweepPlace?) {
        let some = try rows.all(of: Conversation.ID(place.id), after: place.after, limit: Self.batch / 2)
        guard let last = some.last else {
            let next = try rows.db.first(
                Conversation.ID.self,
                """
                SELECT conversation_id FROM conversations WHERE landlord_id = \(rows.landlord) AND conversation_id > \(place.id)
                ORDER BY conversation_id LIMIT 1
                """)
            return ([], next.map { SweepPlace(isAtMessages: true, id: $0.rawValue) })
        }
        var subjects = Subjects()
        subjects.messages = Set(some.map(\.messageId))
        let cursor = Cursor(key: "\(last.at.milliseconds)", id: last.messageId.rawValue)
        return (try rows.facts(about: subjects), SweepPlace(isAtMessages: true, id: place.id, after: cursor))
    }
}

extension LandlordRows {
    /// A conversation's messages after one of them, the oldest first; also those that stand under another one.
    fileprivate func all(of conversation: Conversation.ID, after cursor: Cursor?, limit: Int) throws -> [Message] {
        let start: SQL = cursor.map { "AND (at, message_id) > (\(Int64($0.key) ?? 0), \($0.id))" } ?? ""
        return try db.all(
            Message.self,
            """
            SELECT \(Message.columns) FROM messages WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) \(start)
            ORDER BY at, message_id LIMIT \(limit)
            """)
    }
}
