import SQLDatabase

/// A connection that notes how the engine will run each statement, then runs it.
final class ExplainedConnection: Connection {
    private let db: any Connection
    private(set) var plan: [String] = []

    init(_ db: any Connection) {
        self.db = db
    }

    var dialect: Dialect { db.dialect }

    func execute(_ sql: SQL) throws -> Int {
        try explain(sql)
        return try db.execute(sql)
    }

    func executeWithNext<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws {
        if let first = rows.first { try explain(sql(first)) }
        try db.executeWithNext(each: rows, sql)
    }

    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int] {
        if let first = rows.first { try explain(sql(first)) }
        return try db.execute(each: rows, sql)
    }

    func insert<Row>(into target: SQL, each rows: some Collection<Row>, _ values: (Row) -> SQL) throws {
        try db.insert(into: target, each: rows, values)
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        try explain(sql)
        return try db.rows(sql)
    }

    func executeScript(_ text: String) throws {
        try db.executeScript(text)
    }

    private func explain(_ sql: SQL) throws {
        plan +=
            dialect == .sqlite
            ? try db.rows("EXPLAIN QUERY PLAN \(sql)").map { "\($0["detail"])" }
            : try db.rows("EXPLAIN (COSTS OFF) \(sql)").map { "\($0["QUERY PLAN"])" }
    }
}
