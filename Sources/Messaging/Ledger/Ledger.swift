import Foundation
import Logging
import SQLDatabase

/// What Meta sent, durable before it is answered. Many requests share one transaction and one fsync.
public actor Ledger {
    /// Bodies waiting to be stored, in bytes, before new ones must wait for room.
    public static let room = 32 * 1024 * 1024
    /// How long a request waits for room.
    static let patience = Duration.seconds(2)

    nonisolated let database: any Database
    private let clock: @Sendable () -> Date
    private let random: @Sendable () -> Randomness
    private let stored: @Sendable () -> Void
    private let notDurable: @Sendable (any Error) -> Void
    private let room: Int
    private var pending: [Pending] = []
    private var pendingBytes = 0
    private var writing = false

    /// `stored` is called after each commit; `notDurable` when a commit's fsync failed: the process must end, since what was
    /// answered before may be lost in the page cache.
    public init(
        database: any Database, room: Int = Ledger.room, clock: @escaping @Sendable () -> Date,
        random: @escaping @Sendable () -> Randomness,
        stored: @escaping @Sendable () -> Void, notDurable: @escaping @Sendable (any Error) -> Void
    ) {
        self.database = database
        self.room = room
        self.clock = clock
        self.random = random
        self.stored = stored
        self.notDurable = notDurable
    }

    /// Returns once the body is on disk. Throws `LedgerFull` when there was no room for two seconds, or the database's error.
    public func store(_ body: [UInt8]) async throws {
        try await waitForRoom(body.count)
        let entry = Pending(body: body, receivedAt: clock())
        pending.append(entry)
        pendingBytes += body.count
        if !writing {
            writing = true
            // A task of its own: a client that hangs up must not interrupt the commit that others wait for.
            Task { await self.drain() }
        }
        try await entry.done.value()
    }

    private func waitForRoom(_ bytes: Int) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while pendingBytes + bytes > room, pendingBytes > 0 {
            guard ContinuousClock.now < deadline else { throw LedgerFull() }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func drain() async {
        while !pending.isEmpty {
            let batch = pending
            pending = []
            var failure: (any Error)?
            do {
                try await insert(batch)
                stored()
            } catch {
                failure = error
                if case DatabaseError.notDurable = error { notDurable(error) }
            }
            pendingBytes -= batch.reduce(0) { $0 + $1.body.count }
            for entry in batch {
                entry.done.finish(failure)
            }
        }
        writing = false
    }

    private func insert(_ batch: [Pending]) async throws {
        let random = random()
        try await database.write { db in
            var random = random
            try db.execute(each: batch) { entry in
                """
                INSERT INTO webhook_events (event_id, received_at, body, size, state)
                VALUES (\(uuidV7(now: entry.receivedAt, random: &random)), \(entry.receivedAt), \(entry.body), \(entry.body.count), 'waiting')
                """
            }
        }
    }

    private struct Pending: Sendable {
        let body: [UInt8]
        let receivedAt: Date
        let done = Completion()
    }
}

/// No room for two seconds: Meta will come again.
public struct LedgerFull: Error {}

/// A result that one task sets and one waits for.
private final class Completion: Sendable {
    private let stream: AsyncThrowingStream<Void, any Error>
    private let continuation: AsyncThrowingStream<Void, any Error>.Continuation

    init() {
        (stream, continuation) = AsyncThrowingStream.makeStream()
    }

    func finish(_ failure: (any Error)?) {
        if failure == nil { continuation.yield() }
        continuation.finish(throwing: failure)
    }

    func value() async throws {
        for try await _ in stream { return }
        throw CancellationError()
    }
}
