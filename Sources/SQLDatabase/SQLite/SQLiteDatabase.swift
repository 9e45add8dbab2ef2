import CSQLiteLog
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// SQLite in WAL mode: one writer and several readers, each commit flushed to disk before it counts.
final class SQLiteDatabase: Database {
    let dialect = Dialect.sqlite
    private let pool: DatabasePool
    private let options: DatabaseOptions
    private let hub = NotificationHub()
    private let failedFlush: FailedFlush
    private let prepared = PreparedByConnection()
    private let checkpoints: SQLiteCheckpoints

    private init(pool: DatabasePool, options: DatabaseOptions) {
        self.pool = pool
        self.options = options
        let failedFlush = FailedFlush(tell: options.onNotDurable)
        self.failedFlush = failedFlush
        checkpoints = SQLiteCheckpoints(
            path: pool.path,
            onWriter: { [weak pool] work in
                pool?.asyncWriteWithoutTransaction { db in
                    if let connection = db.sqliteConnection { work(connection) }
                }
            }, notDurable: { failedFlush.note($0) })
    }

    static func open(path: String, options: DatabaseOptions) async throws -> SQLiteDatabase {
        try await onBlockingThread {
            do {
                try prepareFile(at: path)
                _ = Self.gathersLogWrites
                let pool = try DatabasePool(path: path, configuration: configuration(options))
                // GRDB lowers its writer to NORMAL while it switches to WAL, which would lose commits in a power cut.
                try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
                let database = SQLiteDatabase(pool: pool, options: options)
                pool.writeWithoutTransaction { if let writer = $0.sqliteConnection { database.checkpoints.watch(writer) } }
                return database
            } catch let error as GRDB.DatabaseError {
                throw DatabaseError(error)
            }
        }
    }

    // Once, before the first connection. Where it cannot be, SQLite goes on as it is.
    private static let gathersLogWrites = zr_gather_log_writes() == SQLITE_OK

    private static func configuration(_ options: DatabaseOptions) -> Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = max(1, options.readers)
        configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // What a busy writer touches again and again stays at hand.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -500 : -options.writerCache / 1_024)")
        }
        return configuration
    }

    // The file holds personal data, so nobody else on the machine may read it; SQLite gives its companions the same mode.
    private static func prepareFile(at path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw DatabaseError.unavailable("the folder \(folder.path) cannot be made; create it, or choose another path.")
        }
        do {
            // Only where there is none: a file that another process makes in this moment must not be emptied under its hands.
            try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch CocoaError.fileWriteFileExists {
            return
        } catch {
            throw DatabaseError.unavailable("the file \(path) cannot be made. Check the folder's permissions, or choose another path.")
        }
    }

    // GRDB's callback functions are used since its async ones are cancelled with the calling task.
    func read<T: Sendable>(_ work: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                continuation.resume(
                    with: Result {
                        do {
                            let db = try access.get()
                            return try SQLiteConnection.run(work, on: db, try self.prepared.statements(of: db))
                        } catch let error as GRDB.DatabaseError {
                            throw DatabaseError(error)
                        }
                    })
            }
        }
    }

    func write<T: Sendable>(
        _ work: @escaping @Sendable (any Connection) throws -> T, then done: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        pool.asyncWriteWithoutTransaction { db in
            done(Result { try self.transaction(on: db, work) })
        }
    }

    func notify(_ channel: String) {}

    func notifications(on channel: String) -> AsyncStream<Void> {
        let stream = hub.stream(on: channel)
        hub.welcome(to: [channel])
        return stream
    }

    func close() async {
        hub.finish()
        // Fails only while a statement runs, and the pool lets running work end first.
        try? await onBlockingThread { [pool, prepared, checkpoints] in
            checkpoints.finish()
            // A connection with statements cannot be closed.
            try pool.barrierWriteWithoutTransaction { _ in prepared.forget() }
            try pool.close()
            // The connection has told of its last commits until here: they may have been copied once more.
            checkpoints.finish()
        }
    }

    private func transaction<T>(on db: GRDB.Database, _ work: (any Connection) throws -> T) throws -> T {
        if let failure = failedFlush.error { throw failure }
        do {
            try db.beginTransaction(.immediate)
            let start = ContinuousClock.now
            let timing = StatementTiming()
            let result = try SQLiteConnection.run(work, on: db, try prepared.statements(of: db), timing: timing)
            let held = ContinuousClock.now - start
            guard db.isInsideTransaction else { throw DatabaseError.endedEarly }
            try db.commit()
            report(held, timing)
            return result
        } catch {
            // SQLite has rolled back by itself after some errors (a full disk, for one).
            if db.isInsideTransaction { try? db.rollback() }
            if let error = error as? DatabaseError { throw remembered(error) }
            guard let engineError = error as? GRDB.DatabaseError else { throw error }
            throw remembered(DatabaseError(engineError))
        }
    }

    // A later flush could report success although the pages of the failed one are lost, so nothing is written any more.
    private func remembered(_ error: DatabaseError) -> DatabaseError {
        if case .notDurable = error { failedFlush.note(error) }
        return error
    }

    private func report(_ held: Duration, _ timing: StatementTiming) {
        guard let onLongWrite = options.onLongWrite, held > .milliseconds(20), !timing.ranScript else { return }
        onLongWrite(held, timing.slowest)
    }
}

/// The first flush that the disk refused. A later one could report success although the pages of this one are lost.
private final class FailedFlush: Sendable {
    private let first = Mutex<DatabaseError?>(nil)
    private let tell: (@Sendable (DatabaseError) -> Void)?

    init(tell: (@Sendable (DatabaseError) -> Void)?) {
        self.tell = tell
    }

    var error: DatabaseError? { first.withLock { $0 } }

    func note(_ error: DatabaseError) {
        let isFirst = first.withLock { first in
            defer { first = first ?? error }
            return first == nil
        }
        if isFirst { tell?(error) }
    }
}

/// Each connection's prepared statements. A connection is used by one thread at a time; only the list is shared.
private final class PreparedByConnection: Sendable {
    private struct Entry: @unchecked Sendable {
        // Touched only while the pool has given the connection to somebody, who alone uses it then.
        let statements: SQLiteStatements
    }

    private let entries = Mutex<[Int: Entry]>([:])

    func statements(of db: GRDB.Database) throws -> SQLiteStatements {
        guard let connection = db.sqliteConnection else { throw DatabaseError.closed }
        let key = Int(bitPattern: connection)
        if let known = entries.withLock({ $0[key] }) { return known.statements }
        let made = Entry(statements: SQLiteStatements(connection))
        entries.withLock { $0[key] = made }
        return made.statements
    }

    func forget() {
        entries.withLock { $0 = [:] }
    }
}

/// Runs blocking work away from Swift's few cooperative threads.
private func onBlockingThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
    }
}
