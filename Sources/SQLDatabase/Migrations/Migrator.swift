import Foundation

/// Brings a database's schema up to date, each migration in one transaction with its entry in `schema_migrations`.
/// Several series (of the ledger and of the data, say) may live in one database.
public struct Migrator: Sendable {
    private let series: String
    private let migrations: [Migration]

    /// - Throws: `MigrationError.files`: see `Migration.list(files:)`.
    public init(series: String, files: [(name: String, text: String)]) throws {
        self.series = series
        migrations = try Migration.list(files: files)
    }

    /// Applies what is missing and answers the names applied. Several processes may do it at once: each migration is applied by one.
    /// - Throws: `MigrationError.schema` for a database that these files cannot continue; `DatabaseError`.
    public func migrate(_ db: any Database) async throws -> [String] {
        var names: [String] = []
        while let name = try await db.write({ try applyNext(on: $0) }) { names.append(name) }
        return names
    }

    /// Compares without changing anything.
    /// - Throws: `DatabaseError`.
    public func check(_ db: any Database) async throws -> MigrationState {
        try await db.read { connection in
            let hasTable = try connection.exists(
                SQL(
                    sqlite: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
                    postgres: "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL"))
            return state(of: hasTable ? try applied(on: connection) : [], dialect: connection.dialect)
        }
    }

    private func applyNext(on connection: any Connection) throws -> String? {
        try lock(connection)
        try connection.executeScript(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                series TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL,
                PRIMARY KEY (series, number))
            """)
        let applied = try applied(on: connection)
        switch state(of: applied, dialect: connection.dialect) {
        case .current: return nil
        case .behind: break
        case let state: throw MigrationError.schema(series: series, state: state)
        }
        let migration = migrations[applied.count]
        try connection.executeScript(migration.sql(for: connection.dialect))
        try connection.execute(
            """
            INSERT INTO schema_migrations (series, number, name, checksum, applied_at)
            VALUES (\(series), \(migration.number), \(migration.name), \(migration.checksum(for: connection.dialect)), \(Date()))
            """)
        return migration.name
    }

    // Another process may rightly take minutes for its migration, so waiting for it has no limit; waiting for a table has, since
    // everybody else queues up behind a waiting ALTER TABLE.
    private func lock(_ connection: any Connection) throws {
        guard connection.dialect == .postgres else { return }
        try connection.executeScript("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        _ = try connection.rows("SELECT pg_advisory_xact_lock(hashtextextended(coalesce(current_schema(), '') || '.schema_migrations', 0))")
        try connection.executeScript("SET LOCAL lock_timeout = '10s'")
    }

    private func applied(on connection: any Connection) throws -> [Applied] {
        try connection.all(
            Applied.self, "SELECT number, name, checksum FROM schema_migrations WHERE series = \(series) ORDER BY number")
    }

    private func state(of applied: [Applied], dialect: Dialect) -> MigrationState {
        if applied.enumerated().contains(where: { $0.element.number != $0.offset + 1 }) { return .gap }
        for (migration, entry) in zip(migrations, applied)
        where entry.name != migration.name || entry.checksum != migration.checksum(for: dialect) {
            return .edited(entry.name)
        }
        if applied.count > migrations.count { return .ahead }
        let missing = migrations.dropFirst(applied.count).map(\.name)
        return missing.isEmpty ? .current : .behind(missing)
    }

    private struct Applied: Decodable {
        let number: Int
        let name: String
        let checksum: String
    }
}
