import Foundation
import GRDB

/// One transaction on a GRDB connection.
final class SQLiteConnection: Connection {
    let dialect = Dialect.sqlite
    private let db: GRDB.Database
    private let statements: SQLiteStatements
    private let timing: StatementTiming?
    private var failure: (any Error)?
    private var hasEnded = false

    private init(_ db: GRDB.Database, _ statements: SQLiteStatements, timing: StatementTiming?) {
        self.db = db
        self.statements = statements
        self.timing = timing
    }

    /// Runs a transaction's work. As on PostgreSQL, a statement's error spoils the transaction even when the work catches it.
    static func run<T>(
        _ work: (any Connection) throws -> T, on db: GRDB.Database, _ statements: SQLiteStatements, timing: StatementTiming? = nil
    ) throws -> T {
        let connection = SQLiteConnection(db, statements, timing: timing)
        defer { connection.hasEnded = true }
        let result = try work(connection)
        if let failure = connection.failure { throw failure }
        return result
    }

    func execute(_ sql: SQL) throws -> Int {
        let (text, values) = sql.rendered(for: .sqlite)
        return try attempt(text) { try statements.statement(text).change(values) }
    }

    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int] {
        guard let row = rows.first else { return [] }
        let first = sql(row), text = first.rendered(for: .sqlite).text
        var changed = [try execute(first)]
        let statement = try statements.statement(text)
        changed.reserveCapacity(rows.count)
        for row in rows.dropFirst() {
            let next = sql(row)
            if let values = next.values(ifTextIsThatOf: first) {
                changed.append(try attempt(text) { try statement.change(values) })
            } else {
                changed.append(try execute(next))
            }
        }
        return changed
    }

    func executeWithNext<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws {
        _ = try execute(each: rows, sql)
    }

    func insert<Row>(into target: SQL, each rows: some Collection<Row>, _ values: (Row) -> SQL) throws {
        // The first one is enough: rows of one literal are alike.
        if let first = rows.first { _ = try attempt("INSERT") { try values(first).rowValues() } }
        _ = try execute(each: rows) { "INSERT INTO \(target) VALUES \(values($0))" }
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        let (text, values) = sql.rendered(for: .sqlite)
        return try attempt(text) { try statements.statement(text).rows(values) }
    }

    func executeScript(_ text: String) throws {
        try attempt(text) {
            timing?.ranScript = true
            try db.execute(sql: text)
            guard db.isInsideTransaction else { throw DatabaseError.endedEarly }
        }
    }

    private func attempt<T>(_ text: String, _ run: () throws -> T) throws -> T {
        guard !hasEnded else { throw DatabaseError.misuse("a connection was kept after its transaction had ended.") }
        guard failure == nil else { throw DatabaseError.afterFailure }
        let start = ContinuousClock.now
        do {
            let result = try run()
            timing?.record(text, took: ContinuousClock.now - start)
            return result
        } catch {
            failure = error
            guard let engineError = error as? GRDB.DatabaseError else { throw error }
            throw DatabaseError(engineError)
        }
    }
}

/// Which statement of a transaction took the longest.
final class StatementTiming {
    var ranScript = false
    private(set) var slowest = ""
    private var longest = Duration.zero

    func record(_ text: String, took duration: Duration) {
        guard duration >= longest else { return }
        (slowest, longest) = (text, duration)
    }
}
