import Crypto
import Foundation
import WhatsAppCloudAPI

extension Messaging {
    /// A stored event as a test fixture: its shape, kinds, codes and times are kept, everything personal is replaced. Nil when there is no such
    /// event, or its body has been deleted.
    public func fixture(of event: LedgerEvent.ID) async throws -> [UInt8]? {
        guard let stored = try await ledger.events([event]).first else { return nil }
        return Fixture.fresh.scrubbed(stored.body)
    }
}

/// Replaces what is personal in a body by stand-ins of the same shape; equal texts become equal stand-ins, so that references still fit.
struct Fixture {
    let salt: SymmetricKey

    /// With a salt that is forgotten, so that nobody can find a word again by trying.
    static var fresh: Fixture { Fixture(salt: SymmetricKey(size: .bits256)) }

    // Words of Meta's own vocabulary. Whatever is not listed is taken for somebody's words or ID.
    private static let kept: Set<String> = [
        "object", "field", "type", "status", "event", "messaging_product", "timestamp", "time", "category", "pricing_model",
        "conversation_type",
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

    // What is not JSON keeps its punctuation, its keys and its broken places; words and figures go wherever they stand.
    private func scrubbedBytes(_ body: [UInt8]) -> [UInt8] {
        var result = body
        var position = 0, start = 0
        while position < body.count {
            guard body[position] == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            Self.blankBetween(&result, from: start, to: position)
            let opened = position + 1, end = Self.endOfString(body, from: opened)
            if !Self.isKey(body, from: opened, to: end) { Self.blank(&result, from: opened, to: end) }
            (position, start) = (end + 1, end + 1)
        }
        Self.blankBetween(&result, from: start, to: body.count)
        return result
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position, bytes.count)
    }

    // Meta's keys are small letters; a name before a colon is not one.
    private static func isKey(_ bytes: [UInt8], from start: Int, to end: Int) -> Bool {
        guard end < bytes.count, bytes[(end + 1)...].first(where: { $0 != 0x20 }) == UInt8(ascii: ":") else { return false }
        return (1...40).contains(end - start) && bytes[start..<end].allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
    }

    // Between strings stand numbers and three words of JSON's own.
    private static func blankBetween(_ bytes: inout [UInt8], from start: Int, to end: Int) {
        let isLetter: (UInt8) -> Bool = { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        var position = start
        while position < end {
            let word = bytes[position..<end].prefix(while: isLetter)
            if !["true", "false", "null"].contains(String(decoding: word, as: UTF8.self)) {
                blank(&bytes, from: position, to: position + max(1, word.count))
            }
            position += max(1, word.count)
        }
    }

    private static func blank(_ bytes: inout [UInt8], from start: Int, to end: Int) {
        var position = start
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\\"):
                let isCode = position + 5 < end && bytes[position + 1] == UInt8(ascii: "u")
                if isCode { bytes.replaceSubrange((position + 2)..<(position + 6), with: Array("00f8".utf8)) }
                position += isCode ? 5 : 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes[position] = UInt8(ascii: "7")
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): bytes[position] = UInt8(ascii: "x")
            case 0x80...0xBF: bytes[position] = 0x80
            case 0xC2...0xDF: bytes[position] = 0xC3
            case 0xE0...0xEF: bytes[position] = 0xE1
            case 0xF0...0xF4: bytes[position] = 0xF1
            default: break
            }
            position += 1
        }
    }
}
