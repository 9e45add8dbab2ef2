import Foundation
import WhatsAppCloudAPI

/// How an incoming message is kept: its kind, its content in Meta's shape, and what it says.
struct KeptContent {
    let type: String
    /// JSON object with the member named by `type`.
    let body: String
    let preview: String
    /// Content beats a placeholder, a placeholder beats "unsupported": the same wamid seen again keeps the richest.
    let richness: Int
    /// Whether there is a file to fetch.
    let hasFile: Bool

    init(_ raw: JSONValue, type: String, content: InboundContent) {
        self.type = type
        var members: [String: JSONValue] = ["type": .string(type)]
        for name in [type, "errors", "referral", "identity"] {
            if let value = raw[name] { members[name] = value }
        }
        body = String(decoding: JSONValue.object(members).serialized, as: UTF8.self)
        preview = content.preview.storable
        hasFile = content.media != nil
        richness =
            switch content {
            case .unsupported, .unknown: type == "media_placeholder" ? 1 : 0
            default: 2
            }
    }

    /// Nil for what brings no message.
    init?(_ item: WebhookItem) {
        switch item.content {
        case .message(let message): self.init(message.raw, type: message.type, content: message.content)
        case .echo(let echo): self.init(echo.raw, type: echo.type, content: echo.content)
        case .call(let call): self.init(call)
        default: return nil
        }
    }
}

extension InboundContent {
    /// What it says, in a line for a list.
    var preview: String {
        switch self {
        case .text(let body): body
        case .image(let media): media.caption ?? "Photo"
        case .video(let media): media.caption ?? "Video"
        case .audio(let media): media.isVoice ? "Voice message" : "Audio"
        case .document(let media): media.caption ?? media.filename ?? "Document"
        case .sticker: "Sticker"
        case .location(let place): place.name ?? place.address ?? "Location"
        case .contacts(let people): people.compactMap(\.formattedName).joined(separator: ", ").nonEmpty ?? "Contact"
        case .button(let text, _): text
        case .buttonReply(_, let title): title
        case .listReply(_, let title, _): title
        case .flowReply(_, let body, _): body ?? "Form"
        case .callPermission(let response, _): response == "accept" ? "You may call" : "Please do not call"
        case .order: "Order"
        case .system(let notice): notice.body ?? "Something changed on the person’s WhatsApp"
        case .requestWelcome: "Opened the chat"
        case .edit(_, let content): content.preview
        case .reaction, .revoke: ""
        case .unsupported, .unknown: "A kind of message that can be seen only on a phone"
        }
    }

    /// Whether it counts as unread: what a person said, not what WhatsApp noted.
    var counts: Bool {
        switch self {
        case .system, .requestWelcome, .reaction, .edit, .revoke: false
        default: true
        }
    }
}

extension String {
    /// U+0000 is a character in JSON but cannot stand in a database's text.
    var storable: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }

    var nonEmpty: String? { isEmpty ? nil : self }
}
