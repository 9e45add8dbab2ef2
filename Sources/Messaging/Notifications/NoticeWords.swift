import Foundation

/// What a notification says of a message: short, on one line, and nothing of what was taken back.
struct NoticeWords {
    private static let longest = 140

    let text: String

    init(_ message: Message) {
        if message.revokedAt != nil {
            text = "Deleted a message"
        } else {
            let words = Self.shortened(message.preview)
            text = words.isEmpty ? Self.kind(message.type) : words
        }
    }

    /// Without what was said.
    static func count(_ unread: Int) -> String { unread > 1 ? "\(unread) new messages" : "New message" }

    /// On one line, and cut where there is too much: by code points, since a single letter may be of any length.
    static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard line.unicodeScalars.count > longest else { return line }
        return String(String.UnicodeScalarView(line.unicodeScalars.prefix(longest))) + "…"
    }

    private static func kind(_ type: String) -> String {
        switch type {
        case "image": "Photo"
        case "video": "Video"
        case "audio": "Voice message"
        case "document": "Document"
        case "sticker": "Sticker"
        case "location": "Location"
        case "contacts": "Contact card"
        default: "New message"
        }
    }
}
