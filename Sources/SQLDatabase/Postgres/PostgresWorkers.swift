import Foundation
import Synchronization

/// Threads that each own one connection and take turns at a queue of jobs, so that blocking calls never hold Swift's cooperative
/// threads. Threads are started as they are needed, up to the limit.
final class PostgresWorkers: Sendable {
    /// Works on a connection; what it answers is called when the thread is free again.
    typealias Job = @Sendable (PostgresSession) -> @Sendable () -> Void

    private struct State {
        var jobs: ArraySlice<Job> = []
        var threads = 0
        var idle = 0
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let url: String
    private let options: DatabaseOptions
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

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
        let threads = state.withLock { state in
            state.isClosed = true
            return state.threads
        }
        for _ in 0..<threads { work.signal() }
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
        let (isTaken, needsThread) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.jobs.append(job)
            let needsThread = state.idle < state.jobs.count && state.threads < max(1, options.connections)
            if needsThread { state.threads += 1 }
            return (true, needsThread)
        }
        guard isTaken else { return false }
        if needsThread { startThread() }
        work.signal()
        return true
    }

    private func startThread() {
        let thread = Thread { [self] in serve(PostgresSession(url: url, options: options)) }
        thread.name = "postgres"
        thread.stackSize = 2 << 20
        thread.start()
    }

    private func serve(_ session: PostgresSession) {
        state.withLock { $0.idle += 1 }
        while let job = nextJob() {
            let finish = job(session)
            state.withLock { $0.idle += 1 }
            finish()
        }
        session.disconnect()
        let waiting = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    private func nextJob() -> Job? {
        while true {
            work.wait()
            let (job, isOver) = state.withLock { state in
                let job = state.jobs.popFirst()
                let isOver = job == nil && state.isClosed
                if job != nil || isOver { state.idle -= 1 }
                return (job, isOver)
            }
            if let job { return job }
            if isOver { return nil }
        }
    }
}
