import Foundation

/// Opens databases.
public enum Databases {
    /// Opens the database that `url` names and proves that it answers. A missing SQLite file is created, with its folder.
    /// - Throws: `DatabaseError`.
    public static func open(_ url: DatabaseURL, options: DatabaseOptions = .init()) async throws -> any Database {
        switch url.target {
        case .sqlite(let path): try await SQLiteDatabase.open(path: path, options: options)
        case .postgres(let text): try await PostgresDatabase.open(url: text, options: options)
        }
    }
}

/// How a database is used. Time-outs hold on PostgreSQL, unless said otherwise.
public struct DatabaseOptions: Sendable {
    /// Bytes of pages that the writer keeps at hand (SQLite).
    public var writerCache = 16 << 20
    /// Reading connections beside the writer (SQLite).
    public var readers = 3
    /// Connections at most, opened as needed (PostgreSQL). Listening takes one more.
    public var connections = 8
    /// How the sessions introduce themselves to the server, unless the URL says so itself.
    public var applicationName = "zenrent"
    /// Longest time for one statement.
    public var statementTimeout: Duration = .seconds(30)
    /// Longest wait for a lock.
    public var lockTimeout: Duration = .seconds(5)
    /// Longest pause inside a transaction, so that a frozen process cannot hold the others.
    public var idleInTransactionTimeout: Duration = .seconds(3)
    /// Longest time that sent data may stay unacknowledged before the connection counts as broken.
    public var tcpUserTimeout: Duration = .seconds(10)
    /// Longest time to establish a connection; at least two seconds.
    public var connectTimeout: Duration = .seconds(5)
    /// Longest wait for another process that writes (SQLite).
    public var busyTimeout: Duration = .seconds(5)
    /// Called when a transaction held SQLite's only writer for over 20 ms before its commit, with that time and the slowest
    /// statement's text (without parameters). The commit's own flush is the disk's affair and not counted; scripts are exempt.
    public var onLongWrite: (@Sendable (Duration, String) -> Void)?
    /// Called once when the disk refused to flush (SQLite). What was confirmed before may be lost in the page cache, and nothing is written
    /// any more: the process should end.
    public var onNotDurable: (@Sendable (DatabaseError) -> Void)?

    public init() {}
}

/// Where a database is: `sqlite:PATH`, or a libpq URL, `postgres://…` or `postgresql://…`.
public struct DatabaseURL: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        case sqlite(path: String)
        case postgres(String)
    }

    let target: Target

    /// - Throws: `DatabaseError.misuse` for anything else, with words for the person who configures it.
    public init(_ text: String) throws {
        if text.hasPrefix("sqlite:") {
            let path = String(text.dropFirst("sqlite:".count))
            guard !path.isEmpty, path != ":memory:" else {
                throw DatabaseError.misuse("a SQLite URL needs the path of a file: sqlite:data/zenrent.sqlite")
            }
            target = .sqlite(path: path)
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            target = .postgres(text)
        } else {
            throw DatabaseError.misuse("a database URL begins with sqlite: or postgres://")
        }
    }

    /// The engine it names.
    public var dialect: Dialect {
        switch target {
        case .sqlite: .sqlite
        case .postgres: .postgres
        }
    }

    /// The whole URL with its password, for handing it to another process.
    public var text: String {
        switch target {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let text): text
        }
    }
}

extension DatabaseURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without its secrets.
    public var description: String {
        text.replacing(/:\/\/([^:\/?#@]*):[^\/?#]*@/) { "://\($0.output.1):***@" }
            .replacing(/([?&](?:ssl)?password=)[^&#]*/) { "\($0.output.1)***" }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
