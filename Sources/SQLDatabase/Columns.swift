import Foundation

/// A type that reads its columns one after the other, in the query's order: for rows that are read by the thousand, where finding each
/// column by its name takes longer than the query.
public protocol ReadsColumns {
    /// - Throws: `DecodingError` that tells which column does not fit.
    init(_ columns: inout Columns) throws
}

/// A row's columns, from left to right.
public struct Columns {
    private let row: SQLRow
    private var position = 0

    @usableFromInline
    init(_ row: SQLRow) {
        self.row = row
    }

    private mutating func next() -> SQLValue {
        defer { position += 1 }
        return row[position]
    }

    /// The next column, a text.
    public mutating func text() throws -> String {
        guard case .text(let text) = next() else { throw mismatch(String.self) }
        return text
    }

    /// The next column, a text or NULL.
    public mutating func optionalText() throws -> String? {
        switch next() {
        case .text(let text): text
        case .null: nil
        default: throw mismatch(String.self)
        }
    }

    /// The next column, a whole number.
    public mutating func integer() throws -> Int {
        guard case .integer(let number) = next() else { throw mismatch(Int.self) }
        return Int(number)
    }

    /// The next column, a whole number or NULL.
    public mutating func optionalInteger() throws -> Int? {
        switch next() {
        case .integer(let number): Int(number)
        case .null: nil
        default: throw mismatch(Int.self)
        }
    }

    /// The next column, a time in milliseconds.
    public mutating func date() throws -> Date {
        Date(timeIntervalSince1970: Double(try integer()) / 1_000)
    }

    /// The next column, a time in milliseconds or NULL.
    public mutating func optionalDate() throws -> Date? {
        try optionalInteger().map { Date(timeIntervalSince1970: Double($0) / 1_000) }
    }

    /// The next column, true or false.
    public mutating func boolean() throws -> Bool {
        switch next() {
        case .boolean(let flag): flag
        case .integer(0): false
        case .integer(1): true
        default: throw mismatch(Bool.self)
        }
    }

    /// The next column, a text that stands for a value of an enum or an identifier.
    @inlinable
    public mutating func value<Value: RawRepresentable<String>>() throws -> Value {
        guard let value = Value(rawValue: try text()) else { throw mismatch(Value.self) }
        return value
    }

    /// The next column, such a text or NULL.
    @inlinable
    public mutating func optionalValue<Value: RawRepresentable<String>>() throws -> Value? {
        guard let text = try optionalText() else { return nil }
        guard let value = Value(rawValue: text) else { throw mismatch(Value.self) }
        return value
    }

    // Names the column, never what it holds: that may be personal.
    @usableFromInline
    func mismatch(_ type: Any.Type) -> DecodingError {
        let name = row.columns.indices.contains(position - 1) ? row.columns[position - 1] : "beyond the last one"
        return .typeMismatch(type, .init(codingPath: [], debugDescription: "The column \(name) is not a \(type)."))
    }
}

extension Connection {
    /// The rows of a query, each read column by column.
    /// - Throws: `DatabaseError`; `DecodingError` when a row does not fit the type.
    @inlinable
    public func all<Row: ReadsColumns>(_ type: Row.Type, _ sql: SQL) throws -> [Row] {
        try rows(sql).map { row in
            var columns = Columns(row)
            return try Row(&columns)
        }
    }

    /// The first row of a query, read column by column.
    /// - Throws: `DatabaseError`; `DecodingError` when the row does not fit the type.
    @inlinable
    public func first<Row: ReadsColumns>(_ type: Row.Type, _ sql: SQL) throws -> Row? {
        try rows(sql).first.map { row in
            var columns = Columns(row)
            return try Row(&columns)
        }
    }
}
