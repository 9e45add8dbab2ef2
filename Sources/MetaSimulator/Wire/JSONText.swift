extension JSON {
    /// The value as Meta writes it: non-ASCII characters as `\uXXXX` in lower-case hex (pairs above U+FFFF) and `/` as `\/`.
    /// The webhook signature covers exactly these bytes.
    var metaText: String {
        var text: [UInt8] = []
        text.reserveCapacity(1_024)
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let flag): text += (flag ? "true" : "false").utf8
        case .int(let number): text += String(number).utf8
        case .double(let number): text += String(number).utf8
        case .string(let string): Self.quote(string, into: &text)
        case .array(let items): Self.write(items, into: &text)
        case .object(let members): Self.write(members, into: &text)
        }
    }

    private static func write(_ items: [JSON], into text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        for (position, item) in items.enumerated() {
            if position > 0 { text.append(UInt8(ascii: ",")) }
            item.write(to: &text)
        }
        text.append(UInt8(ascii: "]"))
    }

    private static func write(_ members: [String: JSON], into text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        for (position, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if position > 0 { text.append(UInt8(ascii: ",")) }
            quote(member.key, into: &text)
            text.append(UInt8(ascii: ":"))
            member.value.write(to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    private static func quote(_ string: String, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x2F }) {
            text += string.utf8
        } else {
            for unit in string.utf16 { write(unit, into: &text) }
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func write(_ unit: UInt16, into text: inout [UInt8]) {
        switch unit {
        case 0x22: text += #"\""#.utf8
        case 0x5C: text += #"\\"#.utf8
        case 0x2F: text += #"\/"#.utf8
        case 0x0A: text += #"\n"#.utf8
        case 0x0D: text += #"\r"#.utf8
        case 0x09: text += #"\t"#.utf8
        case 0x20..<0x7F: text.append(UInt8(unit))
        default:
            let hex = String(unit, radix: 16)
            text += (#"\u"# + String(repeating: "0", count: 4 - hex.count) + hex).utf8
        }
    }
}
