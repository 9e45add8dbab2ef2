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
    // Beginning and end travel with what is next to them: each would be a round trip of its own.
    private var opening: String?
    private var closing: [PostgresLink.Statement] = []

    init(on link: PostgresLink) {
        self.link = link
    }

    /// Begins, works and commits. The caller rolls back when this throws, and decides by `failure` and `hasSentCommit`.
    func run<T>(_ begin: String, _ work: (any Connection) throws -> T) throws -> T {
        defer { hasEnded = true }
        try attempt { try link.renewPlansWhenDue() }
        opening = begin
        let result = try work(self)
        if let failure { throw failure.databaseError }
        if let misuse { throw misuse }
        guard opening == nil || !closing.isEmpty else { return result }
        guard opening != nil || link.isInTransaction else { throw DatabaseError.endedEarly }
        hasSentCommit = true
        try attempt {
            if closing.isEmpty { _ = try link.script("COMMIT") } else { _ = try pipeline(closing + [("COMMIT", [])]) }
        }
        return result
    }

    func execute(_ sql: SQL) throws -> Int {
        let (text, values) = sql.rendered(for: .postgres)
        return try attempt {
            try opening == nil ? link.run(text, values).rowsChanged : pipeline([(text, values)]).first ?? 0
        }
    }

    func executeAtEnd(_ sql: SQL) throws {
        try attempt { closing.append(sql.rendered(for: .postgres)) }
    }

    func execute<Row>(each rows: some Collection<Row>, _ sql: (Row) -> SQL) throws -> [Int] {
        var changed: [Int] = []
        changed.reserveCapacity(rows.count)
        var rest = rows[...]
        while !rest.isEmpty {
            // Batches bound the memory for rendered statements and waiting answers.
            let batch = rest.prefix(500)
            rest = rest.dropFirst(500)
            let statements = Self.statements(batch.map(sql))
            changed += try attempt { try pipeline(statements) }
        }
        return changed
    }

    func insert<Row>(into target: SQL, each rows: some Collection<Row>, _ values: (Row) -> SQL) throws {
        guard rows.count > 2 else {
            if let first = rows.first { _ = try attempt { try values(first).rowValues() } }
            return _ = try execute(each: rows) { "INSERT INTO \(target) VALUES \(values($0))" }
        }
        let name = target.rendered(for: .postgres).text
        var rest = rows[...]
        while !rest.isEmpty {
            let batch = rest.prefix(500)
            rest = rest.dropFirst(500)
            try attempt { try link.copy(into: name, try batch.map { try values($0).rowValues() }, after: opened()) }
        }
    }

    private func pipeline(_ statements: [PostgresLink.Statement]) throws -> [Int] {
        guard let begin = opened() else { return try link.pipeline(statements) }
        return Array(try link.pipeline([(begin, [])] + statements).dropFirst())
    }

    // What begins the transaction, once.
    private func opened() -> String? {
        defer { opening = nil }
        return opening
    }

    // Building the same text again for each of many rows would take longer than sending it.
    private static func statements(_ parts: [SQL]) -> [PostgresLink.Statement] {
        guard let first = parts.first else { return [] }
        let text = first.rendered(for: .postgres).text
        return parts.map { part in
            part.values(ifTextIsThatOf: first).map { (text: text, values: $0) } ?? part.rendered(for: .postgres)
        }
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        let (text, values) = sql.rendered(for: .postgres)
        return try attempt {
            if let begin = opened() { _ = try link.script(begin) }
            return try link.run(text, values).rows()
        }
    }

    func executeScript(_ text: String) throws {
        _ = try attempt { try link.script((opened().map { $0 + ";\n" } ?? "") + text) }
        guard link.isInTransaction else { throw DatabaseError.endedEarly }
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
