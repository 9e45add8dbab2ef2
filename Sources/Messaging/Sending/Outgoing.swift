import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message somebody wants sent.
public struct Draft: Sendable {
    public var content: OutgoingMessage.Content
    public var replyTo: String?
    /// The sender's own ID of this message: sending it again under the same ID is the same message.
    public var clientMessageID: String?
    /// SHA-256 of the file in it, as it is kept here.
    public var file: String?
    /// The file is handed to WhatsApp anew, since what WhatsApp had of it was of no use.
    var isFileRenewed = false

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

/// A draft on its way: to whom, by whom, and when.
struct SendOrder: Sendable {
    let draft: Draft
    let addressee: Addressee
    let person: Person.ID?
    let now: Date
    let random: Randomness
}

/// The one way out: every outgoing message, by whatever feature, passes here. Checks everything we know; what is allowed is stored by
/// `NewMessage.store`, with its outbox row.
struct Outgoing {
    private let rows: LandlordRows
    private var correspondents: Correspondents

    /// What a draft comes to, when the rules allow it.
    enum Prepared {
        /// The same message was stored before.
        case known(Message)
        case new(NewMessage)
    }

    /// For these orders of one landlord.
    init(_ orders: [SendOrder], of rows: LandlordRows) throws {
        self.rows = rows
        correspondents = try Correspondents(of: orders, in: rows)
    }

    /// Checks and stores one draft by itself.
    static func send(_ order: SendOrder, of rows: LandlordRows) throws -> Message {
        var outgoing = try Outgoing([order], of: rows)
        let prepared = try outgoing.prepare(order)
        if case .new(let message) = prepared { try NewMessage.store([message], on: rows.db) }
        return prepared.message
    }

    /// Checks one of the drafts. A refusal has written nothing.
    mutating func prepare(_ order: SendOrder) throws -> Prepared {
        let draft = order.draft, content = json(draft.content)
        let fingerprint = secretHash(
            "\(order.addressee)\u{0}\(content)\u{0}\(draft.replyTo ?? "")" + (draft.file.map { "\u{0}\($0)" } ?? ""))
        if let earlier = correspondents.earlier(draft.clientMessageID) {
            guard earlier.requestHash == fingerprint else { throw ClientMessageIDReused() }
            return .known(try rows.message(earlier.messageId))
        }
        guard let contact = try correspondents.contact(order.addressee) else {
            // Nobody we know: there is neither an agreement nor an open window.
            throw draft.isTemplate ? SendRefusal.noOptIn : SendRefusal.windowClosed
        }
        let (line, known) = try correspondents.place(of: contact, for: order.addressee)
        guard correspondents.hasAddress(contact.contactId) else { throw SendRefusal.noAddress }
        let preview = try check(
            draft, contact: contact, line: line, window: CustomerServiceWindow(lastInboundAt: known?.lastInboundAt), now: order.now)
        try checkQuote(draft.replyTo, of: contact, on: line)
        try checkTarget(of: draft, contact, on: line, now: order.now)
        let file = try file(of: draft, on: line, now: order.now)
        // From here on nothing is refused: what is written stays, also when others share the transaction.
        var random = order.random
        let thread = try known ?? open(with: contact, on: line, now: order.now, random: &random)
        return .new(
            NewMessage(
                draft, content: file?.uploaded.map { draft.content.with(.uploaded($0)).text } ?? content, preview: preview,
                fingerprint: fingerprint, file: file, in: thread, of: rows.landlord, by: order.person, now: order.now, random: &random))
    }

    /// Where the draft's file stands with WhatsApp.
    private func file(of draft: Draft, on line: Line, now: Date) throws -> NewFile? {
        guard case .media(let media) = draft.content, media.source == nil else { return nil }
        guard let digest = draft.file, let content = try rows.mediaContent(digest) else {
            throw SendRefusal.file("There is no such file here. Hand it in first.")
        }
        let taken = try OutgoingFile(content, name: media.filename)
        guard taken.kind == media.kind else {
            throw SendRefusal.file("This file is sent with the type \(taken.kind.rawValue), not \(media.kind.rawValue).")
        }
        return NewFile(
            digest: digest, mimeType: taken.mimeType, number: line.phoneNumberId,
            uploaded: draft.isFileRenewed ? nil : try rows.uploaded(digest, for: line.phoneNumberId, now: now))
    }

