import Foundation
import WhatsAppCloudAPI

/// What fuzzing begins with: every webhook fixture, whole and cut into single changes.
public struct Corpus: Sendable {
    public let bodies: [[UInt8]]
    /// Strings and numbers that stand in the bodies, and some that are known for trouble.
    let tokens: [[UInt8]]

    private static let webhooks = [
        "account-events", "inbound-every-kind", "inbound-number-changed", "inbound-person-without-number", "odd-items",
        "people-and-phone-app", "statuses", "template-events",
    ]

    /// - Throws: when a fixture is missing.
    public init() throws {
        let whole = try Self.webhooks.map { [UInt8](try Data(contentsOf: Self.fixtures.appending(path: "\($0).json"))) }
        bodies = try whole + whole.flatMap(Self.singleItems)
        let words = Set(whole.flatMap { String(decoding: $0, as: UTF8.self).matches(of: /"[^"]*"/).map { String($0.output) } })
        tokens = (words.sorted() + Self.troublesome).map { Array($0.utf8) }
    }

    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "WhatsAppCloudAPITests/Fixtures")

    private static let troublesome = [
        "null", "true", "{}", "[]", "\"\"", "0", "-0", "-1", "1e308", "1e-400", "0.1", "9223372036854775808", "-9223372036854775809",
        "123456789012345678901234567890123456789012345678901234567890", "\"1e300\"", "\"99999999999999999\"", "1795000000000",
        "\"NaN\"", "\"inf\"", "\"-5\"", #""\u0000""#, #""\ud83d""#, #""\ud83d\udca7""#, #""\udca7""#, "\"e\u{301}\"", "\"\u{FEFF}\"",
        "\"\u{202E}\"", #"{"id":"104000000000001","changes":[]}"#, "[[[[[[[[", "]]]]", "{\"a\":", "},{", "],[", "\\", "\"", ",", ":",
    ]

    /// The same envelope around each single message, status or other element.
    private static func singleItems(of body: [UInt8]) throws -> [[UInt8]] {
        let envelope = try JSONValue(parsing: body)
        return (envelope["entry"]?.array ?? []).flatMap { entry in
            (entry["changes"]?.array ?? []).flatMap { change in
                pieces(of: change).map { ["object": "whatsapp_business_account", "entry": [entry.with("changes", [$0])]] as JSONValue }
            }
        }.map(\.serialized)
    }

    private static func pieces(of change: JSONValue) -> [JSONValue] {
        for list in ["messages", "statuses", "message_echoes"] {
            guard let value = change["value"], let elements = value[list]?.array, elements.count > 1 else { continue }
            return elements.map { change.with("value", value.with(list, [$0])) }
        }
        return [change]
    }
}

extension JSONValue {
    fileprivate func with(_ name: String, _ member: JSONValue) -> JSONValue {
        .object((object ?? [:]).merging([name: member]) { $1 })
    }
}
