extension JSONParser {
    mutating func string() throws(JSONUnreadable) -> String {
        position += 1
        let start = position
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw failure("A control character stands in a string")
            default:
                position += 1
            }
        }
        throw failure("A string does not end")
    }

    mutating func number() throws(JSONUnreadable) -> JSONValue {
        let start = position
        while let byte = peek(), Self.belongsToNumber(byte) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard Self.isNumber(bytes[start..<position]) else {
            position = start
            throw failure("A value is missing")
        }
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Self.isDigit($0) }) {
            return Int64(text).map(JSONValue.integer) ?? .bigInteger(text)
        }
        guard let value = Double(text), value.isFinite else { throw failure("A number is too large") }
        return .number(value)
    }

    private mutating func escapedString(from start: Int) throws(JSONUnreadable) -> String {
        var text = Array(bytes[start..<position])
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("A control character stands in a string")
            default: text.append(byte)
            }
        }
        throw failure("A string does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONUnreadable) {
        guard let byte = peek() else { throw failure("A string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try scalar().utf8)
        default: throw failure("An unknown escape")
        }
    }

    /// Reads the digits behind `\u`; two escapes that form a surrogate pair become one character.
    private mutating func scalar() throws(JSONUnreadable) -> String {
        let unit = try hexadecimalUnit()
        guard UTF16.isLeadSurrogate(unit) else { return String(decoding: CollectionOfOne(unit), as: UTF16.self) }
        let afterLead = position
        if peek() == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u") {
            position += 2
            let trail = try hexadecimalUnit()
            if UTF16.isTrailSurrogate(trail) { return String(decoding: [unit, trail], as: UTF16.self) }
            position = afterLead
        }
        return "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() throws(JSONUnreadable) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = hexadecimalDigit(byte) else { throw failure("A \\u escape is incomplete") }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func belongsToNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: isDigit(byte)
        }
    }

    /// JSON's own grammar: `-`? digits without a leading zero, a fraction, an exponent.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
        rest = rest.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard let exponent = rest.first else { return true }
        guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }
}

/// The value of one hexadecimal digit in either case; `nil` for any other byte.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
