import Dispatch
import GRDBSQLite
import Synchronization

/// Copies what the write-ahead log holds into the file, beside the writer: SQLite itself would let the writer do it in the middle of a
/// commit, and everybody wait for as long as the copying and its flush take.
final class SQLiteCheckpoints: Sendable {
    /// Pages in the log from which on copying is worth its while: what was written several times by then is copied once.
    private static let due: Int32 = 8_000
    /// What the writer may be left to copy at the end, when the log can begin anew: a few milliseconds' worth.
    private static let rest: Int32 = 500
    private static let mostPasses = 4

    /// Work for the writer's connection, between its transactions.
    typealias OnWriter = @Sendable (@escaping @Sendable (OpaquePointer) -> Void) -> Void

    private let path: String
    private let onWriter: OnWriter
    private let notDurable: @Sendable (DatabaseError) -> Void
    private let queue = DispatchQueue(label: "sqlite checkpoints", qos: .utility)
    private let isUnderWay = Mutex(false)

    /// `notDurable` is told when the file could not be flushed: what was copied into it may be lost, and the log must not begin anew.
    init(path: String, onWriter: @escaping OnWriter, notDurable: @escaping @Sendable (DatabaseError) -> Void) {
        self.path = path
        self.onWriter = onWriter
        self.notDurable = notDurable
    }

    /// Told after each commit, by the writer, how many pages the log holds.
    func committed(pages: Int32) {
        guard pages >= Self.due, begins() else { return }
        queue.async { [self] in
            guard copy() else { return }
            onWriter { connection in
                _ = self.checkpoint(connection)
                self.isUnderWay.withLock { $0 = false }
            }
        }
    }

    /// Returns when nothing is being copied any more.
    func finish() {
        queue.sync {}
    }

    private func begins() -> Bool {
        isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
    }

    // A connection of its own, for as long as it takes: under load a few times a second, else hardly ever. Answers false when the disk
    // refused to flush: then the log is what there is, and nothing is copied any more.
    private func copy() -> Bool {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let connection else { return true }
        // Only a connection that has read something knows of the log.
        guard sqlite3_exec(connection, "PRAGMA schema_version", nil, nil, nil) == SQLITE_OK else { return true }
        for _ in 0..<Self.mostPasses {
            guard let left = checkpoint(connection), left > Self.rest else { break }
        }
        return flush(connection)
    }

    /// Copies without waiting for anybody. Answers how many pages have come in meanwhile; nil when it could not.
    private func checkpoint(_ connection: OpaquePointer) -> Int32? {
        var inLog: Int32 = 0, copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &copied)
        if code != SQLITE_OK, sqlite3_extended_errcode(connection) == Self.failedFlush { notDurable(Self.unflushed) }
        return code == SQLITE_OK ? inLog - copied : nil
    }

    // The writer's own last pass flushes the file: it shall find hardly anything left to flush.
    private func flush(_ connection: OpaquePointer) -> Bool {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let sync = file.pointee.pMethods?.pointee.xSync, sync(file, SQLITE_SYNC_NORMAL) != SQLITE_OK
        else { return true }
        notDurable(Self.unflushed)
        return false
    }

    // SQLite's SQLITE_IOERR_FSYNC, a macro that Swift does not see.
    private static let failedFlush = SQLITE_IOERR | (4 << 8)
    private static let unflushed = DatabaseError.notDurable("the file could not be flushed")
}

extension SQLiteCheckpoints {
    /// Lets SQLite tell of each commit on the writer's connection, instead of copying by itself. The connection must not outlive this.
    func watch(_ writer: OpaquePointer) {
        sqlite3_wal_hook(
            writer,
            { checkpoints, _, _, pages in
                if let checkpoints { Unmanaged<SQLiteCheckpoints>.fromOpaque(checkpoints).takeUnretainedValue().committed(pages: pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
