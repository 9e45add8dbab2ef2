import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message that may go out, on its way to being stored.
struct NewMessage: Sendable {
    let landlord: Landlord.ID
    let message: Message
    let line: Line.ID
    let fingerprint: String
    let file: NewFile?
    /// It stands under another message, and is none in the thread.
    let reaction: OutgoingReaction?
    let now: Date

    init(
        _ draft: Draft, content: String, preview: String, fingerprint: String, file: NewFile?, in thread: ConversationRecord,
        of landlord: Landlord.ID, by person: Person.ID?, now: Date, random: inout Randomness
    ) {
        self.landlord = landlord
        line = thread.lineId
        self.fingerprint = fingerprint
        self.file = file
        reaction = if case .reaction(let reaction) = draft.content { reaction } else { nil }
        self.now = now
        // Meta's stamps know whole seconds; so do ours, or an answer within the same second would stand above its question.
        message = Message(
            messageId: Message.ID(now: now, random: &random), conversationId: thread.conversationId, direction: .outbound, wamid: nil,
            type: draft.type, content: content, preview: preview, replyTo: draft.replyTo, clientMessageId: draft.clientMessageID,
            sentBy: person, state: .queued, at: now.wholeSecond, acceptedAt: nil, sentAt: nil, deliveredAt: nil, readAt: nil, playedAt: nil,
            failedAt: nil, errorCode: nil, errorDetails: nil, editedAt: nil, editedContent: nil, revokedAt: nil)
    }

    /// Writes messages and their outbox rows, in a handful of statements for all. Conversations' rows are locked in ascending order, as the
    /// applier does, and the landlords' last.
    static func store(_ messages: [NewMessage], on db: any Connection) throws {
        let messages = messages.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
        try db.insert(
            into: """
                messages (landlord_id, message_id, line_id, conversation_id, direction, type, content, preview, richness, reply_to,
                    client_message_id, request_hash, sent_by, state, at, created_at)
                """, each: messages, \.values)
        try db.executeWithNext(each: messages, \.conversationUpdate)
        for new in messages {
            guard let reaction = new.reaction else { continue }
            try LandlordRows(new.landlord, db).ask(for: reaction, as: new.message.messageId, on: new.line, at: new.message.at)
        }
        for new in messages {
            if let file = new.file { try file.store(for: new.message.messageId, of: new.landlord, on: db, now: new.now) }
        }
        try queue(messages, on: db)
    }

    // The number given under the landlord's lock is the place in the queue: it is in commit order.
    private static func queue(_ messages: [NewMessage], on db: any Connection) throws {
        guard let now = messages.last?.now else { return }
        let changes = Dictionary(grouping: messages, by: \.landlord).mapValues { messages in
            messages.map { Change.message($0.message.messageId, in: $0.message.conversationId) }
                + messages.map { Change.conversation($0.message.conversationId) }
        }
        var next = try LiveChanges.publish(changes, on: db, now: now)
        let placed = messages.map { new in
            let position = next[new.landlord, default: 0]
            next[new.landlord] = position + 1
            return (new, position)
        }
        try db.executeWithNext(each: placed) { new, position in
            let isFirst: SQL = """
                NOT EXISTS (SELECT 1 FROM outbox WHERE landlord_id = \(new.landlord) AND conversation_id = \(new.message.conversationId))
                """
            let lacking = new.file?.lacking
            return """
                INSERT INTO outbox
                    (landlord_id, message_id, conversation_id, line_id, position, due_at, give_up_at, file_digest, ready)
                VALUES (\(new.landlord), \(new.message.messageId), \(new.message.conversationId), \(new.line), \(position), \(new.now),
                    \(new.now + RetryPolicy.patience), \(lacking), \(lacking == nil ? isFirst : "FALSE"))
                """
        }
    }

    // For a reaction the row is locked too, and stays as it is.
    private var conversationUpdate: SQL {
        let change: SQL =
            reaction == nil
            ? """
            last_message_at = \(message.at), last_message_id = \(message.messageId), active_slot = \(ActiveSlot(of: message.at))
            """ : "unread = unread"
        return """
            UPDATE conversations SET \(change)
            WHERE landlord_id = \(landlord) AND conversation_id = \(message.conversationId)
            """
    }

    private var place: Outbox.Queue { Outbox.Queue(landlord: landlord, conversation: message.conversationId) }

    private var values: SQL {
        """
        (\(landlord), \(message.messageId), \(line), \(message.conversationId), \(message.direction), \(message.type),
            \(message.content), \(message.preview), \(2), \(message.replyTo), \(message.clientMessageId), \(fingerprint),
            \(message.sentBy), \(message.state), \(message.at), \(now))
        """
    }
}
