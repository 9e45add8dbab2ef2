import Foundation
import Logging
import SQLDatabase
import Synchronization
import WhatsAppCloudAPI

/// What Meta sent, durable before it is answered. Many requests share one transaction and one fsync.
public final class Ledger: Sendable {
    /// What became of a body, told on any thread.
    public typealias Outcome = @Sendable (Result<Void, any Error>) -> Void

    /// Bodies being stored, in bytes, before new ones must wait for room. As much again may wait.
    public static let room = 32 * 1024 * 1024
    /// How long a request waits for room.
    static let patience = Duration.seconds(2)
    /// Events per commit. Bytes are bounded by the room: on a slow disk one flush must do for all who wait.
    static let longestBatch = 400

    /// Events of one account per claimable batch: a turn of an account must not last.
    private static let mostClaimable = 64
    /// Between the beginnings of two commits, unless many wait.
    private static let pace = Duration.milliseconds(2)
    /// Requests in one commit, from which on answering goes before applying for a while.
    private static let pressing = 32, pressure = Duration.milliseconds(50)

    private struct State {
        var pending: [Entry] = []
        var pendingBytes = 0
        var marks: [Mark] = []
        var waiting: [Waiter] = []
        var waitingBytes = 0
        var isWriting = false
        var pressedAt = ContinuousClock.now - Ledger.pressure
        var isWatching = false
    }

    let database: any Database
    /// Where the applier finds what this process has just stored.
    let handover = Handover()
    /// What this process has stored, applied and refused.
    public let figures: LedgerFigures
    private let clock: @Sendable () -> Date
    private let leases: LeaseClock
    private let random: @Sendable () -> Randomness
    private let stored: @Sendable () -> Void
    private let notDurable: @Sendable (any Error) -> Void
    private let room: Int
    private let state = Mutex(State())

    /// `stored` is called after each commit; `notDurable` when a commit's fsync failed: the process must end, since what was
    /// answered before may be lost in the page cache.
    public init(
        database: any Database, room: Int = Ledger.room, logger: Logger, clock: @escaping @Sendable () -> Date,
        leases: LeaseClock? = nil, random: @escaping @Sendable () -> Randomness,
        stored: @escaping @Sendable () -> Void, notDurable: @escaping @Sendable (any Error) -> Void
    ) {
        self.database = database
        self.room = room
        self.clock = clock
        self.leases = leases ?? .fitting(database.dialect, clock: clock)
        self.random = random
        self.stored = stored
        self.notDurable = notDurable
        figures = LedgerFigures(logger: logger)
    }

