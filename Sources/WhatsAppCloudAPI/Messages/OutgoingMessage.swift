/// A message to one person, in exactly the JSON that Meta's `POST /<phone number ID>/messages` takes.
public struct OutgoingMessage: Sendable, Hashable {
    /// Who receives it.
    public enum Recipient: Sendable, Hashable {
        /// A phone number in E.164 with its plus sign. Without the sign Meta may take it for a local number.
        case to(String)
        /// A person known only by the business-scoped ID.
        case user(BusinessScopedUserID)
    }

    /// What is said.
    public enum Content: Sendable, Hashable {
        /// At most 4096 characters, allowed inside the customer service window only.
        case text(body: String, previewURL: Bool)
        /// An approved template, allowed at any time.
        case template(TemplateMessage)
        /// A file, allowed inside the customer service window only.
        case media(OutgoingMedia)
        /// A place, allowed inside the customer service window only.
        case place(OutgoingPlace)
        /// Up to 257 visiting cards, allowed inside the customer service window only.
        case cards([OutgoingCard])
        /// Words with something to press, allowed inside the customer service window only.
        case question(OutgoingQuestion)
        /// An emoji under another message, allowed inside the customer service window only. It quotes nothing (``replyTo`` is left out).
        case reaction(OutgoingReaction)
    }

    /// Who receives it.
    public var recipient: Recipient
    /// The message that this one quotes.
    public var replyTo: Wamid?
    /// Comes back in every status webhook (`biz_opaque_callback_data`); at most 512 characters.
    public var callbackData: String?
    /// What is said.
    public var content: Content

    /// Gathers the parts; Meta judges them.
    public init(recipient: Recipient, replyTo: Wamid? = nil, callbackData: String? = nil, content: Content) {
        self.recipient = recipient
        self.replyTo = replyTo
        self.callbackData = callbackData
        self.content = content
    }
}

extension OutgoingMessage: Codable {
    private enum Key: String, CodingKey {
        case product = "messaging_product"
        case recipientType = "recipient_type"
        case to
        case recipient
        case context
        case callbackData = "biz_opaque_callback_data"
    }

    private struct Context: Codable {
        var message_id: Wamid
    }

    /// Reads Meta's JSON. When both `to` and `recipient` are there, `to` wins, as it does at Meta.
    ///
    /// - Throws: `DecodingError` when nobody is named or the content is not one of ``Content``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let number = try container.decodeIfPresent(String.self, forKey: .to) {
            recipient = .to(number)
        } else {
            recipient = .user(try container.decode(BusinessScopedUserID.self, forKey: .recipient))
        }
        replyTo = try container.decodeIfPresent(Context.self, forKey: .context)?.message_id
        callbackData = try container.decodeIfPresent(String.self, forKey: .callbackData)
        content = try Content(from: decoder)
    }

    /// Writes Meta's JSON.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("whatsapp", forKey: .product)
        try container.encode("individual", forKey: .recipientType)
        switch recipient {
        case .to(let number): try container.encode(number, forKey: .to)
        case .user(let person): try container.encode(person, forKey: .recipient)
        }
        try container.encodeIfPresent(replyTo.map(Context.init), forKey: .context)
        try container.encodeIfPresent(callbackData, forKey: .callbackData)
        try content.encode(to: encoder)
    }
}

extension OutgoingMessage.Content: Codable {
    private enum Key: String, CodingKey {
        case type
        case text
        case template
        case image, video, audio, document, sticker
        case location, contacts, interactive, reaction

        init(_ kind: OutgoingMedia.Kind) {
            self =
                switch kind {
                case .image: .image
                case .video: .video
                case .audio: .audio
                case .document: .document
                case .sticker: .sticker
                }
        }
    }

    private struct Text: Codable {
        var body: String
        var preview_url: Bool?
    }

    /// Reads `{"type":…, "<type>":{…}}`; a missing type means text, as it does at Meta.
    ///
    /// - Throws: `DecodingError` for other types or a missing body.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decodeIfPresent(String.self, forKey: .type) ?? "text" {
        case "text":
            let text = try container.decode(Text.self, forKey: .text)
            self = .text(body: text.body, previewURL: text.preview_url ?? false)
        case "template":
            self = .template(try container.decode(TemplateMessage.self, forKey: .template))
        case "location": self = .place(try container.decode(OutgoingPlace.self, forKey: .location))
        case "contacts": self = .cards(try container.decode([OutgoingCard].self, forKey: .contacts))
        case "interactive": self = .question(try container.decode(OutgoingQuestion.self, forKey: .interactive))
        case "reaction": self = .reaction(try container.decode(OutgoingReaction.self, forKey: .reaction))
        case let other:
            guard let kind = OutgoingMedia.Kind(rawValue: other) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .type, in: container,
                    debugDescription: "Messages of type \(other) cannot be sent.")
            }
            self = .media(try container.decode(OutgoingMediaBody.self, forKey: Key(kind)).media(kind))
        }
    }

    /// Writes `{"type":…, "<type>":{…}}`.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .text(let body, let previewURL):
            try container.encode("text", forKey: .type)
            try container.encode(Text(body: body, preview_url: previewURL), forKey: .text)
        case .template(let template):
            try container.encode("template", forKey: .type)
            try container.encode(template, forKey: .template)
        case .media(let media):
            try container.encode(media.kind.rawValue, forKey: .type)
            try container.encode(OutgoingMediaBody(media), forKey: Key(media.kind))
        case .place(let place):
            try container.encode("location", forKey: .type)
            try container.encode(place, forKey: .location)
        case .cards(let cards):
            try container.encode("contacts", forKey: .type)
            try container.encode(cards, forKey: .contacts)
        case .question(let question):
            try container.encode("interactive", forKey: .type)
            try container.encode(question, forKey: .interactive)
        case .reaction(let reaction):
            try container.encode("reaction", forKey: .type)
            try container.encode(reaction, forKey: .reaction)
        }
    }
}
