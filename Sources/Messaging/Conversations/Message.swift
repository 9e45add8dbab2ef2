import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// One message, ours or theirs.
public struct Message: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Message>

    public enum Direction: String, Codable, Sendable, SQLBindable {
        case inbound = "in"
        case outbound = "out"
    }

    /// Where our side stands with it. What Meta reports is kept apart, as one timestamp per delivery state.
    public enum State: String, Codable, Sendable, SQLBindable {
        case received
        /// Stored; goes out as soon as the pace allows.
        case queued
        /// A call to Meta is under way.
        case sending
        /// Meta took it.
        case accepted
        /// The answer got lost: Meta may have it or not. A status resolves it.
        case unknown
        /// Ten minutes of otherwise flowing webhooks brought no sign of it. Only a person may send it again.
        case probablyNotSent
        /// Meta or our own rules said no.
        case refused
    }

    public let messageId: ID
    public let conversationId: Conversation.ID
    public let direction: Direction
    public let wamid: String?
    public let type: String
    /// A JSON object in Meta's shape, with the member named by `type`.
    public let content: String
    /// What it says, as text: a text's body, a template with its values filled in, a caption.
    public let preview: String
    public let replyTo: String?
    public let clientMessageId: String?
    public let sentBy: Person.ID?
    public let state: State
    /// Meta's time for what came in, ours for what we wrote.
    public let at: Date
    public let acceptedAt: Date?
    public let sentAt: Date?
    public let deliveredAt: Date?
    public let readAt: Date?
    public let playedAt: Date?
    public let failedAt: Date?
    public let errorCode: Int?
    public let errorDetails: String?
    public let editedAt: Date?
    public let editedContent: String?
    public let revokedAt: Date?

    /// A reaction of ours is kept as a message on its way; in the thread it stands under another one.
    static let standsAlone: SQL = "NOT (type = 'reaction' AND request_hash IS NOT NULL)"

    static let columns: SQL = """
        message_id, conversation_id, direction, wamid, type, content, preview, reply_to, client_message_id, sent_by, state, at,
        accepted_at, sent_at, delivered_at, read_at, played_at, failed_at, error_code, error_details, edited_at, edited_content, revoked_at
        """

    /// What a landlord is told about delivery; derived, so that the order of reports cannot matter.
    public var status: Status {
        if direction == .inbound { return .received }
        if readAt != nil || playedAt != nil { return .read }
        if deliveredAt != nil { return .delivered }
        if failedAt != nil { return .failed }
        if sentAt != nil { return .sent }
        switch state {
        case .queued, .received: return .queued
        case .sending: return .sending
        case .accepted: return .accepted
        case .unknown: return .unknown
        case .probablyNotSent: return .probablyNotSent
        case .refused: return .failed
        }
    }

    /// Whether it is of a kind that consists of a file.
    public var mayHaveFile: Bool { ["image", "video", "audio", "document", "sticker"].contains(type) }

    /// What its sender called the file in it.
    public var fileName: String? {
        guard type == "document", let json = try? JSONValue(parsing: Array(content.utf8)) else { return nil }
        return json["document"]?["filename"]?.string
    }

    public enum Status: String, Codable, Sendable {
        case received, queued, sending, accepted, sent, delivered, read, failed, unknown, probablyNotSent
    }
}

/// One try at handing a message to Meta.
public struct Attempt: Codable, Sendable, Equatable {
    public enum Outcome: String, Codable, Sendable, SQLBindable {
        case calling, accepted, refused, notSent, unknown
    }

    public let number: Int
    public let outcome: Outcome
    public let wamid: String?
    public let errorCode: Int?
    public let errorDetails: String?
    public let startedAt: Date
    public let finishedAt: Date?
}

extension LandlordRows {
    func message(_ id: Message.ID) throws -> Message {
        guard let found = try messages(ids: [id])[id] else { throw NotFound() }
        return found
    }

    func messages(ids: [Message.ID]) throws -> [Message.ID: Message] {
        let found = try db.all(
            Message.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(ids))
            SELECT \(Message.columns) FROM wanted CROSS JOIN messages WHERE landlord_id = owner AND message_id = wanted_id
            """)
        return Dictionary(found.map { ($0.messageId, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Messages by their wamids on a number. Routes lead to them, so that messages need no index of their own for it.
    func messages(wamids: [String], on number: String) throws -> [Message] {
        guard let names = try RouteNames(knownOn: db) else { return [] }
        let ids = try db.all(
            Message.ID.self,
            """
            WITH wanted (number, id) AS \(pairs: wamids.map { (number, names.name(of: $0)) })
            SELECT r.message_id FROM wanted CROSS JOIN wamid_routes r
            WHERE r.phone_number_id = number AND r.wamid = id AND r.landlord_id = \(landlord) AND r.message_id IS NOT NULL
            """)
        return try Array(messages(ids: ids).values)
    }

    /// Messages of a conversation by their wamids.
    func messages(wamids: [String], in conversation: Conversation.ID) throws -> [Message] {
        let number = try db.first(
            String.self,
            """
            SELECT phone_number_id FROM lines WHERE landlord_id = \(landlord) AND line_id = (
                SELECT line_id FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(conversation))
            """)
        return try number.map { try messages(wamids: wamids, on: $0).filter { $0.conversationId == conversation } } ?? []
    }

    /// A conversation's messages, the newest first.
    func messages(of conversation: Conversation.ID, before cursor: Cursor?, limit: Int) throws -> Page<Message> {
        let start: SQL = cursor.map { "AND (at, message_id) < (\(Int64($0.key) ?? 0), \($0.id))" } ?? ""
        let found = try db.all(
            Message.self,
            """
            SELECT \(Message.columns) FROM messages WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) \(start)
                AND \(Message.standsAlone)
            ORDER BY at DESC, message_id DESC LIMIT \(limit + 1)
            """)
        return Page(found, limit: limit) { Cursor(key: "\($0.at.milliseconds)", id: $0.messageId.rawValue) }
    }

    func attempts(of message: Message.ID) throws -> [Attempt] {
        try db.all(
            Attempt.self,
            """
            SELECT number, outcome, wamid, error_code, error_details, started_at, finished_at FROM attempts
            WHERE landlord_id = \(landlord) AND message_id = \(message) ORDER BY number
            """)
    }
}
