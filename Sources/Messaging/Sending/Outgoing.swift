import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message somebody wants sent.
public struct Draft: Sendable {
    public var content: OutgoingMessage.Content
    public var replyTo: String?
    /// The sender's own ID of this message: sending it again under the same ID is the same message.
    public var clientMessageID: String?

    public init(_ content: OutgoingMessage.Content, replyTo: String? = nil, clientMessageID: String? = nil) {
        self.content = content
        self.replyTo = replyTo
        self.clientMessageID = clientMessageID
    }

    public static func text(_ body: String, clientMessageID: String? = nil) -> Draft {
        Draft(.text(body: body, previewURL: false), clientMessageID: clientMessageID)
    }
}

/// Whom to write to.
public enum Addressee: Sendable, Hashable {
    /// The platform's tenant ID.
    case tenant(String)
    case contact(Contact.ID)
    /// A number as typed.
    case number(String)
    case conversation(Conversation.ID)
}

/// The one way out: every outgoing message, by whatever feature, passes here. Checks everything we know, then writes message and outbox
/// row together.
struct Outgoing {
    let rows: LandlordRows
    let person: Person.ID?
    let now: Date
    var random: Randomness

    mutating func send(_ draft: Draft, to addressee: Addressee) throws -> Message {
        let fingerprint = secretHash("\(addressee)\u{0}\(json(draft.content))\u{0}\(draft.replyTo ?? "")")
        if let same = try rows.message(clientMessageID: draft.clientMessageID, fingerprint: fingerprint) { return same }
        let (contact, line) = try destination(of: addressee, for: draft)
        let preview = try check(draft, contact: contact, line: line)
        try checkQuote(draft.replyTo, of: contact, on: line)
        // From here on nothing is refused: what is written stays, also when others share the transaction.
        let conversation = try rows.openConversation(with: contact.contactId, on: line.lineId, now: now, random: &random)
        return try store(draft, fingerprint: fingerprint, preview: preview, in: conversation)
    }

    // The thread's own line if there is one, else the newest connected line.
    private func destination(of addressee: Addressee, for draft: Draft) throws -> (Contact, Line) {
        if case .conversation(let id) = addressee {
            let conversation = try rows.conversation(id)
            let line = try rows.line(conversation.lineID)
            guard line.status == .connected || line.status == .reconnect else { throw SendRefusal.noLine }
            return (conversation.contact, line)
        }
        let contact = try self.contact(addressee, for: draft)
        let usable = try rows.lines().filter { $0.status == .connected || $0.status == .reconnect }
        let threads = try rows.conversations(contact: contact.contactId, before: nil, limit: 10).items
        let line = threads.lazy.compactMap { thread in usable.first { $0.lineId == thread.lineID } }.first ?? usable.first
        guard let line else { throw SendRefusal.noLine }
        return (contact, line)
    }

    private func contact(_ addressee: Addressee, for draft: Draft) throws -> Contact {
        switch addressee {
        case .tenant(let id): return try rows.contact(externalID: id)
        case .contact(let id): return try rows.contact(id)
        case .conversation(let id): return try rows.conversation(id).contact
        case .number(let text):
            let number: PhoneNumber
            do throws(NotAPhoneNumber) {
                number = try PhoneNumber(text)
            } catch {
                throw SendRefusal.text(error.description)
            }
            if let holder = try rows.holder(of: .number(number.digits)) { return holder }
            // Nobody we know: there is neither an agreement nor an open window.
            throw draft.isTemplate ? SendRefusal.noOptIn : SendRefusal.windowClosed
        }
    }

    /// Everything our rules ask. Answers the text as the person will read it.
    private func check(_ draft: Draft, contact: Contact, line: Line) throws -> String {
        guard try rows.address(of: contact.contactId) != nil else { throw SendRefusal.noAddress }
        let window = try rows.window(of: contact.contactId, on: line.lineId)
        switch draft.content {
        case .text(let body, _):
            guard window.isOpen(at: now) else { throw contact.hasOptedOut ? SendRefusal.optedOut : SendRefusal.windowClosed }
            guard !body.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else { throw SendRefusal.text("Write something first.") }
            guard body.unicodeScalars.count <= 4_096 else {
                throw SendRefusal.text("WhatsApp takes 4,096 characters; this text has \(body.unicodeScalars.count). Shorten it.")
            }
            return body.storable
        case .template(let message):
            if contact.hasOptedOut { throw SendRefusal.optedOut }
            guard contact.hasOptedIn else { throw SendRefusal.noOptIn }
            let template = try rows.template(message.name, language: message.language, waba: line.wabaId)
            guard let template, template.isApproved else { throw SendRefusal.templateNotApproved(status: template?.status) }
            return template.rendered(with: try template.values(of: message))
        }
    }

    private func checkQuote(_ wamid: String?, of contact: Contact, on line: Line) throws {
        guard let wamid else { return }
        let quoted = try rows.messages(wamids: [wamid], on: line.phoneNumberId).first
        guard let quoted, try rows.contact(of: quoted.conversationId) == contact.contactId else { throw SendRefusal.unknownQuote }
    }

    private mutating func store(_ draft: Draft, fingerprint: String, preview: String, in thread: ConversationRecord) throws -> Message {
        let id = Message.ID(now: now, random: &random)
        // Meta's stamps know whole seconds; so do ours, or an answer within the same second would stand above its question.
        let at = now.wholeSecond
        try rows.db.execute(
            """
            INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, type, content, preview, richness, reply_to,
                client_message_id, request_hash, sent_by, state, at, created_at)
            VALUES (\(rows.landlord), \(id), \(thread.lineId), \(thread.conversationId), 'out', \(draft.type), \(json(draft.content)),
                \(preview), 2, \(draft.replyTo), \(draft.clientMessageID), \(fingerprint), \(person), 'queued', \(at), \(now))
            """)
        try rows.db.execute(
            """
            UPDATE conversations SET last_message_at = \(at), last_message_id = \(id)
            WHERE landlord_id = \(rows.landlord) AND conversation_id = \(thread.conversationId)
            """)
        // The number given under the landlord's lock is the place in the queue: it is in commit order.
        let position = try rows.publish([.message(id, in: thread.conversationId), .conversation(thread.conversationId)], now: now)
        try rows.queue(id, in: thread, position: position, now: now)
        return try rows.message(id)
    }
}

extension Draft {
    var isTemplate: Bool {
        if case .template = content { true } else { false }
    }

    var type: String { isTemplate ? "template" : "text" }
}

extension LandlordRows {
    /// The message already stored under a client's ID; throws `ClientMessageIDReused` when it was another one.
    func message(clientMessageID: String?, fingerprint: String) throws -> Message? {
        guard let clientMessageID else { return nil }
        let stored = try db.first(
            ClientMessageRow.self,
            """
            SELECT message_id, request_hash FROM messages WHERE landlord_id = \(landlord) AND client_message_id = \(clientMessageID)
            """)
        guard let stored else { return nil }
        guard stored.requestHash == fingerprint else { throw ClientMessageIDReused() }
        return try message(stored.messageId)
    }

    func window(of contact: Contact.ID, on line: Line.ID) throws -> CustomerServiceWindow {
        let last = try db.first(
            Date?.self,
            "SELECT last_inbound_at FROM conversations WHERE landlord_id = \(landlord) AND line_id = \(line) AND contact_id = \(contact)")
        return CustomerServiceWindow(lastInboundAt: last ?? nil)
    }
}

private struct ClientMessageRow: Decodable {
    let messageId: Message.ID
    let requestHash: String?
}
