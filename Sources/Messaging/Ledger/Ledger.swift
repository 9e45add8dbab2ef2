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

    /// Between the beginnings of two commits, unless many wait. The applier has more of the processor where they are fewer.
    private static let pace = Duration.milliseconds(3), paceWhileFilling = Duration.milliseconds(5)
    /// Requests that must wait for PostgreSQL to write a second commit beside the first.
    private static let enoughForTwo = 16

    private struct State {
        var pending: [Entry] = []
        var pendingBytes = 0
        var marks: [Mark] = []
        var waiting: [Waiter] = []
        var waitingBytes = 0
        var writers = 0
        var crowd = Crowd()
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
    private let room: Int
    private let state = Mutex(State())

    /// `stored` is called after each commit.
    public init(
        database: any Database, room: Int = Ledger.room, logger: Logger, clock: @escaping @Sendable () -> Date,
        leases: LeaseClock? = nil, random: @escaping @Sendable () -> Randomness,
        stored: @escaping @Sendable () -> Void
    ) {
        self.database = database
        self.room = room
        self.clock = clock
        self.leases = leases ?? .fitting(database.dialect, clock: clock)
        self.random = random
        self.stored = stored
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
        let (isFull, mustWrite) = state.withLock { state in
            if state.waiting.isEmpty, hasRoom(for: entry, state) {
                add(entry, &state)
            } else if state.waitingBytes + body.count > room {
                return (true, false)
            } else {
                state.waiting.append(Waiter(entry: entry, until: .now + Self.patience))
                state.waitingBytes += body.count
                watch(&state)
            }
            return (false, begins(&state))
        }
        if isFull { refuse(entry, LedgerFull()) }
        if mustWrite { commitNext() }
    }

    /// Whether so many wait for their answers that the processor should be left to answering.
    var isPressed: Bool { state.withLock { $0.crowd.isPressing(at: .now) } }

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
        let mustWrite = state.withLock { state in
            state.marks.append(mark)
            return begins(&state)
        }
        if mustWrite { commitNext() }
    }

    private func add(_ entry: Entry, _ state: inout State) {
        state.pending.append(entry)
        state.pendingBytes += entry.body.count
    }

    private func begins(_ state: inout State) -> Bool {
        guard hasWork(for: state.writers + 1, state) else { return false }
        state.writers += 1
        return true
    }

    // PostgreSQL writes two commits at the same time as fast as one, if both have enough to write; SQLite has one writer.
    private func hasWork(for writer: Int, _ state: State) -> Bool {
        switch writer {
        case 1: !state.pending.isEmpty || !state.marks.isEmpty
        case 2: database.dialect == .postgres && state.pending.count >= Self.enoughForTwo
        default: false
        }
    }

    // Each commit begins the next one, on the thread that committed: no request owns it, so that a client that hangs up interrupts nobody.
    private func commitNext() {
        guard let (entries, marks) = next() else { return }
        let begun = ContinuousClock.now
        let commit = Commit(entries, marks, handover: handover, random: random())
        database.write({ [leases] in try commit.write(on: $0, leases: leases) }) { [self] result in
            switch result {
            case .success: keep(commit, entries, marks)
            case .failure(let error): lose(error, entries, marks)
            }
            // A steady stream shares its commits: one costs as much as storing several bodies.
            let next = begun + (handover.isFilling ? Self.paceWhileFilling : Self.pace)
            if isPressed || ContinuousClock.now >= next { return commitNext() }
            Task {
                try? await Task.sleep(until: next, clock: .continuous)
                commitNext()
            }
        }
    }

    private func keep(_ commit: Commit, _ entries: [Entry], _ marks: [Mark]) {
        figures.stored(entries.count)
        commit.handOver(to: handover)
        settle(entries) { $0.done(.success(())) }
        for mark in marks { mark.done(.success(())) }
        if !entries.isEmpty { stored() }
    }

    private func lose(_ error: any Error, _ entries: [Entry], _ marks: [Mark]) {
        settle(entries) { refuse($0, error) }
        for mark in marks { mark.done(.failure(error)) }
    }

    private func next() -> ([Entry], [Mark])? {
        state.withLock { state in
            guard hasWork(for: state.writers, state) else {
                state.writers -= 1
                return nil
            }
            let batch = Array(state.pending.prefix(Self.longestBatch)), marks = state.marks
            state.pending.removeFirst(batch.count)
            state.marks = []
            state.crowd.committed(batch.count, at: .now)
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

    /// How many requests share a commit, of late. One commit that was held up brings many at once, and says nothing. As soon as commits follow
    /// one another without a pause there are fewer in each, so that the pressure ends at less than it begins with.
    private struct Crowd {
        private static let begins = 24.0, ends = 12.0, weight = 0.25, memory = Duration.milliseconds(50)
        private var average = 0.0, isPressing = false
        private var lastAt = ContinuousClock.now

        mutating func committed(_ count: Int, at moment: ContinuousClock.Instant) {
            average += Self.weight * (Double(count) - average)
            isPressing = average >= (isPressing ? Self.ends : Self.begins)
            lastAt = moment
        }

        func isPressing(at moment: ContinuousClock.Instant) -> Bool {
            isPressing && moment - lastAt < Self.memory
        }
    }

    private struct Waiter {
        let entry: Entry
        let until: ContinuousClock.Instant
    }
}

/// No room for two seconds: Meta will come again.
public struct LedgerFull: Error {}
