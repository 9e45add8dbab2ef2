extension WebhookPayload {
    /// The account that a whole body is about, found without decoding it: the `id` its entries share. Nil for entries of several
    /// accounts, and for anything that does not look like Meta's envelope. Only a hint: it proves nothing.
    public static func account(of body: [UInt8]) -> String? {
        var scan = EnvelopeScan(bytes: body)
        return scan.account()
    }
}

/// Walks over a JSON text and stops at the values it looks for. Strings and nesting are told apart, nothing else is understood.
private struct EnvelopeScan {
    private static let entry = Array("entry".utf8)
    private static let id = Array("id".utf8)

    let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    // {"entry":[{"id":"…",…},{"id":"…",…}]}: the entries' members stand at depth 3, below the key at depth 1.
    mutating func account() -> String? {
        var found: String?
        var isInEntries = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > JSONValue.deepestNesting { return nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 1 { isInEntries = false }
            case UInt8(ascii: "\""):
                guard let text = string() else { return nil }
                guard depth == 1 || depth == 3, isKey() else { continue }
                if depth == 1 {
                    isInEntries = text.elementsEqual(Self.entry)
                } else if isInEntries, text.elementsEqual(Self.id) {
                    guard let id = value(), found == nil || found == id else { return nil }
                    found = id
                }
            default: break
            }
        }
        return found
    }

    private mutating func string() -> ArraySlice<UInt8>? {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return bytes[start..<(position - 1)]
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }

    private mutating func isKey() -> Bool {
        skipSpace()
        return position < bytes.count && bytes[position] == UInt8(ascii: ":")
    }

    // An ID is a string of digits, or now and then a number.
    private mutating func value() -> String? {
        position += 1
        skipSpace()
        let isQuoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
        if isQuoted { position += 1 }
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        let digits = bytes[start..<position]
        if isQuoted {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
            position += 1
        }
        return (1...32).contains(digits.count) ? String(decoding: digits, as: UTF8.self) : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
