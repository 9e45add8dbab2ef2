/// Why bytes could not be read as JSON.
public struct JSONUnreadable: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where in the bytes reading stopped, counted from 0.
    public let offset: Int
    /// What was wrong there, in plain words.
    public let reason: String

    /// The reason with its place.
    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue {
    /// The deepest nesting that is read. Meta's deepest payloads have about a dozen levels.
    public static let deepestNesting = 128

    /// Reads one JSON text. Broken UTF-8 and lone surrogates become U+FFFD, since a cut emoji must not cost a whole message.
    ///
    /// - Parameter bytes: UTF-8, without a byte order mark.
    /// - Throws: `JSONUnreadable` for anything that is not JSON, or is nested deeper than ``deepestNesting``.
    public init(parsing bytes: [UInt8]) throws(JSONUnreadable) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// A parser of our own because payloads come from outside: depth is bounded before the stack is, and one pass yields every value.
struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONUnreadable) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("Something follows the end of the JSON text") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONUnreadable) -> JSONValue {
        guard depth < JSONValue.deepestNesting else { throw failure("The JSON text is nested too deeply") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONUnreadable) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw failure("A member's name is missing") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw failure("A colon is missing") }
            members[key] = try value(depth: depth + 1)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("An object does not end") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONUnreadable) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("An array does not end") }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONUnreadable) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        let matches = end <= bytes.count && word.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
        guard matches else { throw failure("An unknown word") }
        position = end
        return value
    }

    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    func failure(_ reason: String) -> JSONUnreadable {
        JSONUnreadable(offset: position, reason: reason)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }
}
