import Foundation
import Synchronization

/// Threads that each own one connection and take turns at a queue of jobs, so that blocking calls never hold Swift's cooperative
/// threads. Threads are started as they are needed, up to the limit.
final class PostgresWorkers: Sendable {
    /// Works on a connection; what it answers is called when the thread is free again.
    typealias Job = @Sendable (PostgresSession) -> @Sendable () -> Void

    /// Where a thread waits for its next job; woken without one it ends.
    private final class Seat: Sendable {
        private let wakeUp = DispatchSemaphore(value: 0)
        private let job = Mutex<Job?>(nil)

        func wake(with next: Job?) {
            job.withLock { $0 = next }
            wakeUp.signal()
        }

        func nextJob() -> Job? {
            wakeUp.wait()
            return job.withLock { job in
                defer { job = nil }
                return job
            }
        }
    }

    private struct State {
        /// Jobs that no thread was free for.
        var jobs: ArraySlice<Job> = []
        var threads = 0
        /// The thread that worked last is asked first: its connection knows the most statements.
        var idle: [Seat] = []
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let url: String
    private let options: DatabaseOptions
    private let state = Mutex(State())

    init(url: String, options: DatabaseOptions) {
        self.url = url
        self.options = options
    }

    /// Runs `body` on one of the threads.
    /// - Throws: what `body` throws; `DatabaseError.closed` after closing.
    func run<T: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            run(body) { continuation.resume(with: $0) }
        }
    }

    /// Like `run`, and tells `done` on that thread.
    func run<T: Sendable>(
        _ body: @escaping @Sendable (PostgresSession) throws -> T, then done: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let isTaken = submit { session in
            let result = Result { try body(session) }
            return { done(result) }
        }
        if !isTaken { done(.failure(DatabaseError.closed)) }
    }

    /// Takes no more jobs; the threads end when the waiting ones are done.
    func beginClosing() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for seat in idle { seat.wake(with: nil) }
    }

    func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.threads > 0 { state.waitingForEnd.append(continuation) }
                return state.threads == 0
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func submit(_ job: @escaping Job) -> Bool {
        let taker = state.withLock { state -> Taker in
            guard !state.isClosed else { return .nobody }
            if let seat = state.idle.popLast() { return .seated(seat) }
            if state.threads < max(1, options.connections) {
                state.threads += 1
                return .newThread
            }
            state.jobs.append(job)
            return .whoeverIsFree
        }
        switch taker {
        case .seated(let seat): seat.wake(with: job)
        case .newThread: startThread(job)
        case .whoeverIsFree: break
        case .nobody: return false
        }
        return true
    }

    private enum Taker {
        case seated(Seat), newThread, whoeverIsFree, nobody
    }

    private func startThread(_ first: @escaping Job) {
        let thread = Thread { [self] in serve(PostgresSession(url: url, options: options), first) }
        thread.name = "postgres"
        thread.stackSize = 2 << 20
        thread.start()
    }

    private func serve(_ session: PostgresSession, _ first: @escaping Job) {
        let seat = Seat()
        var next: Job? = first
        while let job = next {
            let finish = job(session)
            let following = following(seat)
            finish()
            next = following.job ?? (following.isOver ? nil : seat.nextJob())
        }
        session.disconnect()
        end()
    }

    // Seated before the last job is finished, so that what that asks for goes on on this thread.
    private func following(_ seat: Seat) -> (job: Job?, isOver: Bool) {
        state.withLock { state in
            if let job = state.jobs.popFirst() { return (job, false) }
            if !state.isClosed { state.idle.append(seat) }
            return (nil, state.isClosed)
        }
    }

    private func end() {
        let waiting = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }
}
