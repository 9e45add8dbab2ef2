import Foundation
import SQLDatabase

/// The ID of one kind of thing. Ours are UUIDv7 text (they sort by time); a landlord's is the platform's `auth.user.id`.
/// The phantom type keeps a contact's ID from being used where a conversation's is meant.
public struct Identifier<Subject>: RawRepresentable, Hashable, Sendable, Codable, Comparable, CustomStringConvertible, SQLBindable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public init(_ text: String) {
        rawValue = text
    }

    /// A new ID: 48 bits of `now` in milliseconds, then randomness (RFC 9562, version 7).
    public init(now: Date, random: inout Randomness) {
        rawValue = uuidV7(now: now, random: &random)
    }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }
    public var sqlValue: SQLValue { .text(rawValue) }

    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// Time-ordered UUID text.
func uuidV7(now: Date, random: inout Randomness) -> String {
    let milliseconds = UInt64(max(0, now.milliseconds))
    let high = (milliseconds << 16) | 0x7000 | (random.next() & 0x0FFF)
    let low = 0x8000_0000_0000_0000 | (random.next() & 0x3FFF_FFFF_FFFF_FFFF)
    let digits = hex(high) + hex(low)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
        String(digits.dropFirst(range.lowerBound).prefix(range.count))
    }.joined(separator: "-")
}

private func hex(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
}
