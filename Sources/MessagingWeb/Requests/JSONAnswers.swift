import Foundation
import Messaging
import WhatsAppCloudAPI

extension JSONValue {
    /// The value as JSON text, keys in order, so that equal values are equal texts.
    var text: String { String(decoding: serialized, as: UTF8.self) }

    /// An ISO 8601 time in UTC with milliseconds, or null.
    static func time(_ date: Date?) -> JSONValue {
        date.map { .string($0.formatted(.iso8601Milliseconds)) } ?? .null
    }

    /// A text, or null.
    static func text(_ text: String?) -> JSONValue {
        text.map { .string($0) } ?? .null
    }

    static func id<Subject>(_ id: Identifier<Subject>?) -> JSONValue {
        .text(id?.rawValue)
    }

    /// A list with the place where the next part starts.
    static func list(_ items: [JSONValue], next: Cursor? = nil) -> JSONValue {
        ["items": .array(items), "next": .text(next?.text)]
    }

    /// Meta's JSON as it is stored; null for what is none.
    static func stored(_ text: String) -> JSONValue {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .null
    }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    static var iso8601Milliseconds: Date.ISO8601FormatStyle { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}
