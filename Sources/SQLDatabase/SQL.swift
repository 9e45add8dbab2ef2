/// One statement for both engines, written as a string literal. Interpolated values travel as bound parameters, never as text:
///
/// ```swift
/// "SELECT \(Contact.columns) FROM contacts WHERE landlord_id = \(landlord) AND id IN \(list: ids)"
/// ```
///
/// A bare parameter in `… IS NULL` has no type on PostgreSQL: write `CAST(\(value) AS TEXT) IS NULL`.
// What is said for each of thousands of rows is `@inlinable`, so that it is compiled for the very types it is said with.
public struct SQL: ExpressibleByStringInterpolation, Sendable, Hashable {
    @usableFromInline
    enum Piece: Sendable, Hashable {
        case text(String)
        case value(SQLValue)
        case list([SQLValue])
        case pairs([[String]])
        case variant(sqlite: [Piece], postgres: [Piece])
    }

    @usableFromInline
    var pieces: [Piece]

    /// A statement, or a part of one, without parameters.
    @inlinable
    public init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    @inlinable
    public init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// Text that differs between the engines. Keep such places few and documented; `skipLocked`, `lockRow` and `bytewise` cover the usual
    /// ones.
    public init(sqlite: SQL, postgres: SQL) {
        pieces = [.variant(sqlite: sqlite.pieces, postgres: postgres.pieces)]
    }

    private init(pieces: [Piece]) {
        self.pieces = pieces
    }

    /// Ends a `SELECT` that claims rows: rows another transaction has locked are passed over. Nothing on SQLite, which has one writer.
    public static let skipLocked = SQL(sqlite: "", postgres: " FOR UPDATE SKIP LOCKED")

    /// Like `skipLocked` for a join of which only the rows of `table` are claimed.
    public static func skipLocked(of table: SQL) -> SQL {
        SQL(sqlite: "", postgres: " FOR UPDATE OF \(table) SKIP LOCKED")
    }

    /// Ends a `SELECT` whose rows are changed afterwards in the same transaction, in anything but their keys: who only refers to such a row
    /// by a foreign key neither waits nor is waited for. Nothing on SQLite, which has one writer.
    public static let lockRow = SQL(sqlite: "", postgres: " FOR NO KEY UPDATE")

    /// Locks the rows of one of several joined tables, by its name in the statement. Nothing on SQLite.
    public static func lock(_ table: SQL) -> SQL {
        SQL(sqlite: "", postgres: " FOR NO KEY UPDATE OF \(table)")
    }

    /// Text that is compared byte by byte, whatever language the database sorts by: `(at, \(SQL.bytewise("wamid"))) < (…)`. SQLite does
    /// so anyway; on PostgreSQL one side of a comparison is enough.
    public static func bytewise(_ text: SQL) -> SQL {
        SQL(sqlite: text, postgres: "\(text) COLLATE \"C\"")
    }

    /// The parts with `separator` between them; the empty statement when there are none.
    public static func join(_ parts: [SQL], separator: SQL) -> SQL {
        SQL(pieces: Array(parts.map(\.pieces).joined(separator: separator.pieces)))
    }
}

extension SQL {
    /// Collects the pieces of an interpolated literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        @usableFromInline
        var pieces: [Piece] = []

        @inlinable
        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        @inlinable
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// Binds a value as a parameter.
        @inlinable
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            pieces.append(.value(value.sqlValue))
        }

        /// Binds a value or NULL. (An overload of its own, as the compiler warns of an optional in a place that is not declared so.)
        @inlinable
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            pieces.append(.value(value.sqlValue))
        }

        /// Binds an identifier or an enum by its raw value.
        @inlinable
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value) where Value.RawValue: SQLBindable {
            pieces.append(.value(value.rawValue.sqlValue))
        }

        /// Binds an optional identifier or enum by its raw value.
        @inlinable
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?) where Value.RawValue: SQLBindable {
            pieces.append(.value(value?.rawValue.sqlValue ?? .null))
        }

        /// Splices another statement part, with its parameters.
        @inlinable
        public mutating func appendInterpolation(_ sql: SQL) {
            pieces += sql.pieces
        }

        /// Many values behind `IN` or `NOT IN`: `id IN \(list: ids)`. The statement's text does not depend on how many there are. An empty
        /// list becomes `(NULL)`, which nothing is in (and, as SQL has it, nothing is `NOT IN` either).
        @inlinable
        public mutating func appendInterpolation(list values: [some SQLBindable]) {
            append(list: values.map(\.sqlValue))
        }

        /// Many raw values behind `IN` or `NOT IN`.
        @inlinable
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(list values: [Value]) where Value.RawValue: SQLBindable {
            append(list: values.map(\.rawValue.sqlValue))
        }

        @usableFromInline
        mutating func append(list values: [SQLValue]) {
            pieces.append(values.isEmpty ? .text("(NULL)") : .list(values))
        }

        /// A table of two columns of text, for joining with what has both as its key:
        /// `WITH wanted (landlord_id, message_id) AS \(pairs: keys) SELECT … FROM wanted w CROSS JOIN messages m WHERE …`.
        /// (SQLite keeps the order of a CROSS JOIN, so that the keys are looked up and no table is scanned.)
        @inlinable
        public mutating func appendInterpolation<One: RawRepresentable<String>, Other: RawRepresentable<String>>(pairs: [(One, Other)]) {
            pieces.append(.pairs([pairs.map(\.0.rawValue), pairs.map(\.1.rawValue)]))
        }

        /// A table of two columns of text.
        @inlinable
        @_disfavoredOverload
        public mutating func appendInterpolation(pairs: [(String, String)]) {
            pieces.append(.pairs([pairs.map(\.0), pairs.map(\.1)]))
        }
    }
}
