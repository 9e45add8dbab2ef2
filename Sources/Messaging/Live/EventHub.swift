import Foundation
import SQLDatabase

/// Wakes whoever waits for a landlord's changes in this process. A wake-up carries nothing: the rows tell. One look a second at the
/// landlords' newest numbers serves all listeners, so that idle ones cost next to nothing and a lost notification a second at most.
public actor EventHub {
    /// Seconds between wake-ups of a listener for whom nothing happens.
    private static let quiet = 10
    /// Between two words to other processes.
    private static let breath = Duration.milliseconds(20)

    private struct Listener {
        let continuation: AsyncStream<Void>.Continuation
        let endsAt: Date?
    }

    private let database: any Database
    private let clock: @Sendable () -> Date
    private let search: SearchNews
    private var listeners: [Landlord.ID: [Int: Listener]] = [:]
    private var newest: [Landlord.ID: Int64] = [:]
    private var next = 0
    private var beats = 0
    private var heart: Task<Void, Never>?
    private var hasNews = false
    private var telling: Task<Void, Never>?

    init(database: any Database, clock: @escaping @Sendable () -> Date, search: SearchNews) {
        self.database = database
        self.clock = clock
        self.search = search
    }

    /// A wake-up now, for each change, and now and then without one. Ends at `end`, or when the hub closes.
    func wakeUps(of landlord: Landlord.ID, until end: Date?) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        next += 1
        let ticket = next
        listeners[landlord, default: [:]][ticket] = Listener(continuation: continuation, endsAt: end)
        continuation.onTermination = { _ in
            Task { await self.leave(landlord, ticket) }
        }
        continuation.yield()
        beat()
        return stream
    }

    /// These landlords have something new to see, here and in other processes.
    func wake(_ landlords: some Sequence<Landlord.ID>) {
        wakeHere(landlords)
        search.note(landlords)
        guard database.dialect == .postgres else { return }
        hasNews = true
        tellOthers()
    }

    /// Landlords whom somebody listens to in this process.
    func listenedTo() -> [Landlord.ID] { listeners.keys.sorted() }

    /// Gets the listeners of this process to look, for what is not among the landlord's changes.
    func stir(_ landlords: [Landlord.ID]) { wakeHere(landlords) }

    private func wakeHere(_ landlords: some Sequence<Landlord.ID>) {
        for landlord in landlords {
            listeners[landlord]?.values.forEach { $0.continuation.yield() }
        }
    }

    // Under load news come by the hundred a second: others hear of many at once, and nobody who brings news waits for that.
    private func tellOthers() {
        guard telling == nil else { return }
        telling = Task {
            while hasNews {
                hasNews = false
                try? await database.notify(Messaging.liveChannel)
                try? await Task.sleep(for: Self.breath)
            }
            telling = nil
        }
    }

    /// Another process changed something: looks whose numbers have risen.
    func look() async {
        let asked = listeners.keys.sorted()
        for start in stride(from: 0, to: asked.count, by: 500) {
            let some = Array(asked[start..<min(start + 500, asked.count)])
            let rows = try? await database.read { db in
                try db.all(
                    NewestRow.self, "SELECT landlord_id, live_sequence FROM landlords WHERE landlord_id IN \(list: some)")
            }
            for row in rows ?? [] where newest[row.landlordId] != row.liveSequence && listeners[row.landlordId] != nil {
                newest[row.landlordId] = row.liveSequence
                wakeHere([row.landlordId])
            }
        }
    }

    /// Ends every stream, so that open pages do not hold up a shutdown.
    public func close() {
        heart?.cancel()
        heart = nil
        listeners.values.forEach { $0.values.forEach { $0.continuation.finish() } }
        listeners = [:]
    }

    private func beat() {
        guard heart == nil else { return }
        heart = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await look()
                endAndReassure()
            }
        }
    }

    // Each second another tenth of the listeners, so that their signs of life do not come all at once.
    private func endAndReassure() {
        beats += 1
        let now = clock()
        for (ticket, listener) in listeners.values.joined() {
            if let end = listener.endsAt, end <= now {
                listener.continuation.finish()
            } else if ticket % Self.quiet == beats % Self.quiet {
                listener.continuation.yield()
            }
        }
    }

    private func leave(_ landlord: Landlord.ID, _ ticket: Int) {
        listeners[landlord]?[ticket] = nil
        guard listeners[landlord]?.isEmpty == true else { return }
        listeners[landlord] = nil
        newest[landlord] = nil
        if listeners.isEmpty {
            heart?.cancel()
            heart = nil
        }
    }
}

private struct NewestRow: Decodable {
    let landlordId: Landlord.ID
    let liveSequence: Int64
}
