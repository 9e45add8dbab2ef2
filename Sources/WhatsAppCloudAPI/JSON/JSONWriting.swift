import Foundation

extension JSONValue {
    /// The value as UTF-8 JSON; members in the order of their names. What was read comes out the same: every digit, every character,
    /// and whether a number had a fraction. A number without a JSON form (infinity) becomes `null`.
    public var serialized: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}

/// The bytes of a value of our own. Members are ordered by name, and slashes stay as they are.
func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only a number without a JSON form (infinity) can fail here, and no value of ours holds one.
    return (try? encoder.encode(value)).map(Array.init) ?? []
}

/// A writer of our own, since Foundation's rounds long numbers and drops the fraction of whole ones.
private struct JSONWriter {
    var bytes: [UInt8] = []

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: add("null")
        case .bool(let value): add(value ? "true" : "false")
        case .integer(let value): add(String(value))
        case .bigInteger(let digits): add(digits)
        case .number(let value): add(value.isFinite ? value.description : "null")
        case .string(let text): write(text)
        case .array(let elements): write(elements)
        case .object(let members): write(members)
        }
    }

    private mutating func write(_ elements: [JSONValue]) {
        bytes.append(UInt8(ascii: "["))
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [String: JSONValue]) {
        bytes.append(UInt8(ascii: "{"))
        for (place, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(member.key)
            bytes.append(UInt8(ascii: ":"))
            write(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): add(#"\""#)
            case UInt8(ascii: "\\"): add(#"\\"#)
            case 0x0A: add(#"\n"#)
            case 0x0D: add(#"\r"#)
            case 0x09: add(#"\t"#)
            case 0..<0x20: add(byte < 0x10 ? #"\u000"# : #"\u001"#, String(byte & 15, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func add(_ texts: String...) {
        for text in texts { bytes.append(contentsOf: text.utf8) }
    }
}
