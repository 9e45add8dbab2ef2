import Synchronization

/// The calls that this process is making: how many there are in all and by line, and their tasks, so that a shutdown can wait for them.
final class CallsUnderWay: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var lines: [LineKey: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// How many more may be begun, and how many each line has.
    var room: (free: Int, underWay: [LineKey: Int]) {
        state.withLock { (limit - $0.tasks.count, $0.lines) }
    }

    /// Begins a call in a task of its own, which nobody's cancellation reaches: an attempt that is committed is made or recorded.
    func begin(_ call: SendCall, _ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.lines[call.line, default: 0] += 1
            state.tasks[call.fence] = Task {
                await work()
                self.end(call)
            }
        }
    }

    /// Waits until no call is under way; what lasts longer than `patience` is cut off.
    func drain(for patience: Duration) async {
        let tasks = state.withLock { Array($0.tasks.values) }
        guard !tasks.isEmpty else { return }
        let deadline = Task {
            try? await Task.sleep(for: patience)
            if !Task.isCancelled { tasks.forEach { $0.cancel() } }
        }
        for task in tasks { await task.value }
        deadline.cancel()
    }

    private func end(_ call: SendCall) {
        state.withLock { state in
            state.tasks[call.fence] = nil
            state.lines[call.line, default: 1] -= 1
            if state.lines[call.line] == 0 { state.lines[call.line] = nil }
        }
    }
}
