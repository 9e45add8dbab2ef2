import Logging
import Messaging
import SQLDatabase

/// The open databases: the product's, and the ledger's, which on PostgreSQL are one.
public struct ServerDatabases: Sendable {
    /// The product's tables.
    public let data: any Database
    /// The webhooks as they came.
    public let ledger: any Database
    private let isOne: Bool

    /// Opens both, and proves that they answer. `logger` is told of transactions that hold SQLite's one writer for over 20 ms, `notDurable`
    /// that the disk refused to flush either of them.
    /// - Throws: `DatabaseError`.
    public static func open(
        _ settings: Settings, logger: Logger? = nil, notDurable: (@Sendable (DatabaseError) -> Void)? = nil
    ) async throws -> ServerDatabases {
        var options = DatabaseOptions()
        options.onNotDurable = notDurable
        options.onLongWrite = { held, statement in
            logger?.warning("A transaction held the writer", metadata: ["ms": "\(held / .milliseconds(1))", "slowest": "\(statement)"])
        }
        let data = try await Databases.open(settings.database, options: options)
        guard settings.ledger != settings.database else { return ServerDatabases(data: data, ledger: data, isOne: true) }
        // The ledger is written at its end only.
        options.writerCache = 1 << 20
        do {
            return ServerDatabases(data: data, ledger: try await Databases.open(settings.ledger, options: options), isOne: false)
        } catch {
            await data.close()
            throw error
        }
    }

    /// Brings the schema up to date and answers the names of the migrations that were applied.
    /// - Throws: `MigrationError`, `DatabaseError`.
    public func migrate() async throws -> [String] {
        let applied = try await Schema.ledger().migrate(ledger) + Schema.data().migrate(data)
        try await Schema.nameRoutes(in: data)
        return applied
    }

    /// Proves that the schema is the one this program knows.
    /// - Throws: `SchemaOutdated`, `DatabaseError`.
    public func check() async throws {
        for (name, state) in [("ledger", try await Schema.ledger().check(ledger)), ("data", try await Schema.data().check(data))]
        where state != .current {
            throw SchemaOutdated(series: name, state: state)
        }
    }

    /// Lets running work end, then closes.
    public func close() async {
        await data.close()
        if !isOne { await ledger.close() }
    }
}

/// The database's tables are not those of this program.
public struct SchemaOutdated: Error, CustomStringConvertible {
    let series: String
    let state: MigrationState

    /// The problem and its remedy.
    public var description: String {
        switch state {
        case .behind(let names): "The \(series) tables lack \(names.count) change(s), beginning with \(names[0]). Run: zenrent migrate"
        case .ahead: "The \(series) tables were made by a newer zenrent. Start that one, or restore an older backup."
        default:
            "The \(series) tables do not match this program's migrations (\(state)). Compare the program's version with the database's."
        }
    }
}
