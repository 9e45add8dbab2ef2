import CLibPQ
import Foundation
import Synchronization

/// Listens to all channels on a connection and a thread of its own, which start with the first listener.
final class PostgresListener: Sendable {
    private struct State {
        var isRunning = false
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    // For sessions that stand still.
    private static let pauseBetweenLooks = Duration.seconds(1)

    private let url: String
    private let options: DatabaseOptions
    private let ownName: String
    private let hub = NotificationHub()
    private let alarm: WakeUpPipe
    private let state = Mutex(State())

    /// Notifications that carry `ownName` wake nobody here.
    /// - Throws: `DatabaseError.unavailable` when the process has no file descriptor left.
    init(url: String, options: DatabaseOptions, ignoring ownName: String) throws {
        self.url = url
        self.options = options
        self.ownName = ownName
        alarm = try WakeUpPipe()
    }

    func stream(on channel: String) -> AsyncStream<Void> {
        let stream = hub.stream(on: channel) { [alarm] in alarm.ring() }
        let needsThread = state.withLock { state in
            guard !state.isClosed, !state.isRunning else { return false }
            state.isRunning = true
            return true
        }
        if needsThread { startThread() }
        alarm.ring()
        return stream
    }

    func beginClosing() {
        state.withLock { $0.isClosed = true }
        hub.finish()
        alarm.ring()
    }

    func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.isRunning { state.waitingForEnd.append(continuation) }
                return !state.isRunning
            }
            if hasEnded { continuation.resume() }
        }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func startThread() {
        let thread = Thread { [self] in
            listenUntilClosed()
            let waiting = state.withLock { state in
                state.isRunning = false
                defer { state.waitingForEnd = [] }
                return state.waitingForEnd
            }
            for continuation in waiting { continuation.resume() }
        }
        thread.name = "postgres-listen"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func listenUntilClosed() {
        var pause = 0.1
        while !isClosed {
            do {
                let link = try PostgresLink(url: url, options: options)
                pause = 0.1
                try listen(on: link)
            } catch {
                // The server is away. Streams stay open; everybody is woken once it is back.
                alarm.wait(seconds: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, 2)
            }
        }
    }

    private func listen(on link: PostgresLink) throws {
        var listening: Set<String> = []
        var nextLook = ContinuousClock.now + Self.pauseBetweenLooks
        hub.forgetWelcomes()
        while !isClosed {
            let wanted = hub.channels
            for channel in wanted.subtracting(listening) {
                _ = try link.script("LISTEN \(quoted(link.qualified(channel)))")
            }
            for channel in listening.subtracting(wanted) { _ = try link.script("UNLISTEN \(quoted(link.qualified(channel)))") }
            listening = wanted
            hub.welcome(to: listening)
            for name in try link.notifications(waitingWith: alarm, until: nextLook, except: ownName) {
                hub.wake(String(name.dropFirst(link.schema.count + 1)))
            }
            guard ContinuousClock.now >= nextLook else { continue }
            try link.endSessionsThatStandStill(for: options.idleInTransactionTimeout)
            nextLook = ContinuousClock.now + Self.pauseBetweenLooks
        }
    }

    private func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

extension PostgresLink {
    /// Waits for notifications, for the alarm or until a moment. Answers the channels that others have notified.
    /// - Throws: `PostgresFailure` when the connection is lost.
    fileprivate func notifications(
        waitingWith alarm: WakeUpPipe, until moment: ContinuousClock.Instant, except own: String
    ) throws -> [String] {
        var names = takeNotifications(except: own)
        guard names.isEmpty else { return names }
        alarm.wait(orReadable: PQsocket(connection), seconds: max(0, (moment - ContinuousClock.now) / .seconds(1)))
        guard PQconsumeInput(connection) == 1 else { _ = try checked(nil); return [] }
        names = takeNotifications(except: own)
        return names
    }

    private func takeNotifications(except own: String) -> [String] {
        var names: [String] = []
        while let notification = PQnotifies(connection) {
            if String(cString: notification.pointee.extra) != own { names.append(String(cString: notification.pointee.relname)) }
            PQfreemem(notification)
        }
        return names
    }
}

/// A pipe that ends a `poll` from another thread.
final class WakeUpPipe: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw DatabaseError.unavailable("no file descriptor is left. Raise the limit on open files.")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// A full pipe rings already, so a failed write loses nothing.
    func ring() {
        _ = write(writeEnd, [1], 1)
    }

    /// Waits until it rings, `socket` has input, or the time is over, and silences the alarm.
    func wait(orReadable socket: Int32 = -1, seconds: Double? = nil) {
        var watched = [
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&watched, 2, seconds.map { Int32(($0 * 1000).rounded(.up)) } ?? -1)
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }
}
