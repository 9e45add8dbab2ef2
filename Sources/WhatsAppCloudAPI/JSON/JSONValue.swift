import Foundation

/// Any JSON value, as it came: what Meta adds tomorrow survives in it, and whole numbers keep every digit.
public indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A whole number of at most 64 bits, written without fraction or exponent.
    case integer(Int64)
    /// A whole number too large for 64 bits, as its digits.
    case bigInteger(String)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member of an object; `nil` when there is none or when this is no object. A JSON `null` counts as absent.
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self, let member = members[key], member != .null else { return nil }
        return member
    }

    /// The text of a JSON string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The text of a string or the digits of a whole number: Meta writes IDs both ways.
    public var identifier: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let value): String(value)
        case .bigInteger(let digits): digits
        default: nil
        }
    }

    /// A whole number, also when it came as text or with an empty fraction.
    public var integer: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// A number, also when it came as text.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .bigInteger(let digits): Double(digits)
        case .number(let value): value
        case .string(let text): Double(text)
        default: nil
        }
    }

    /// A JSON boolean, also when it came as the text `true` or `false`.
    public var bool: Bool? {
        switch self {
        case .bool(let value): value
        case .string("true"): true
        case .string("false"): false
        default: nil
        }
    }

    /// The elements of an array; `nil` when this is none.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members of an object; `nil` when this is none.
    public var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// A moment given as Unix seconds, as text or as a number. Values that can only be milliseconds are read as such. A moment after the
    /// year 5000 is no moment: whoever counts its milliseconds would overflow.
    public var date: Date? {
        let millisecondsFrom = 100_000_000_000.0
        guard let seconds = double, seconds >= 0, seconds < millisecondsFrom * 1000 else { return nil }
        return Date(timeIntervalSince1970: seconds < millisecondsFrom ? seconds : seconds / 1000)
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A JSON string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A whole JSON number.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// A JSON boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A JSON array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// A JSON object; of a repeated key the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
