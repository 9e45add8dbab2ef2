import Foundation
import Logging
import SQLDatabase
import Synchronization
import WhatsAppCloudAPI

/// What Meta sent, durable before it is answered. Many requests share one transaction and one fsync.
public actor Ledger {
    /// Bodies being stored, in bytes, before new ones must wait for room. As much again may wait.
    public static let room = 32 * 1024 * 1024
    /// How long a request waits for room.
    static let patience = Duration.seconds(2)
    /// Events per commit: more would hold the writer for too long.
    static let longestBatch = 400

    nonisolated let database: any Database
    nonisolated let figures: LedgerFigures
    private let clock: @Sendable () -> Date
    private let random: @Sendable () -> Randomness
    private let stored: @Sendable () -> Void
    private let notDurable: @Sendable (any Error) -> Void
    private let room: Int
    private var pending: [Entry] = []
    private var pendingBytes = 0
    private var waiting: [Waiter] = []
    private var waitingBytes = 0
    private var isWriting = false
    private var isWatching = false

    /// `stored` is called after each commit; `notDurable` when a commit's fsync failed: the process must end, since what was
    /// answered before may be lost in the page cache.
    public init(
        database: any Database, room: Int = Ledger.room, logger: Logger, clock: @escaping @Sendable () -> Date,
        random: @escaping @Sendable () -> Randomness,
        stored: @escaping @Sendable () -> Void, notDurable: @escaping @Sendable (any Error) -> Void
    ) {
        self.database = database
        self.room = room
        self.clock = clock
        self.random = random
        self.stored = stored
        self.notDurable = notDurable
        figures = LedgerFigures(logger: logger)
    }

    /// Returns once the body is on disk. Throws `LedgerFull` when there was no room for two seconds, or the database's error; either
    /// raises the alarm, since Meta then comes again ever more rarely, for everybody.
    public nonisolated func store(_ body: [UInt8]) async throws {
        do {
            try await take(body, from: WebhookPayload.account(of: body) ?? "")
        } catch {
            figures.refused(error, at: clock())
            throw error
        }
    }

    // The commit is not this request's: a client that hangs up must not interrupt what others wait for.
    private func take(_ body: [UInt8], from source: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let entry = Entry(source: source, body: body, receivedAt: clock(), done: continuation)
            if waiting.isEmpty, hasRoom(for: entry) {
                add(entry)
            } else if waitingBytes + body.count > room {
                continuation.resume(throwing: LedgerFull())
            } else {
                waiting.append(Waiter(entry: entry, until: .now + Self.patience))
                waitingBytes += body.count
                watch()
            }
        }
    }

    private func hasRoom(for entry: Entry) -> Bool {
        pendingBytes == 0 || pendingBytes + entry.body.count <= room
    }

    private func add(_ entry: Entry) {
        pending.append(entry)
        pendingBytes += entry.body.count
        guard !isWriting else { return }
        isWriting = true
        Task { await drain() }
    }

    private func drain() async {
        while !pending.isEmpty {
            let batch = Array(pending.prefix(Self.longestBatch))
            pending.removeFirst(batch.count)
            var failure: (any Error)?
            do {
                try await insert(batch)
                figures.stored(batch.count)
                stored()
            } catch {
                failure = error
                if case DatabaseError.notDurable = error { notDurable(error) }
            }
            for entry in batch {
                pendingBytes -= entry.body.count
                if let failure { entry.done.resume(throwing: failure) } else { entry.done.resume() }
            }
            admitWaiting()
        }
        isWriting = false
    }

    private func insert(_ entries: [Entry]) async throws {
        var random = random()
        let batches = Dictionary(grouping: entries, by: \.source).values.sorted { $0[0].source < $1[0].source }.map { entries in
            Batch(id: uuidV7(now: entries[0].receivedAt, random: &random), entries: entries)
        }
        let rows = batches.flatMap { batch in batch.entries.enumerated().map { (batch: batch.id, place: $0.offset, body: $0.element.body) } }
        try await database.write { db in
            try db.execute(each: batches) { batch in
                """
                INSERT INTO webhook_batches (batch_id, source, events, received_at)
                VALUES (\(batch.id), \(batch.entries[0].source), \(batch.entries.count), \(batch.entries[0].receivedAt))
                """
            }
            try db.execute(each: rows) { row in
                "INSERT INTO webhook_bodies (batch_id, place, body) VALUES (\(row.batch), \(row.place), \(row.body))"
            }
        }
    }

    private func admitWaiting() {
        while let first = waiting.first, hasRoom(for: first.entry) {
            waiting.removeFirst()
            waitingBytes -= first.entry.body.count
            add(first.entry)
        }
    }

    // One task for all who wait, since they lose patience in the order in which they came.
    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        Task {
            while let next = waiting.first {
                try? await Task.sleep(until: next.until, clock: .continuous)
                while let first = waiting.first, first.until <= .now {
                    waiting.removeFirst()
                    waitingBytes -= first.entry.body.count
                    first.entry.done.resume(throwing: LedgerFull())
                }
            }
            isWatching = false
        }
    }

    private struct Entry: Sendable {
        let source: String
        let body: [UInt8]
        let receivedAt: Date
        let done: CheckedContinuation<Void, any Error>
    }

    private struct Waiter {
        let entry: Entry
        let until: ContinuousClock.Instant
    }

    private struct Batch: Sendable {
        let id: String
        let entries: [Entry]
    }
}

/// No room for two seconds: Meta will come again.
public struct LedgerFull: Error {}
