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

    /// A new ID that sorts behind those of the same `now` with a smaller `place` (up to 4,095; beyond that, by chance).
    init(now: Date, place: Int, random: inout Randomness) {
        rawValue = uuidV7(now: now, place: place, random: &random)
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

/// Time-ordered UUID text; `place` orders those of one moment (RFC 9562, section 6.2, method 1).
func uuidV7(now: Date, place: Int? = nil, random: inout Randomness) -> String {
    let milliseconds = UInt64(max(0, now.milliseconds))
    let high = (milliseconds << 16) | 0x7000 | (place.map { UInt64(min($0, 0x0FFF)) } ?? random.next() & 0x0FFF)
    let low = 0x8000_0000_0000_0000 | (random.next() & 0x3FFF_FFFF_FFFF_FFFF)
    return uuidText(high, low)
}

/// The smallest UUID of that kind made at `time` or later, for asking what is newer.
func firstUUIDv7(at time: Date) -> String {
    uuidText(UInt64(max(0, time.milliseconds)) << 16, 0)
}

private func uuidText(_ high: UInt64, _ low: UInt64) -> String {
    String(unsafeUninitializedCapacity: 36) { buffer in
        var position = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                buffer[position] = UInt8(ascii: "-")
                position += 1
            }
            let nibble = UInt8((index < 16 ? high : low) >> UInt64(60 - (index % 16) * 4) & 0xF)
            buffer[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            position += 1
        }
        return position
    }
}
