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

/// The one way out: every outgoing message, by whatever feature, passes here. Checks everything we know; what is allowed is stored by
/// `NewMessage.store`, with its outbox row.
struct Outgoing {
    let rows: LandlordRows
    let person: Person.ID?
    let now: Date
    var random: Randomness

    /// What a draft comes to, when the rules allow it.
    enum Prepared {
        /// The same message was stored before.
        case known(Message)
        case new(NewMessage)
    }

    /// Checks and stores one draft by itself.
    mutating func send(_ draft: Draft, to addressee: Addressee) throws -> Message {
        switch try prepare(draft, to: addressee) {
        case .known(let message): return message
        case .new(let message):
            try NewMessage.store([message], on: rows.db)
            return message.message
        }
    }

    /// Checks a draft. A refusal has written nothing.
    mutating func prepare(_ draft: Draft, to addressee: Addressee) throws -> Prepared {
        let content = json(draft.content)
        let fingerprint = secretHash("\(addressee)\u{0}\(content)\u{0}\(draft.replyTo ?? "")")
        if let same = try rows.message(clientMessageID: draft.clientMessageID, fingerprint: fingerprint) { return .known(same) }
        let (contact, line, known) = try destination(of: addressee, for: draft)
        let preview = try check(draft, contact: contact, line: line, window: CustomerServiceWindow(lastInboundAt: known?.lastInboundAt))
        try checkQuote(draft.replyTo, of: contact, on: line)
        // From here on nothing is refused: what is written stays, also when others share the transaction.
        let thread = try known ?? rows.openConversation(with: contact.contactId, on: line.lineId, now: now, random: &random)
        return .new(
            NewMessage(
                draft, content: content, preview: preview, fingerprint: fingerprint, in: thread, of: rows.landlord, by: person, now: now,
                random: &random))
    }

    // The thread's own line if there is one, else the newest connected line.
    private func destination(of addressee: Addressee, for draft: Draft) throws -> (Contact, Line, ConversationRecord?) {
        if case .conversation(let id) = addressee {
            let thread = try rows.thread(id), line = try rows.line(thread.lineId)
            guard line.isUsable else { throw SendRefusal.noLine }
            return (try rows.contact(in: thread), line, thread)
        }
        let contact = try self.contact(addressee, for: draft)
        let usable = try rows.lines().filter(\.isUsable), threads = try rows.threads(of: contact.contactId)
        for thread in threads {
            if let line = usable.first(where: { $0.lineId == thread.lineId }) { return (contact, line, thread) }
        }
        guard let line = usable.first else { throw SendRefusal.noLine }
        return (contact, line, nil)
    }

    private func contact(_ addressee: Addressee, for draft: Draft) throws -> Contact {
        switch addressee {
        case .tenant(let id): return try rows.contact(externalID: id)
        case .contact(let id): return try rows.contact(id)
        case .conversation(let id): return try rows.contact(in: rows.thread(id))
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
    private func check(_ draft: Draft, contact: Contact, line: Line, window: CustomerServiceWindow) throws -> String {
        guard try rows.address(of: contact.contactId) != nil else { throw SendRefusal.noAddress }
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
}

private struct ClientMessageRow: Decodable {
    let messageId: Message.ID
    let requestHash: String?
}
