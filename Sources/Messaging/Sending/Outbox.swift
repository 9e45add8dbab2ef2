import Foundation
import SQLDatabase

/// What is to be sent. The first message of each conversation is ready unless WhatsApp lacks its file; all others wait behind it. A conversation's queue changes under
/// the row lock of the conversation (the applier's way) or of the landlord (the sender's); whoever adds to it holds both.
enum Outbox {
    /// A conversation among all landlords' conversations.
    struct Queue: Hashable, Comparable {
        let landlord: Landlord.ID
        let conversation: Conversation.ID

        static func < (one: Self, other: Self) -> Bool { (one.landlord, one.conversation) < (other.landlord, other.conversation) }
    }

    /// Makes the first message of each queue ready, unless a call for it is under way.
    static func promote(_ queues: some Collection<Queue>, on db: any Connection) throws {
        try db.executeWithNext(each: queues.sorted()) { queue in
            """
            UPDATE outbox SET ready = TRUE
            WHERE landlord_id = \(queue.landlord) AND NOT ready AND lease_until IS NULL AND file_digest IS NULL AND message_id = (
                SELECT message_id FROM outbox WHERE landlord_id = \(queue.landlord) AND conversation_id = \(queue.conversation)
                ORDER BY position LIMIT 1)
            """
        }
    }
}

extension LandlordRows {
    /// Takes a message out of its queue; the next one is ready then.
    func leaveOutbox(_ message: Message.ID) throws {
        let left = try db.all(
            Conversation.ID.self,
            "DELETE FROM outbox WHERE landlord_id = \(landlord) AND message_id = \(message) RETURNING conversation_id")
        try Outbox.promote(left.map { Outbox.Queue(landlord: landlord, conversation: $0) }, on: db)
    }

    /// Two queues became one: only the first message of all is ready.
    func settleQueue(of conversation: Conversation.ID) throws {
        try db.executeWithNext(
            "UPDATE outbox SET ready = FALSE WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) AND ready")
        try Outbox.promote([Outbox.Queue(landlord: landlord, conversation: conversation)], on: db)
    }

    func set(_ state: Message.State, of message: Message.ID) throws {
        try db.executeWithNext("UPDATE messages SET state = \(state) WHERE landlord_id = \(landlord) AND message_id = \(message)")
    }

    /// The message will not go out: its reason stays with it.
    func refuse(_ message: Message.ID, code: Int?, details: String, now: Date) throws {
        try db.executeWithNext(
            """
            UPDATE messages SET state = 'refused', failed_at = \(now), error_code = \(code), error_details = \(details)
            WHERE landlord_id = \(landlord) AND message_id = \(message)
            """)
        try leaveOutbox(message)
    }
}

/// What a transaction of the sender changed: told to landlords, and the next messages made ready, both last.
struct SendChanges {
    private var changes: [Landlord.ID: [Change]] = [:]
    private var queues: Set<Outbox.Queue> = []

    var landlords: Set<Landlord.ID> { Set(changes.keys) }

    mutating func add(_ change: Change, of landlord: Landlord.ID) {
        if changes[landlord]?.contains(change) != true { changes[landlord, default: []].append(change) }
    }

    /// A message changed and its conversation's queue with it.
    mutating func moved(_ message: Message.ID, in conversation: Conversation.ID, of landlord: Landlord.ID) {
        changes[landlord, default: []].append(.message(message, in: conversation))
        queues.insert(Outbox.Queue(landlord: landlord, conversation: conversation))
    }

    // The landlord's row is locked by publishing; only then is it certain that nobody adds to the queue unseen.
    func publish(on db: any Connection, now: Date) throws {
        try LiveChanges.publish(changes, on: db, now: now)
        try Outbox.promote(queues, on: db)
    }
}
