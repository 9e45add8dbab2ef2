import Synchronization

/// Hands wake-ups to everybody in this process who listens on a channel.
final class NotificationHub: Sendable {
    private struct Listener {
        let channel: String
        let continuation: AsyncStream<Void>.Continuation
        var isWelcome = false
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextNumber = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    /// The channels somebody listens on.
    var channels: Set<String> {
        state.withLock { Set($0.listeners.values.map(\.channel)) }
    }

    /// A stream of wake-ups that merge while nobody takes them.
    func stream(on channel: String, onEnd: @escaping @Sendable () -> Void = {}) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.nextNumber += 1
            state.listeners[state.nextNumber] = Listener(channel: channel, continuation: continuation)
            return state.nextNumber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[number] = nil }
            onEnd()
        }
        return stream
    }

    func wake(_ channel: String) {
        let listeners = state.withLock { $0.listeners.values.filter { $0.channel == channel } }
        for listener in listeners { listener.continuation.yield() }
    }

    /// The first wake-up of those who have just begun to listen: from now on they miss nothing.
    func welcome(to channels: Set<String>) {
        let newcomers = state.withLock { state in
            let numbers = state.listeners.filter { !$0.value.isWelcome && channels.contains($0.value.channel) }.map(\.key)
            for number in numbers { state.listeners[number]?.isWelcome = true }
            return numbers.compactMap { state.listeners[$0] }
        }
        for listener in newcomers { listener.continuation.yield() }
    }

    /// After an interruption everybody is a newcomer again, since something may have been missed.
    func forgetWelcomes() {
        state.withLock { state in
            for number in state.listeners.keys { state.listeners[number]?.isWelcome = false }
        }
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.continuation.finish() }
    }
}
