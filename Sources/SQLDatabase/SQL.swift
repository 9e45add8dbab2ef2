/// One statement for both engines, written as a string literal. Interpolated values travel as bound parameters, never as text:
///
/// ```swift
/// "SELECT \(Contact.columns) FROM contacts WHERE landlord_id = \(landlord) AND id IN \(list: ids)"
/// ```
///
/// A bare parameter in `… IS NULL` has no type on PostgreSQL: write `CAST(\(value) AS TEXT) IS NULL`.
public struct SQL: ExpressibleByStringInterpolation, Sendable, Hashable {
    indirect enum Piece: Sendable, Hashable {
        case text(String)
        case value(SQLValue)
        case variant(sqlite: [Piece], postgres: [Piece])
    }

    var pieces: [Piece]

    /// A statement, or a part of one, without parameters.
    public init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    public init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// Text that differs between the engines. Keep such places few and documented; `skipLocked` and `lockRow` cover the usual ones.
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

    /// Ends a `SELECT` whose rows are changed afterwards in the same transaction. Nothing on SQLite, which has one writer.
    public static let lockRow = SQL(sqlite: "", postgres: " FOR UPDATE")

    /// The parts with `separator` between them; the empty statement when there are none.
    public static func join(_ parts: [SQL], separator: SQL) -> SQL {
        SQL(pieces: Array(parts.map(\.pieces).joined(separator: separator.pieces)))
    }

    /// The text with `?` (SQLite) or `$1, $2, …` (PostgreSQL), and its parameters in order.
    func rendered(for dialect: Dialect) -> (text: String, values: [SQLValue]) {
        var text = ""
        var values: [SQLValue] = []
        Self.render(pieces, for: dialect, into: &text, &values)
        return (text, values)
    }

    private static func render(_ pieces: [Piece], for dialect: Dialect, into text: inout String, _ values: inout [SQLValue]) {
        for piece in pieces {
            switch (piece, dialect) {
            case (.text(let fragment), _):
                text += fragment
            case (.value(let value), .sqlite):
                values.append(value)
                text += "?"
            case (.value(let value), .postgres):
                values.append(value)
                text += "$\(values.count)"
            case (.variant(let part, _), .sqlite), (.variant(_, let part), .postgres):
                render(part, for: dialect, into: &text, &values)
            }
        }
    }
}

extension SQL {
    /// Collects the pieces of an interpolated literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var pieces: [Piece] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// Binds a value as a parameter.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            pieces.append(.value(value.sqlValue))
        }

        /// Binds a value or NULL. (An overload of its own, as the compiler warns of an optional in a place that is not declared so.)
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            pieces.append(.value(value.sqlValue))
        }

        /// Binds an identifier or an enum by its raw value.
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value) where Value.RawValue: SQLBindable {
            pieces.append(.value(value.rawValue.sqlValue))
        }

        /// Binds an optional identifier or enum by its raw value.
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?) where Value.RawValue: SQLBindable {
            pieces.append(.value(value?.rawValue.sqlValue ?? .null))
        }

        /// Splices another statement part, with its parameters.
        public mutating func appendInterpolation(_ sql: SQL) {
            pieces += sql.pieces
        }

        /// A parameter for each value, in parentheses: `IN \(list: ids)`. An empty list becomes `(NULL)`, which nothing is in
        /// (and, as SQL has it, nothing is `NOT IN` either).
        public mutating func appendInterpolation(list values: [some SQLBindable]) {
            append(list: values.map(\.sqlValue))
        }

        /// A parameter for each raw value, in parentheses.
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(list values: [Value]) where Value.RawValue: SQLBindable {
            append(list: values.map(\.rawValue.sqlValue))
        }

        private mutating func append(list values: [SQLValue]) {
            guard !values.isEmpty else { return pieces.append(.text("(NULL)")) }
            for (position, value) in values.enumerated() {
                pieces.append(.text(position == 0 ? "(" : ", "))
                pieces.append(.value(value))
            }
            pieces.append(.text(")"))
        }
    }
}
