import Synchronization

/// One row of a result.
public struct SQLRow: Sendable {
    let layout: RowLayout
    let values: [SQLValue]

    /// The columns' names as the query gave them, from left to right.
    public var columns: [String] { layout.columns }

    /// The value of a column, by its name in snake_case or camelCase; null when the result has no such column.
    public subscript(_ column: String) -> SQLValue {
        layout.position(of: column).map { values[$0] } ?? .null
    }

    /// The value of the column at a position, from zero; null beyond the last one.
    public subscript(_ index: Int) -> SQLValue {
        values.indices.contains(index) ? values[index] : .null
    }

    /// The row as a value of `type`: see `Connection.all`.
    /// - Throws: `DecodingError` that names the column which does not fit.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try RowDecoder(row: self).value(of: type)
    }
}

/// The columns of a result, shared by its rows, so that names are matched once per result.
final class RowLayout: Sendable {
    let columns: [String]
    // Made when a column is first asked for by name; many results are read from left to right.
    private let known = Mutex<[String: Int]?>(nil)

    init(columns: [String]) {
        self.columns = columns
    }

    private var positions: [String: Int] {
        known.withLock { known in
            if let known { return known }
            let found = Self.positions(of: columns)
            known = found
            return found
        }
    }

    private static func positions(of columns: [String]) -> [String: Int] {
        var positions: [String: Int] = [:]
        for (position, column) in columns.enumerated() {
            for spelling in [column, camelCase(column), folded(column)] where positions[spelling] == nil {
                positions[spelling] = position
            }
        }
        return positions
    }

    /// Finds `windowExpiresAt`, `window_expires_at` and, by folding, `wabaID` for `waba_id`. The leftmost column wins.
    func position(of name: String) -> Int? {
        let positions = positions
        return positions[name] ?? positions[Self.folded(name)]
    }

    private static func camelCase(_ column: String) -> String {
        let words = column.split(separator: "_")
        guard let first = words.first else { return column }
        return first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func folded(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" }
    }
}
