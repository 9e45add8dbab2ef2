extension JSON {
    /// The value as Meta writes it: non-ASCII characters as `\uXXXX` in lower-case hex (pairs above U+FFFF) and `/` as `\/`.
    /// The webhook signature covers exactly these bytes.
    var metaText: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += String(number)
        case .double(let number): text += String(number)
        case .string(let string): Self.quote(string, into: &text)
        case .array(let items): Self.write(items, into: &text)
        case .object(let members): Self.write(members, into: &text)
        }
    }

    private static func write(_ items: [JSON], into text: inout String) {
        text += "["
        for (position, item) in items.enumerated() {
            if position > 0 { text += "," }
            item.write(to: &text)
        }
        text += "]"
    }

    private static func write(_ members: [String: JSON], into text: inout String) {
        text += "{"
        for (position, name) in members.keys.sorted().enumerated() {
            if position > 0 { text += "," }
            quote(name, into: &text)
            text += ":"
            (members[name] ?? .null).write(to: &text)
        }
        text += "}"
    }

    private static func quote(_ string: String, into text: inout String) {
        text += "\""
        for unit in string.utf16 {
            switch unit {
            case 0x22: text += "\\\""
            case 0x5C: text += "\\\\"
            case 0x2F: text += "\\/"
            case 0x0A: text += "\\n"
            case 0x0D: text += "\\r"
            case 0x09: text += "\\t"
            case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let hex = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
        text += "\""
    }
}