    /// Returns once the body is on disk. Throws `LedgerFull` when there was no room for two seconds, or the database's error.
    public func store(_ body: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            store(body) { continuation.resume(with: $0) }
        }
    }

    /// Tells `done` once the body is on disk, or why it is not: `LedgerFull` when there was no room for two seconds, or the database's
    /// error. Either raises the alarm, since Meta then comes again ever more rarely, for everybody.
    public func store(_ body: [UInt8], then done: @escaping Outcome) {
        let entry = Entry(source: WebhookPayload.account(of: body) ?? "", body: body, receivedAt: clock(), done: done)
        let isFull = state.withLock { state in
            if state.waiting.isEmpty, hasRoom(for: entry, state) {
                add(entry, &state)
            } else if state.waitingBytes + body.count > room {
                return true
            } else {
                state.waiting.append(Waiter(entry: entry, until: .now + Self.patience))
                state.waitingBytes += body.count
                watch(&state)
            }
            return false
        }
        if isFull { refuse(entry, LedgerFull()) }
    }

    /// Whether so many wait for their answers that the processor should be left to answering.
    var isPressed: Bool { state.withLock { ContinuousClock.now - $0.pressedAt < Self.pressure } }

    private func refuse(_ entry: Entry, _ error: any Error) {
        figures.refused(error, at: clock())
        entry.done(.failure(error))
    }

    private func hasRoom(for entry: Entry, _ state: State) -> Bool {
        state.pendingBytes == 0 || state.pendingBytes + entry.body.count <= room
    }

    /// Notes that events were applied, with the next commit; tells `done` once it is on disk.
    func mark(_ batches: [String], problems: [LedgerEvent.ID: String] = [:], then done: @escaping Outcome) {
        let mark = Mark(batches: batches, problems: problems, at: clock(), done: done)
        state.withLock { state in
            state.marks.append(mark)
            begin(&state)
        }
    }

    private func add(_ entry: Entry, _ state: inout State) {
        state.pending.append(entry)
        state.pendingBytes += entry.body.count
        begin(&state)
    }

    // The commit is no request's own: a client that hangs up must not interrupt what others wait for.
    private func begin(_ state: inout State) {
        guard !state.isWriting else { return }
        state.isWriting = true
        Task { await drain() }
    }

    private func drain() async {
        while let (batch, marks) = next() {
            let begun = ContinuousClock.now
            do {
                try await write(batch, marks)
                figures.stored(batch.count)
                if !batch.isEmpty { stored() }
                settle(batch) { $0.done(.success(())) }
                for mark in marks { mark.done(.success(())) }
            } catch {
                if case DatabaseError.notDurable = error { notDurable(error) }
                settle(batch) { refuse($0, error) }
                for mark in marks { mark.done(.failure(error)) }
            }
            // A steady stream shares its commits: one costs as much as storing several bodies.
            if !isPressed { try? await Task.sleep(until: begun + Self.pace, clock: .continuous) }
        }
    }

    private func next() -> ([Entry], [Mark])? {
        state.withLock { state in
            guard !state.pending.isEmpty || !state.marks.isEmpty else {
                state.isWriting = false
                return nil
            }
            let batch = Array(state.pending.prefix(Self.longestBatch)), marks = state.marks
            state.pending.removeFirst(batch.count)
            state.marks = []
            if batch.count >= Self.pressing { state.pressedAt = .now }
            return (batch, marks)
        }
    }

    private func settle(_ batch: [Entry], _ tell: (Entry) -> Void) {
        state.withLock { state in
            for entry in batch { state.pendingBytes -= entry.body.count }
            while let first = state.waiting.first, hasRoom(for: first.entry, state) {
                state.waiting.removeFirst()
                state.waitingBytes -= first.entry.body.count
                add(first.entry, &state)
            }
        }
        batch.forEach(tell)
    }

    private func write(_ entries: [Entry], _ marks: [Mark]) async throws {
        let (handed, claimable) = batches(of: entries)
        try await database.write { [leases] db in
            let lease = handed.isEmpty ? nil : try leases.now(on: db) + Self.lease
            try Self.insert(handed, leasedUntil: lease, on: db)
            try Self.insert(claimable, leasedUntil: nil, on: db)
            for mark in marks { try Self.write(mark, on: db) }
        }
        handed.forEach(handOver)
    }

    // What this process applies itself is one batch; what anybody may claim is one for each account, so that accounts can take turns.
    private func batches(of entries: [Entry]) -> (handed: [Batch], claimable: [Batch]) {
        let accounts = Dictionary(grouping: entries, by: \.source)
        let admitted = handover.admits(accounts.mapValues { $0.reduce(0) { $0 + $1.body.count } })
        let claimable = accounts.filter { !admitted.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { _, entries in
            stride(from: 0, to: entries.count, by: Self.mostClaimable).map {
                Array(entries[$0..<min($0 + Self.mostClaimable, entries.count)])
            }
        }
        var random = random()
        let handed = entries.filter { admitted.contains($0.source) }
        return (
            (handed.isEmpty ? [] : [handed]).map { batch($0, 0, &random) }, claimable.enumerated().map { batch($1, $0 + 1, &random) }
        )
    }

    private func batch(_ entries: [Entry], _ place: Int, _ random: inout Randomness) -> Batch {
        Batch(id: uuidV7(now: entries[0].receivedAt, place: place, random: &random), entries: entries)
    }

    private static func insert(_ batches: [Batch], leasedUntil: Date?, on db: any Connection) throws {
        try db.execute(each: batches) { batch in
            """
            INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at, lease_until, tries)
            VALUES (\(batch.id), \(batch.source ?? ""), \(batch.entries.count), \(batch.bytes), \(batch.entries[0].receivedAt),
                \(leasedUntil), \(leasedUntil == nil ? 0 : 1))
            """
        }
        try db.execute(each: batches.flatMap(\.bodies)) { row in
            "INSERT INTO webhook_bodies (batch_id, place, body, source) VALUES (\(row.batch), \(row.place), \(row.body), \(row.source))"
        }
    }

    private static func write(_ mark: Mark, on db: any Connection) throws {
        try db.execute(
            "UPDATE webhook_batches SET applied_at = \(mark.at), lease_until = NULL WHERE batch_id IN \(list: mark.batches)")
        try note(mark.problems, on: db, now: mark.at)
    }

    private func handOver(_ batch: Batch) {
        handover.add(
            batch.id,
            batch.entries.enumerated().map { place, entry in
                let id = LedgerEvent.ID(batch: batch.id, place: place)
                return (entry.source, LedgerEvent(id: id, receivedAt: batch.entries[0].receivedAt, body: entry.body))
            })
    }

    // One task for all who wait, since they lose patience in the order in which they came.
    private func watch(_ state: inout State) {
        guard !state.isWatching else { return }
        state.isWatching = true
        Task {
            while let until = nextDeadline() {
                try? await Task.sleep(until: until, clock: .continuous)
                for waiter in lostPatience() { refuse(waiter.entry, LedgerFull()) }
            }
        }
    }

    private func nextDeadline() -> ContinuousClock.Instant? {
        state.withLock { state in
            if state.waiting.isEmpty { state.isWatching = false }
            return state.waiting.first?.until
        }
    }

    private func lostPatience() -> [Waiter] {
        state.withLock { state in
            let late = Array(state.waiting.prefix { $0.until <= .now })
            state.waiting.removeFirst(late.count)
            state.waitingBytes -= late.reduce(0) { $0 + $1.entry.body.count }
            return late
        }
    }

    private struct Entry: Sendable {
        let source: String
        let body: [UInt8]
        let receivedAt: Date
        let done: Outcome
    }

    private struct Waiter {
        let entry: Entry
        let until: ContinuousClock.Instant
    }

    private struct Batch: Sendable {
        let id: String
        let entries: [Entry]

        var bytes: Int { entries.reduce(0) { $0 + $1.body.count } }
        /// The account of all of them; nil when there are several.
        var source: String? { entries.allSatisfy { $0.source == entries[0].source } ? entries[0].source : nil }

        var bodies: [(batch: String, place: Int, body: [UInt8], source: String?)] {
            let isMixed = source == nil
            return entries.enumerated().map { (id, $0.offset, $0.element.body, isMixed ? $0.element.source : nil) }
        }
    }

    private struct Mark: Sendable {
        let batches: [String]
        let problems: [LedgerEvent.ID: String]
        let at: Date
        let done: Outcome
    }
}

/// No room for two seconds: Meta will come again.
public struct LedgerFull: Error {}
