import Messaging
import WhatsAppCloudAPI

/// The body of `sendMessage`: whom, and what in Meta's own form; a text may also stand there as a plain string.
struct SendRequest: Decodable {
    let draft: Draft
    let addressee: Addressee

    private enum Key: String, CodingKey {
        case tenantId, contactId, conversationId, to, clientMessageId, type, text, template, context
        case image, video, audio, document, sticker
        case location, contacts, interactive, reaction
    }

    private struct Quote: Decodable {
        let message_id: String
    }

    private struct Text: Decodable {
        let body: String
        let preview_url: Bool?
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let clientID = try fields.decodeIfPresent(String.self, forKey: .clientMessageId)
        if let clientID, clientID.isEmpty || clientID.utf8.count > 200 {
            throw DecodingError.dataCorruptedError(forKey: .clientMessageId, in: fields, debugDescription: "use 1 to 200 bytes")
        }
        addressee = try Self.addressee(in: fields)
        let content = try Self.content(in: fields, decoder)
        var draft = Draft(
            content, replyTo: try fields.decodeIfPresent(Quote.self, forKey: .context)?.message_id, clientMessageID: clientID)
        // The ID is that of a file of ours; WhatsApp's own comes once WhatsApp has it.
        if case .media(var media) = content, case .uploaded(let id)? = media.source {
            media.source = nil
            draft.content = .media(media)
            draft.file = id.rawValue
        }
        self.draft = draft
    }

    private static func addressee(in fields: KeyedDecodingContainer<Key>) throws -> Addressee {
        let named = [
            try fields.decodeIfPresent(String.self, forKey: .tenantId).map { Addressee.tenant($0) },
            try fields.decodeIfPresent(String.self, forKey: .contactId).map { Addressee.contact(Contact.ID($0)) },
            try fields.decodeIfPresent(String.self, forKey: .conversationId).map { Addressee.conversation(Conversation.ID($0)) },
            try fields.decodeIfPresent(String.self, forKey: .to).map { Addressee.number($0) },
        ].compactMap { $0 }
        guard named.count == 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .to, in: fields, debugDescription: "name one of tenantId, contactId, conversationId and to")
        }
        return named[0]
    }

    private static func content(in fields: KeyedDecodingContainer<Key>, _ decoder: any Decoder) throws -> OutgoingMessage.Content {
        let standard = fields.contains(.template) ? "template" : "text"
        switch try fields.decodeIfPresent(String.self, forKey: .type) ?? standard {
        case "text":
            if let plain = try? fields.decode(String.self, forKey: .text) { return .text(body: plain, previewURL: false) }
            let text = try fields.decode(Text.self, forKey: .text)
            return .text(body: text.body, previewURL: text.preview_url ?? false)
        case "template":
            return .template(try fields.decode(TemplateMessage.self, forKey: .template))
        case "location", "contacts", "interactive", "reaction":
            return try OutgoingMessage.Content(from: decoder)
        case let kind where OutgoingMedia.Kind(rawValue: kind) != nil:
            let content = try OutgoingMessage.Content(from: decoder)
            guard case .media(let media) = content, media.source != nil else {
                throw DecodingError.dataCorruptedError(
                    forKey: Key(rawValue: kind) ?? .type, in: fields,
                    debugDescription: "name the id of a file that was handed in, or a link")
            }
            return content
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: fields, debugDescription: "\(other) cannot be sent; use a type of Meta’s that docs/api.md names")
        }
    }
}
