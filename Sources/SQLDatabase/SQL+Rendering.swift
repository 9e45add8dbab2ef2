extension SQL {
    /// The text with `?` (SQLite) or `$1, $2, …` (PostgreSQL), and its parameters in order.
    func rendered(for dialect: Dialect) -> (text: String, values: [SQLValue]) {
        var rendering = Rendering(dialect: dialect)
        rendering.add(pieces)
        return (rendering.text, rendering.values)
    }

    /// The parameters alone, of a row's values in brackets.
    /// - Throws: `DatabaseError.misuse` when there is anything but plain values.
    func rowValues() throws -> [SQLValue] {
        try pieces.compactMap { piece in
            switch piece {
            case .value(let value): return value
            case .text(let text) where text.utf8.allSatisfy(Self.separatesValues): return nil
            default: throw DatabaseError.notPlainValues
            }
        }
    }

    // Brackets, commas and white space: whatever else stands between values is a part of an expression.
    private static func separatesValues(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x2C, 0x0A, 0x28, 0x29, 0x09, 0x0D: true
        default: false
        }
    }

    /// The parameters alone, when the text would be the one of `other`: that of many rows in a row is built once.
    func values(ifTextIsThatOf other: SQL) -> [SQLValue]? {
        guard pieces.count == other.pieces.count else { return nil }
        var values: [SQLValue] = []
        values.reserveCapacity(pieces.count / 2 + 1)
        for (piece, otherPiece) in zip(pieces, other.pieces) {
            switch (piece, otherPiece) {
            case (.text(let text), .text(let otherText)) where text == otherText: continue
            case (.value(let value), .value): values.append(value)
            case (.variant, .variant) where piece == otherPiece && !piece.hasValues: continue
            default: return nil
            }
        }
        return values
    }
}

extension SQL.Piece {
    /// Whether parameters belong to it.
    fileprivate var hasValues: Bool {
        switch self {
        case .text: false
        case .value, .list, .pairs: true
        case .variant(let sqlite, let postgres): sqlite.contains { $0.hasValues } || postgres.contains { $0.hasValues }
        }
    }
}

/// One statement's text as it grows.
private struct Rendering {
    let dialect: Dialect
    var text = ""
    var values: [SQLValue] = []

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    mutating func add(_ pieces: [SQL.Piece]) {
        for piece in pieces {
            switch piece {
            case .text(let fragment): text += fragment
            case .value(let value): add(value)
            case .list(let list): add(list: list)
            case .pairs(let columns): add(pairs: columns)
            case .variant(let sqlite, let postgres): add(dialect == .sqlite ? sqlite : postgres)
            }
        }
    }

    private mutating func add(_ value: SQLValue) {
        values.append(value)
        text += dialect == .sqlite ? "?" : "$\(values.count)"
    }

    // One parameter for all, so that the text, and with it the prepared statement, is the same for any number of values.
    private mutating func add(list: [SQLValue]) {
        guard let array = dialect == .sqlite ? JSONArray.text(of: list) : PostgresArray.text(of: list) else { return spellOut(list) }
        switch dialect {
        case .sqlite:
            text += "(SELECT value FROM json_each("
            add(.text(array))
            text += "))"
        case .postgres:
            let isNegated = text.hasSuffix("NOT IN ")
            guard text.hasSuffix(" IN ") else { return spellOut(list) }
            text.removeLast(isNegated ? 7 : 3)
            text += isNegated ? "<> ALL(" : "= ANY("
            add(.text(array))
            text += ")"
        }
    }

    private mutating func spellOut(_ list: [SQLValue]) {
        for (position, value) in list.enumerated() {
            text += position == 0 ? "(" : ", "
            add(value)
        }
        text += ")"
    }

    private mutating func add(pairs columns: [[String]]) {
        switch dialect {
        case .sqlite:
            text += "(SELECT value->>0, value->>1 FROM json_each("
            add(.text(JSONArray.text(of: columns)))
            text += "))"
        case .postgres:
            text += "(SELECT * FROM unnest(CAST("
            add(.text(PostgresArray.text(of: columns[0])))
            text += " AS TEXT[]), CAST("
            add(.text(PostgresArray.text(of: columns[1])))
            text += " AS TEXT[])))"
        }
    }
}

/// Values as SQLite's `json_each` reads them.
private enum JSONArray {
    /// Nil when a value has no form in JSON that comes back the same.
    static func text(of values: [SQLValue]) -> String? {
        var text: [UInt8] = [0x5B]
        text.reserveCapacity(values.count * 40)
        for value in values {
            if text.count > 1 { text.append(0x2C) }
            switch value {
            case .text(let string) where !string.utf8.contains(0): append(string, to: &text)
            case .integer(let number): text += String(number).utf8
            default: return nil
            }
        }
        text.append(0x5D)
        return String(decoding: text, as: UTF8.self)
    }

    static func text(of columns: [[String]]) -> String {
        var text: [UInt8] = [0x5B]
        text.reserveCapacity(columns[0].count * 80)
        for (one, other) in zip(columns[0], columns[1]) {
            text += text.count > 1 ? [0x2C, 0x5B] : [0x5B]
            append(one, to: &text)
            text.append(0x2C)
            append(other, to: &text)
            text.append(0x5D)
        }
        text.append(0x5D)
        return String(decoding: text, as: UTF8.self)
    }

    // Bytes, since a string would be looked at anew for each piece that is added.
    private static func append(_ string: String, to text: inout [UInt8]) {
        text.append(0x22)
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) { text += string.utf8 } else { text += escaped(string).utf8 }
        text.append(0x22)
    }

    private static func escaped(_ string: String) -> String {
        string.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Values as PostgreSQL reads an array.
private enum PostgresArray {
    /// Nil when a value has no plain form in an array.
    static func text(of values: [SQLValue]) -> String? {
        var text = "{"
        for value in values {
            if text.utf8.count > 1 { text += "," }
            switch value {
            case .text(let string): append(string, to: &text)
            case .integer(let number): text += String(number)
            default: return nil
            }
        }
        return text + "}"
    }

    static func text(of strings: [String]) -> String {
        var text = "{"
        for string in strings {
            if text.utf8.count > 1 { text += "," }
            append(string, to: &text)
        }
        return text + "}"
    }

    private static func append(_ string: String, to text: inout String) {
        text += "\""
        let isPlain = string.utf8.allSatisfy { $0 != 0x22 && $0 != 0x5C }
        text += isPlain ? string : string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        text += "\""
    }
}
