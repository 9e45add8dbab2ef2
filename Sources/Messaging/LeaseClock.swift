import Foundation
import SQLDatabase

/// The clock that leases run by. Processes that share a database must agree on the time, so there the database's clock decides.
public enum LeaseClock: Sendable {
    /// PostgreSQL's clock, read in the transaction that claims. SQLite has no clock of its own: there this machine's decides.
    case database
    /// A clock of this process: for the only process on a SQLite database, and for tests that move time.
    case process(@Sendable () -> Date)

    /// What fits an engine: PostgreSQL's own clock where several processes may share it, else `clock`.
    public static func fitting(_ dialect: Dialect, clock: @escaping @Sendable () -> Date) -> LeaseClock {
        dialect == .postgres ? .database : .process(clock)
    }

    /// The time in so many seconds, for a statement: PostgreSQL works it out itself.
    func time(in seconds: Double) -> SQL {
        switch self {
        case .process(let clock): "\(clock() + seconds)"
        case .database:
            SQL(
                sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS BIGINT) + \(Int(seconds * 1_000))",
                postgres: "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + \(Int(seconds * 1_000))")
        }
    }

    /// The time, as every process on this database sees it. Not the transaction's start: it may have waited for a lock since.
    public func now(on db: any Connection) throws -> Date {
        switch self {
        case .process(let clock): clock()
        case .database:
            try db.first(
                Date.self,
                SQL(
                    sqlite: "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS BIGINT)",
                    postgres: "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")) ?? Date()
        }
    }
}
