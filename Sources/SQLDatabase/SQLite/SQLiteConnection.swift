import Foundation
import GRDB

/// One transaction on a GRDB connection.
final class SQLiteConnection: Connection {
    let dialect = Dialect.sqlite
    private let db: GRDB.Database
    private let timing: StatementTiming?
    private var failure: (any Error)?
    private var hasEnded = false

    private init(_ db: GRDB.Database, timing: StatementTiming?) {
        self.db = db
        self.timing = timing
    }

    /// Runs a transaction's work. As on PostgreSQL, a statement's error spoils the transaction even when the work catches it.
    static func run<T>(_ work: (any Connection) throws -> T, on db: GRDB.Database, timing: StatementTiming? = nil) throws -> T {
        let connection = SQLiteConnection(db, timing: timing)
        defer { connection.hasEnded = true }
        let result = try work(connection)
        if let failure = connection.failure { throw failure }
        return result
    }

    func execute(_ sql: SQL) throws -> Int {
        let (text, values) = sql.rendered(for: .sqlite)
        return try attempt(text) { try change(text, values) }
    }

    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int] {
        guard let row = rows.first else { return [] }
        let first = sql(row), text = first.rendered(for: .sqlite).text
        var changed = [try execute(first)]
        changed.reserveCapacity(rows.count)
        for row in rows.dropFirst() {
            let next = sql(row)
            if let values = next.values(ifTextIsThatOf: first) {
                changed.append(try attempt(text) { try change(text, values) })
            } else {
                changed.append(try execute(next))
            }
        }
        return changed
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        let (text, values) = sql.rendered(for: .sqlite)
        return try attempt(text) { try query(text, values) }
    }

    func executeScript(_ text: String) throws {
        try attempt(text) {
            timing?.ranScript = true
            try db.execute(sql: text)
            guard db.isInsideTransaction else { throw DatabaseError.endedEarly }
        }
    }

    private func change(_ text: String, _ values: [SQLValue]) throws -> Int {
        let before = db.totalChangesCount
        try statement(text, parameters: values.count).execute(arguments: arguments(values))
        // The count of the last change stays in place when a statement changes nothing at all.
        return db.totalChangesCount == before ? 0 : db.changesCount
    }

    private func query(_ text: String, _ values: [SQLValue]) throws -> [SQLRow] {
        let statement = try statement(text, parameters: values.count)
        let layout = RowLayout(columns: statement.columnNames)
        let cursor = try Row.fetchCursor(statement, arguments: arguments(values))
        var rows: [SQLRow] = []
        while let row = try cursor.next() {
            rows.append(SQLRow(layout: layout, values: row.databaseValues.map(SQLValue.init)))
        }
        return rows
    }

    // Long lists make a new text for every length, which would fill the cache for ever.
    private func statement(_ text: String, parameters: Int) throws -> Statement {
        parameters > 64 ? try db.makeStatement(sql: text) : try db.cachedStatement(sql: text)
    }

    private func arguments(_ values: [SQLValue]) throws -> StatementArguments {
        try StatementArguments(values.map { value -> DatabaseValue in try value.databaseValue })
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

extension SQLValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let bytes): self = .blob(Array(bytes))
        }
    }

    fileprivate var databaseValue: DatabaseValue {
        get throws {
            switch self {
            case .null: .null
            case .integer(let number): number.databaseValue
            case .real(let number): number.databaseValue
            case .text(let text): try DatabaseError.refusingNull(in: text).databaseValue
            case .boolean(let flag): flag.databaseValue
            case .blob(let bytes): Data(bytes).databaseValue
            }
        }
    }
}
