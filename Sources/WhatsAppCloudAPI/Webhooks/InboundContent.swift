import Foundation

/// What a person said. A kind that Meta adds later becomes ``unknown(type:)`` and stays readable in the message's `raw`.
public indirect enum InboundContent: Sendable, Hashable {
    case text(body: String)
    case image(InboundMedia)
    case video(InboundMedia)
    case audio(InboundMedia)
    case document(InboundMedia)
    case sticker(InboundMedia)
    case location(InboundLocation)
    case contacts([SharedContact])
    /// A template's quick-reply button was pressed.
    case button(text: String, payload: String?)
    /// A reply button of an interactive message was pressed.
    case buttonReply(id: String, title: String)
    /// A row of a list was chosen.
    case listReply(id: String, title: String, description: String?)
    /// A form was filled in; the answers are a text that holds JSON.
    case flowReply(name: String?, body: String?, responseJSON: String)
    /// The person allowed or refused calls.
    case callPermission(response: String, expiresAt: Date?)
    /// An emoji under a message; `nil` takes it away.
    case reaction(target: Wamid, emoji: String?)
    case order(InboundOrder)
    case system(SystemNotice)
    /// New content for an earlier message.
    case edit(original: Wamid, content: InboundContent)
    /// An earlier message was deleted for everyone.
    case revoke(original: Wamid)
    /// The chat was opened for the first time.
    case requestWelcome
    /// Something that Meta does not hand on, such as a poll.
    case unsupported(kind: String?)
    /// A kind not described here, or a known kind whose content is missing.
    case unknown(type: String)
}

extension InboundContent {
    /// The file it consists of.
    public var media: InboundMedia? {
        switch self {
        case .image(let media), .video(let media), .audio(let media), .document(let media), .sticker(let media): media
        default: nil
        }
    }

    /// Whether this is a message of the person rather than something about one.
    func isWrittenByPerson(hasErrors: Bool) -> Bool {
        switch self {
        case .text, .image, .video, .audio, .document, .sticker, .location, .contacts, .button, .buttonReply, .listReply, .flowReply,
            .callPermission, .order:
            true
        case .reaction, .system, .edit, .revoke, .requestWelcome: false
        case .unsupported(let kind): kind != nil
        case .unknown: !hasErrors
        }
    }

    /// Reads a message object of Meta's: of a webhook, an echo, or old chats.
    public init(message: JSONValue) {
        let type = message["type"]?.string ?? "unknown"
        self =
            Self.plain(type, message[type]) ?? Self.aboutMessages(type, message[type])
            ?? Self.special(type, message) ?? .unknown(type: type)
    }

    private static func plain(_ type: String, _ value: JSONValue?) -> InboundContent? {
        switch type {
        case "text": value?["body"]?.string.map(InboundContent.text)
        case "image": InboundMedia(value).map(InboundContent.image)
        case "video": InboundMedia(value).map(InboundContent.video)
        case "audio": InboundMedia(value).map(InboundContent.audio)
        case "document": InboundMedia(value).map(InboundContent.document)
        case "sticker": InboundMedia(value).map(InboundContent.sticker)
        case "location": InboundLocation(value).map(InboundContent.location)
        case "contacts": (value?.array).map { .contacts($0.map(SharedContact.init)) }
        case "order": value.map { .order(InboundOrder($0)) }
        case "button": value?["text"]?.string.map { .button(text: $0, payload: value?["payload"]?.string) }
        case "interactive": value.flatMap(interactive)
        default: nil
        }
    }

    private static func interactive(_ value: JSONValue) -> InboundContent? {
        let type = value["type"]?.string ?? ""
        guard let reply = value[type] else { return nil }
        switch type {
        case "button_reply":
            return reply["id"]?.identifier.map { .buttonReply(id: $0, title: reply["title"]?.string ?? "") }
        case "list_reply":
            let description = reply["description"]?.string
            return reply["id"]?.identifier.map { .listReply(id: $0, title: reply["title"]?.string ?? "", description: description) }
        case "nfm_reply":
            return reply["response_json"]?.string.map {
                .flowReply(name: reply["name"]?.string, body: reply["body"]?.string, responseJSON: $0)
            }
        case "call_permission_reply":
            return reply["response"]?.string.map { .callPermission(response: $0, expiresAt: reply["expiration_timestamp"]?.date) }
        default:
            return nil
        }
    }

    private static func aboutMessages(_ type: String, _ value: JSONValue?) -> InboundContent? {
        let original = value?["original_message_id"]?.identifier.map(Wamid.init(rawValue:))
        switch type {
        case "reaction":
            let emoji = value?["emoji"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            return value?["message_id"]?.identifier.map { .reaction(target: Wamid($0), emoji: emoji) }
        case "edit":
            guard let original, let message = value?["message"] else { return nil }
            // Only one level: an edit of an edit names the same original.
            let isNested = message["type"]?.string == "edit"
            return .edit(original: original, content: isNested ? .unknown(type: "edit") : InboundContent(message: message))
        case "revoke":
            return original.map(InboundContent.revoke)
        default:
            return nil
        }
    }

    private static func special(_ type: String, _ message: JSONValue) -> InboundContent? {
        switch type {
        case "system": .system(SystemNotice(message["system"] ?? .null, identity: message["identity"]))
        case "request_welcome": .requestWelcome
        case "unsupported": .unsupported(kind: message["unsupported"]?["type"]?.string)
        default: nil
        }
    }
}
