/// An open transaction. It is valid only inside the closure that received it, on the thread that runs the closure.
public protocol Connection {
    /// The engine behind it.
    var dialect: Dialect { get }

    /// Runs a statement and answers how many rows it inserted, updated or deleted itself (cascades and triggers not counted).
    /// - Throws: `DatabaseError`.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    /// Runs a statement for each of many rows, of which nobody needs an answer: on PostgreSQL they travel with whatever is asked next, or
    /// with the commit, instead of a round trip of their own.
    /// - Throws: `DatabaseError`, here, from what is asked next or from the transaction.
    func executeWithNext<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws

    /// Runs a statement for each of many rows (a prepared loop on SQLite, pipelines on PostgreSQL) and answers the rows changed
    /// by each, in order. Fails as a whole with the first row's error.
    /// - Throws: `DatabaseError`.
    @discardableResult
    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int]

    /// Inserts rows: `target` is the table with its columns, and each row's values stand in brackets, `"(\(id), \(name))"`. (A prepared
    /// loop on SQLite, `COPY` on PostgreSQL, which knows neither conflicts nor expressions; a row or two go by `executeWithNext`.) Fails as a whole.
    /// - Throws: as `executeWithNext`.
    func insert<Row>(into target: SQL, each rows: some Collection<Row>, _ values: (Row) -> SQL) throws

    /// Runs a query, or a statement with `RETURNING`, and answers its rows.
    /// - Throws: `DatabaseError`.
    func rows(_ sql: SQL) throws -> [SQLRow]

    /// Runs several statements without parameters, as migrations do. It must not begin or end a transaction.
    /// - Throws: `DatabaseError`.
    func executeScript(_ text: String) throws
}

extension Connection {
    /// Runs a statement of which nobody needs an answer, like the one for many rows.
    /// - Throws: as that one.
    public func executeWithNext(_ sql: SQL) throws {
        try executeWithNext(each: CollectionOfOne(sql)) { $0 }
    }

    /// The rows of a query as values of a `Decodable` type; snake_case columns fill camelCase properties. A type that decodes
    /// from a single value (`Int`, `String`, an identifier) reads the first column.
    /// - Throws: `DatabaseError`; `DecodingError` when a row does not fit the type.
    public func all<T: Decodable>(_ type: T.Type, _ sql: SQL) throws -> [T] {
        try rows(sql).map { try $0.decode(type) }
    }

    /// The first row of a query as a value of a `Decodable` type, or nil when there is none. The query should carry its own `LIMIT`.
    /// - Throws: `DatabaseError`; `DecodingError` when the row does not fit the type.
    public func first<T: Decodable>(_ type: T.Type, _ sql: SQL) throws -> T? {
        try rows(sql).first?.decode(type)
    }

    /// Whether a query has any row.
    /// - Throws: `DatabaseError`.
    public func exists(_ sql: SQL) throws -> Bool {
        try !rows("SELECT 1 WHERE EXISTS (\(sql))").isEmpty
    }
}
