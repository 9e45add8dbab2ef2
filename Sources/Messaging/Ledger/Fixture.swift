import Crypto
import Foundation
import WhatsAppCloudAPI

extension Messaging {
    /// A stored event as a test fixture: its shape, kinds, codes and times are kept, everything personal is replaced. Nil when there is no such
    /// event, or its body has been deleted.
    public func fixture(of event: LedgerEvent.ID) async throws -> [UInt8]? {
        guard let stored = try await ledger.events([event]).first else { return nil }
        return Fixture(salt: SymmetricKey(size: .bits256)).scrubbed(stored.body)
    }
}

/// Replaces what is personal in a body by stand-ins of the same shape; equal texts become equal stand-ins, so that references still fit.
struct Fixture {
    let salt: SymmetricKey

    // Words of Meta's own vocabulary. Whatever is not listed is taken for somebody's words or ID.
    private static let kept: Set<String> = [
        "object", "field", "type", "status", "event", "messaging_product", "timestamp", "time", "category", "pricing_model", "conversation_type",
        "mime_type", "language", "recipient_type", "code", "emoji_type", "quality_score", "decision", "violation_type", "old_limit",
        "current_limit", "href", "origin", "source_type", "media_type", "preference", "value_type",
    ]

    func scrubbed(_ body: [UInt8]) -> [UInt8] {
        guard let json = try? JSONValue(parsing: body) else { return scrubbedBytes(body) }
        return scrubbed(json, under: "").serialized
    }

    private func scrubbed(_ value: JSONValue, under key: String) -> JSONValue {
        switch value {
        case .object(let members): .object(members.reduce(into: [:]) { $0[$1.key] = scrubbed($1.value, under: $1.key) })
        case .array(let elements): .array(elements.map { scrubbed($0, under: key) })
        case .string(let text): .string(Self.kept.contains(key) ? text : standIn(for: text))
        case .integer(let number): .integer(Self.kept.contains(key) || abs(number) < 1_000_000 ? number : number / 7)
        case .bigInteger(let digits): .bigInteger(String(repeating: "7", count: digits.count))
        // A place on the map is as personal as a name.
        case .number: .number(1.5)
        case .bool, .null: value
        }
    }

    private func standIn(for text: String) -> String {
        if text.hasPrefix("wamid.") { return "wamid." + standIn(for: String(text.dropFirst(6))) }
        var noise = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: salt).makeIterator()
        var used: [UInt8] = []
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.enumerated().map { index, scalar in
                    if let byte = noise.next() { used.append(byte) }
                    let byte = UInt32(used[index % used.count])
                    return switch scalar {
                    case "0"..."9": Unicode.Scalar(48 + byte % 10) ?? "0"
                    case "A"..."Z": Unicode.Scalar(65 + byte % 26) ?? "X"
                    case "a"..."z": Unicode.Scalar(97 + byte % 26) ?? "x"
                    // What only punctuates tells nothing; any other script could be a name.
                    default: scalar.properties.isAlphabetic ? "ø" : scalar
                    }
                }))
    }

    // What is not JSON keeps its punctuation, its keys and its broken places.
    private func scrubbedBytes(_ body: [UInt8]) -> [UInt8] {
        var result = body
        var start: Int?
        for position in body.indices where body[position] == UInt8(ascii: "\"") && (position == 0 || body[position - 1] != UInt8(ascii: "\\")) {
            if let opened = start {
                let isKey = body[(position + 1)...].first { $0 != 0x20 } == UInt8(ascii: ":")
                if !isKey { Self.blank(&result, from: opened, to: position) }
                start = nil
            } else {
                start = position + 1
            }
        }
        if let opened = start { Self.blank(&result, from: opened, to: body.count) }
        return result
    }

    private static func blank(_ bytes: inout [UInt8], from start: Int, to end: Int) {
        for position in start..<end {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes[position] = UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): bytes[position] = UInt8(ascii: "x")
            case 0x80...0xBF: bytes[position] = 0x80
            default: break
            }
        }
    }
}
