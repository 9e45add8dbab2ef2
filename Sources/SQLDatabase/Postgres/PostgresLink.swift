import CLibPQ
import Foundation

/// One libpq connection with its prepared statements. It belongs to one thread and blocks it.
final class PostgresLink {
    let connection: OpaquePointer
    private(set) var statements = PreparedStatements()
    /// Set once the server has said goodbye, even if the socket does not know it yet.
    private(set) var isBroken = false
    private var planning = PlanningTimes()
    private var hasSentAhead = false
    /// The schema that unqualified names mean; channels and locks carry it, so that two installations in one database do not meet.
    private(set) var schema = "public"

    /// - Throws: `DatabaseError.unavailable`.
    init(url: String, options: DatabaseOptions) throws {
        // Keywords before `dbname` are defaults: the URL, which libpq expands in its place, overrides them.
        let parameters = [
            ("application_name", options.applicationName),
            ("client_encoding", "UTF8"),
            ("connect_timeout", String(max(2, options.connectTimeout.components.seconds))),
            ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", String(options.tcpUserTimeout.milliseconds)),
            ("dbname", url),
        ]
        guard let connection = Self.connect(parameters) else { throw DatabaseError.unavailable("memory ran out while connecting.") }
        self.connection = connection
        guard PQstatus(connection) == CONNECTION_OK else {
            throw DatabaseError.unavailable("\(Self.message(of: connection)). Check the URL and that the server runs.")
        }
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        try prepareSession(options)
    }

    deinit {
        PQfinish(connection)
    }

    private static func connect(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { (keywords + values).forEach { free($0) } }
        let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
        return PQconnectdbParams(keywordPointers, valuePointers, 1)
    }

    // Our statements look rows up by their keys. A plan that was made while a table was small must not read it whole once it has grown.
    // What the planner shall avoid it prices beyond all measure, which would have it compile such a statement for longer than it runs.
    private func prepareSession(_ options: DatabaseOptions) throws {
        let result = try script(
            """
            SET statement_timeout = \(options.statementTimeout.milliseconds);
            SET lock_timeout = \(options.lockTimeout.milliseconds);
            SET idle_in_transaction_session_timeout = \(options.idleInTransactionTimeout.milliseconds);
            SET bytea_output = 'hex';
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off;
            SET jit = off;
            SELECT \(Self.mark);
            SELECT coalesce(current_schema(), 'public')
            """)
        if case .text(let name)? = result.rows().first?[0] { schema = name }
    }

    /// Lets the server plan the prepared statements anew, now and then: while a table is empty all its indexes look alike, and a plan with
    /// the wrong one would read more and more as the table grows, until the server's own statistics catch up.
    func renewPlansWhenDue() throws {
        if planning.isDue(at: .now) { _ = try script("DISCARD PLANS") }
    }

    /// Whether a transaction is open, be it a spoilt one.
    var isInTransaction: Bool {
        [PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE].contains(PQtransactionStatus(connection))
    }

    /// A channel's name within this schema.
    /// - Throws: `DatabaseError.misuse` when it is longer than PostgreSQL allows.
    func qualified(_ channel: String) throws -> String {
        let name = "\(schema).\(channel)"
        guard name.utf8.count < 64 else { throw DatabaseError.misuse("the channel \(channel) needs a shorter name.") }
        return name
    }

    /// Sends a statement and leaves its answer for `finishSending`, which comes before anything else that is asked on this connection.
    func sendAhead(_ text: String) throws {
        hasSentAhead = true
        if PQsendQuery(connection, text) != 1 { _ = try checked(nil) }
    }

    /// Takes the answer to what was sent ahead, if anything was.
    func finishSending() throws {
        guard hasSentAhead else { return }
        hasSentAhead = false
        while let answer = PQgetResult(connection) { _ = try checked(answer) }
    }

    /// Several statements at once, as plain text. Answers the last one's result.
    func script(_ text: String) throws -> PostgresResult {
        try checked(PQexec(connection, DatabaseError.refusingNull(in: text)))
    }

    /// One statement with its parameters, prepared once per connection.
    func run(_ text: String, _ values: [SQLValue]) throws -> PostgresResult {
        let parameters = try PostgresParameters(values)
        guard statements.isWorthKeeping(values) else {
            return try checked(
                parameters.withPointers { PQexecParams(connection, text, parameters.count, nil, $0, $1, $2, 0) })
        }
        let name = try prepare(text)
        return try checked(
            parameters.withPointers { PQexecPrepared(connection, name, parameters.count, $0, $1, $2, 0) })
    }

    /// How the rows of a statement are laid out. What was worked out once for a prepared statement is kept with it.
    func layout(of text: String, _ result: PostgresResult) -> RowLayout {
        statements.layout(of: text) { result.layout }
    }

    /// The name of the prepared statement for a text.
    func prepare(_ text: String) throws -> String {
        if let name = statements.name(for: text) { return name }
        if let oldest = statements.evictIfFull() { _ = try script("DEALLOCATE \(oldest)") }
        let name = statements.nextName()
        _ = try checked(PQprepare(connection, name, text, 0, nil))
        statements.keep(name, for: text)
        return name
    }

    /// Forgets all prepared statements, here and at the server; needed after a table they use has changed its shape.
    func forgetStatements() throws {
        statements = PreparedStatements()
        _ = try script("DEALLOCATE ALL")
    }

    /// Answers the result when it is a success.
    /// - Throws: `PostgresFailure`.
    func checked(_ raw: OpaquePointer?) throws -> PostgresResult {
        guard let raw else { throw failure(PostgresFailure(code: "", message: Self.message(of: connection))) }
        let result = PostgresResult(raw)
        if let failure = result.failure { throw self.failure(failure) }
        return result
    }

    private func failure(_ failure: PostgresFailure) -> PostgresFailure {
        if PQstatus(connection) != CONNECTION_OK || failure.endsSession { isBroken = true }
        var failure = failure
        failure.brokeConnection = isBroken
        return failure
    }

    private static func message(of connection: OpaquePointer) -> String {
        String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// When a connection's plans are made anew: often at first, then ever more rarely, so that no table grows manifold in between.
struct PlanningTimes {
    private static let longestPause = Duration.seconds(600)
    private var pause = Duration.milliseconds(500)
    private var next = ContinuousClock.now + .milliseconds(500)

    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard now >= next else { return false }
        pause = min(pause * 2, Self.longestPause)
        next = now + pause
        return true
    }
}

/// The prepared statements of a connection by their text, the longest unused one leaving first.
struct PreparedStatements {
    private static let capacity = 256
    private var entries: [String: (name: String, lastUse: Int, layout: RowLayout?)] = [:]
    private var uses = 0

    // Long lists make a new text for every length, which would push everything else out.
    func isWorthKeeping(_ values: [SQLValue]) -> Bool {
        values.count <= 64
    }

    mutating func name(for text: String) -> String? {
        uses += 1
        entries[text]?.lastUse = uses
        return entries[text]?.name
    }

    mutating func layout(of text: String, _ make: () -> RowLayout) -> RowLayout {
        if let known = entries[text]?.layout { return known }
        let layout = make()
        entries[text]?.layout = layout
        return layout
    }

    mutating func nextName() -> String {
        uses += 1
        return "s\(uses)"
    }

    mutating func keep(_ name: String, for text: String) {
        entries[text] = (name, uses, nil)
    }

    mutating func evictIfFull() -> String? {
        guard entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}

extension Duration {
    /// Whole milliseconds, as PostgreSQL's settings count.
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
