import Foundation
import SQLDatabase

/// A part of a conversation, and how it goes on to both sides.
public struct Stretch: Sendable {
    /// Oldest first.
    public let messages: [Message]
    /// Where what was said before ends; nil at the beginning.
    public let earlier: Cursor?
    /// Where what was said afterwards begins; nil at the end.
    public let later: Cursor?
}

/// Which part of a conversation somebody wants to see.
public enum StretchPlace: Sendable {
    case newest
    case before(Cursor)
    case after(Cursor)
    /// A message in the middle.
    case around(Message.ID)
}

extension Desk {
    /// A part of a conversation. Throws `NotFound` for a message of another one.
    public func stretch(of conversation: Conversation.ID, at place: StretchPlace, limit: Int = 50) async throws -> Stretch {
        let id = landlord.landlordID
        return try await messaging.database.read { try LandlordRows(id, $0).stretch(of: conversation, at: place, limit: limit) }
    }

    /// The first message of a conversation at a time or later; nil when there is none.
    public func firstMessage(of conversation: Conversation.ID, since time: Date) async throws -> Message? {
        let id = landlord.landlordID
        return try await messaging.database.read { db in
            let rows = LandlordRows(id, db)
            _ = try rows.conversation(conversation)
            return try rows.messages(of: conversation, after: Cursor(key: "\(time.milliseconds)", id: ""), limit: 1).items.first
        }
    }
}

extension LandlordRows {
    func stretch(of conversation: Conversation.ID, at place: StretchPlace, limit: Int) throws -> Stretch {
        _ = try self.conversation(conversation)
        switch place {
        case .newest: return try stretch(of: conversation, before: nil, limit: limit)
        case .before(let cursor): return try stretch(of: conversation, before: cursor, limit: limit)
        case .after(let cursor):
            let later = try messages(of: conversation, after: cursor, limit: limit)
            return Stretch(messages: later.items, earlier: later.items.first.map(Self.place) ?? cursor, later: later.next)
        case .around(let id):
            let message = try message(id)
            guard message.conversationId == conversation else { throw NotFound() }
            let earlier = try messages(of: conversation, before: Self.place(message), limit: limit / 2)
            let later = try messages(of: conversation, after: Self.place(message), limit: limit / 2)
            return Stretch(messages: earlier.items.reversed() + [message] + later.items, earlier: earlier.next, later: later.next)
        }
    }

    private func stretch(of conversation: Conversation.ID, before cursor: Cursor?, limit: Int) throws -> Stretch {
        let page = try messages(of: conversation, before: cursor, limit: limit)
        return Stretch(
            messages: page.items.reversed(), earlier: page.next, later: cursor == nil ? nil : page.items.first.map(Self.place) ?? cursor)
    }

    /// A conversation's messages after a place, the oldest first.
    func messages(of conversation: Conversation.ID, after cursor: Cursor, limit: Int) throws -> Page<Message> {
        let found = try db.all(
            Message.self,
            """
            SELECT \(Message.columns) FROM messages WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)
                AND (at, message_id) > (\(Int64(cursor.key) ?? 0), \(cursor.id)) AND \(Message.standsAlone)
            ORDER BY at, message_id LIMIT \(limit + 1)
            """)
        return Page(found, limit: limit, cursor: Self.place)
    }

    private static func place(_ message: Message) -> Cursor {
        Cursor(key: "\(message.at.milliseconds)", id: message.messageId.rawValue)
    }
}

extension Cursor {
    /// Before the first message of any conversation.
    static let beginning = Cursor(key: "0", id: "")
}
