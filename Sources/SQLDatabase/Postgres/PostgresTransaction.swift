/// One transaction on a libpq connection.
final class PostgresTransaction: Connection {
    let dialect = Dialect.postgres
    private let link: PostgresLink
    private var hasEnded = false
    /// The first error of a statement: the server ignores everything after it.
    private(set) var failure: PostgresFailure?
    // What was refused before it reached the server spoils the transaction too: rows before it may be in.
    private var misuse: DatabaseError?
    /// Whether the server may have committed although no answer came.
    private(set) var hasSentCommit = false
    // What needs no answer of its own, on its way with what is asked next: the beginning, and whatever nobody waits for.
    private var opening: String?
    private var waiting: [PostgresLink.Statement] = []
    // Bounds the memory for rendered statements and for answers on their way.
    private static let mostTogether = 500

    init(on link: PostgresLink) {
        self.link = link
    }

    /// Begins, works and commits; nobody waits for the end of what has only been read. The caller rolls back when this throws, and decides
    /// by `failure` and `hasSentCommit`.
    func run<T>(_ begin: String, isRead: Bool, _ work: (any Connection) throws -> T) throws -> T {
        defer { hasEnded = true }
        try attempt {
            try link.finishSending()
            try link.renewPlansWhenDue()
        }
        opening = begin
        let result = try work(self)
        if let failure { throw failure.databaseError }
        if let misuse { throw misuse }
        guard opening == nil || !waiting.isEmpty else { return result }
        guard opening != nil || link.isInTransaction else { throw DatabaseError.endedEarly }
        hasSentCommit = true
        try attempt {
            if isRead, waiting.isEmpty { try link.sendAhead("COMMIT") } else { _ = try ask([("COMMIT", [])]) }
        }
        return result
    }

    func execute(_ sql: SQL) throws -> Int {
        try attempt { try ask(sql.rendered(for: .postgres)).rowsChanged }
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        let statement = sql.rendered(for: .postgres)
        return try attempt {
            let result = try ask(statement)
            return result.rows(link.layout(of: statement.text, result))
        }
    }

    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int] {
        var changed: [Int] = []
        changed.reserveCapacity(rows.count)
        try batches(of: rows, sql) { changed += try ask($0).map(\.rowsChanged) }
        return changed
    }

    func executeWithNext<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws {
        try batches(of: rows, sql) { statements in
            if waiting.count + statements.count > Self.mostTogether { _ = try ask([]) }
            waiting += statements
        }
    }

    func insert<Row>(into target: SQL, each rows: some Collection<Row>, _ values: (Row) -> SQL) throws {
        guard rows.count > 2 else {
            if let first = rows.first { _ = try attempt { try values(first).rowValues() } }
            return try executeWithNext(each: rows) { "INSERT INTO \(target) VALUES \(values($0))" }
        }
        let name = target.rendered(for: .postgres).text
        var rest = rows[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.mostTogether)
            rest = rest.dropFirst(Self.mostTogether)
            try attempt {
                if !waiting.isEmpty { _ = try ask([]) }
                try link.copy(into: name, try batch.map { try values($0).rowValues() }, after: opened())
            }
        }
    }

    func executeScript(_ text: String) throws {
        try attempt {
            if !waiting.isEmpty { _ = try ask([]) }
            _ = try link.script((opened().map { $0 + ";\n" } ?? "") + text)
        }
        guard link.isInTransaction else { throw DatabaseError.endedEarly }
    }

    private func ask(_ statement: PostgresLink.Statement) throws -> PostgresResult {
        guard opening == nil, waiting.isEmpty else { return try ask([statement])[0] }
        return try link.run(statement.text, statement.values)
    }

    /// Sends what waits, then these statements. Answers what the server says to these.
    private func ask(_ statements: [PostgresLink.Statement]) throws -> [PostgresResult] {
        let before = [opened()].compactMap { $0.map { ($0, []) } } + waiting
        waiting = []
        return Array(try link.pipeline(before + statements).dropFirst(before.count))
    }

    // What begins the transaction, once.
    private func opened() -> String? {
        defer { opening = nil }
        return opening
    }

    private func batches<Row>(of rows: some Collection<Row>, _ sql: (Row) -> SQL, _ work: ([PostgresLink.Statement]) throws -> Void) throws
    {
        var rest = rows[...]
        while !rest.isEmpty {
            let statements = Self.statements(rest.prefix(Self.mostTogether).map(sql))
            rest = rest.dropFirst(Self.mostTogether)
            try attempt { try work(statements) }
        }
    }

    // Building the same text again for each of many rows would take longer than sending it.
    private static func statements(_ parts: [SQL]) -> [PostgresLink.Statement] {
        guard let first = parts.first else { return [] }
        let text = first.rendered(for: .postgres).text
        return parts.map { part in
            part.values(ifTextIsThatOf: first).map { (text: text, values: $0) } ?? part.rendered(for: .postgres)
        }
    }

    private func attempt<T>(_ run: () throws -> T) throws -> T {
        guard !hasEnded else { throw DatabaseError.misuse("a connection was kept after its transaction had ended.") }
        guard failure == nil, misuse == nil else { throw DatabaseError.afterFailure }
        do {
            return try run()
        } catch let failure as PostgresFailure {
            self.failure = failure
            throw failure.databaseError
        } catch let misuse as DatabaseError {
            self.misuse = misuse
            throw misuse
        }
    }
}
