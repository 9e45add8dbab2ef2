/// Gets a loop going: at once when signalled, and once a second in any case, so that a lost signal costs a second at most.
public final class Wake: Sendable {
    let turns: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() {
        (turns, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public func signal() {
        continuation.yield()
    }

    /// Runs `turn` whenever there may be work, until the task is cancelled. `turn` answers whether it found work.
    func loop(_ turn: () async -> Bool) async {
        let continuation = continuation
        let ticker = Task {
            while !Task.isCancelled {
                continuation.yield()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        defer { ticker.cancel() }
        for await _ in turns {
            while !Task.isCancelled, await turn() {}
        }
    }

    /// Runs `turn` until the task is cancelled. `turn` answers how long there is surely no work, unless somebody signals.
    func loop(pausing turn: () async -> Duration) async {
        var signals = turns.makeAsyncIterator()
        while !Task.isCancelled {
            let pause = await turn()
            guard pause > .zero else { continue }
            let continuation = continuation
            let timer = Task {
                try await Task.sleep(for: pause)
                continuation.yield()
            }
            _ = await signals.next()
            timer.cancel()
        }
    }
}
