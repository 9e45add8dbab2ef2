/// The two engines.
public enum Dialect: String, Sendable, Hashable, CaseIterable {
    case sqlite, postgres
}

/// A database of either engine. Transactions are synchronous closures, so that nothing can be awaited while one is open.
public protocol Database: Sendable {
    /// The engine behind it.
    var dialect: Dialect { get }

    /// Runs `work` on one unchanging snapshot; writing in it is refused. On PostgreSQL `work` may run twice, when the server went away.
    /// - Throws: what `work` throws, else `DatabaseError`. Cancelling the calling task does not interrupt it.
    func read<T: Sendable>(_ work: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Runs `work` in one transaction, which commits when `work` returns and rolls back when it throws. `work` may run several times:
    /// deadlocks and serialization failures are retried, and so is a connection that broke before the commit was sent.
    /// An error of a statement spoils the transaction on both engines, also when `work` catches it.
    /// - Throws: what `work` throws, else `DatabaseError`; `.unavailable` says so when it is unknown whether the commit took place.
    ///   Cancelling the calling task does not interrupt it.
    @discardableResult
    func write<T: Sendable>(_ work: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Like `write`, and tells `done` on the thread that committed: no task needs to wake up first. `done` must not block.
    func write<T: Sendable>(
        _ work: @escaping @Sendable (any Connection) throws -> T, then done: @escaping @Sendable (Result<T, any Error>) -> Void)

    /// Wakes everybody else who listens on `channel`: other processes, which SQLite does not know. Call it after the commit.
    /// - Throws: `DatabaseError`.
    func notify(_ channel: String) async throws

    /// Wake-ups of `channel` by others. Yields once as soon as it listens, and again after each interruption, since something may have
    /// been missed then. Wake-ups merge while nobody takes them. Ends when the database is closed.
    func notifications(on channel: String) -> AsyncStream<Void>

    /// Lets running work end, then closes all connections. Later calls throw `DatabaseError.misuse`.
    func close() async
}

extension Database {
    @discardableResult
    public func write<T: Sendable>(_ work: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            write(work) { continuation.resume(with: $0) }
        }
    }
}