    private mutating func open(
        with contact: Contact, on line: Line, now: Date, random: inout Randomness
    ) throws -> ConversationRecord {
        let thread = try rows.openConversation(with: contact.contactId, on: line.lineId, now: now, random: &random)
        correspondents.remember(thread)
        return thread
    }

    /// Everything our rules ask. Answers the text as the person will read it.
    private func check(_ draft: Draft, contact: Contact, line: Line, window: CustomerServiceWindow, now: Date) throws -> String {
        guard draft.isTemplate || window.isOpen(at: now) else {
            throw contact.hasOptedOut ? SendRefusal.optedOut : SendRefusal.windowClosed
        }
        switch draft.content {
        case .text(let body, _):
            guard !body.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else { throw SendRefusal.text("Write something first.") }
            guard body.unicodeScalars.count <= 4_096 else {
                throw SendRefusal.text("WhatsApp takes 4,096 characters; this text has \(body.unicodeScalars.count). Shorten it.")
            }
            return body.storable
        case .media(let media):
            let caption = media.caption ?? ""
            guard caption.isEmpty || (media.kind != .audio && media.kind != .sticker) else {
                throw SendRefusal.file("WhatsApp shows no words beneath a sound or a sticker. Send them by themselves.")
            }
            guard caption.unicodeScalars.count <= 1_024 else {
                throw SendRefusal.text(
                    "WhatsApp takes 1,024 characters beneath a file; this text has \(caption.unicodeScalars.count). Send it by itself.")
            }
            return media.preview.storable
        case .place, .cards, .question: return try draft.words()
        case .reaction(let reaction):
            try reaction.check()
            guard draft.replyTo == nil else { throw SendRefusal.reaction("A reaction quotes nothing: it stands under its message.") }
            return ""
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

extension Outgoing {
    /// What WhatsApp lets nobody react to (fact sheet, section 3.2).
    private func checkTarget(of draft: Draft, _ contact: Contact, on line: Line, now: Date) throws {
        guard case .reaction(let reaction) = draft.content else { return }
        let target = try rows.messages(wamids: [reaction.target.rawValue], on: line.phoneNumberId).first
        guard let target, try rows.contact(of: target.conversationId) == contact.contactId else {
            throw SendRefusal.reaction("The message you react to is not part of this conversation.")
        }
        guard target.reactionTarget == nil else { throw SendRefusal.reaction("A reaction cannot be reacted to.") }
        guard target.revokedAt == nil else { throw SendRefusal.reaction("This message was deleted. WhatsApp takes no reaction to it.") }
        guard target.status != .failed else { throw SendRefusal.reaction("This message did not arrive. There is nothing to react to.") }
        guard now.timeIntervalSince(target.at) < OutgoingReaction.lasts else {
            throw SendRefusal.reaction("This message is more than 30 days old. WhatsApp takes no reaction to it any more.")
        }
    }
}

extension Draft {
    var isTemplate: Bool {
        if case .template = content { true } else { false }
    }

    /// Meta's name of the kind.
    public var type: String {
        switch content {
        case .text: "text"
        case .template: "template"
        case .media(let media): media.kind.rawValue
        case .place: "location"
        case .cards: "contacts"
        case .question: "interactive"
        case .reaction: "reaction"
        }
    }
}

extension OutgoingMedia {
    /// What it says, in a line for a list.
    fileprivate var preview: String {
        if let caption, !caption.isEmpty { return caption }
        return switch kind {
        case .image: "Photo"
        case .video: "Video"
        case .audio: isVoice ? "Voice message" : "Audio"
        case .document: filename ?? "Document"
        case .sticker: "Sticker"
        }
    }
}

extension Outgoing.Prepared {
    var message: Message {
        switch self {
        case .known(let message): message
        case .new(let new): new.message
        }
    }
}
