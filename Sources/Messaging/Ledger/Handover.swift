import DequeModule
import Synchronization

/// Events on their way from their commit to this process's applier, so that nothing is read back that has just been written. Their batches
/// are leased from birth: should the process die, others take them when the lease ends. What has no room here waits in the tables.
final class Handover: Sendable {
    /// Bytes of bodies that may be on their way: half a second's worth at full speed. One account's may take an eighth of it.
    static let room = 4 * 1024 * 1024, roomOfAccount = room / 8
    /// What lies here for longer is left to whoever claims it once its lease has ended.
    static let longestStay = Duration.seconds(5)

    /// Whose events are taken.
    enum Choice {
        case everybody
        /// Who had no more than an account's room lately.
        case calm
        /// Who had more: newer events of theirs wait in the tables.
        case flooding
    }

    private struct Queued {
        let event: LedgerEvent
        let since: ContinuousClock.Instant
    }

    private struct State {
        var isOpen = false
        // Accounts whose events did not fit: until the tables are empty, new ones queue up there behind the older ones.
        var overflowing: Set<String> = []
        // Those of them that had more than an account's room.
        var flooding: Set<String> = []
        var queues: [String: Deque<Queued>] = [:]
        var bytesOf: [String: Int] = [:]
        // Accounts with events, in the order of their turns.
        var turns: Deque<String> = []
        var bytes = 0
        // Events of each batch that are not applied yet.
        var left: [String: Int] = [:]

        /// Takes out the turns of those who are chosen.
        mutating func turns(of choice: Choice) -> Deque<String> {
            func isChosen(_ account: String) -> Bool {
                choice == .everybody || flooding.contains(account) == (choice == .flooding)
            }
            defer { turns.removeAll(where: isChosen) }
            return turns.filter(isChosen)
        }
    }

    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.clock = clock
    }

    /// Which accounts' events of a commit can be handed over, given their bytes, and which accounts have had too many of their own.
    func admits(_ bytes: [String: Int]) -> (admitted: Set<String>, flooding: Set<String>) {
        state.withLock { state in
            guard state.isOpen else { return ([], []) }
            var total = state.bytes, admitted: Set<String> = []
            for (account, bytes) in bytes where !state.overflowing.contains(account) {
                let isFlood = state.bytesOf[account, default: 0] + bytes > Self.roomOfAccount
                if isFlood { state.flooding.insert(account) }
                if !isFlood, total + bytes <= Self.room {
                    total += bytes
                    admitted.insert(account)
                } else {
                    state.overflowing.insert(account)
                }
            }
            return (admitted, state.flooding)
        }
    }

    /// Whether more has come in lately than could be applied.
    var isOverflowing: Bool { state.withLock { !$0.overflowing.isEmpty } }

    /// Whether events come in faster than they are taken, as yet without harm.
    var isFilling: Bool { state.withLock { $0.bytes > Self.room / 16 } }

    /// The applier takes from here, and nothing older waits in the tables.
    func open() {
        state.withLock { state in
            state.isOpen = true
            (state.overflowing, state.flooding) = ([], [])
        }
    }

    /// A commit's events, each with its account.
    func add(_ batch: String, _ events: [(account: String, event: LedgerEvent)]) {
        let now = clock()
        state.withLock { state in
            state.left[batch] = events.count
            for (account, event) in events {
                state.bytes += event.body.count
                state.bytesOf[account, default: 0] += event.body.count
                if state.queues[account] == nil { state.turns.append(account) }
                state.queues[account, default: Deque()].append(Queued(event: event, since: now))
            }
        }
    }

    /// The next events, in turns of accounts; of one account `share` at most, or as many as would have their bytes in one piece, so that a
    /// flood for one landlord is cut into short turns.
    func take(_ choice: Choice = .everybody, events limit: Int, share: Int, bytes most: Int) -> [LedgerEvent] {
        let now = clock()
        return state.withLock { state in
            var taken: [LedgerEvent] = [], bytes = 0, shares: [String: Ledger.Share] = [:], full: [String] = []
            var turns = state.turns(of: choice)
            while taken.count < limit, bytes < most, let account = turns.popFirst() {
                guard let next = state.queues[account]?.popFirst() else { continue }
                shares[account, default: Ledger.Share(share)].spend(1, bytes: next.event.body.count)
                state.bytes -= next.event.body.count
                state.bytesOf[account, default: 0] -= next.event.body.count
                if now - next.since < Self.longestStay {
                    taken.append(next.event)
                    bytes += next.event.body.count
                } else {
                    // Its batch cannot be finished here any more.
                    state.left[next.event.id.batch] = nil
                }
                if state.queues[account]?.isEmpty == true {
                    (state.queues[account], state.bytesOf[account]) = (nil, nil)
                } else if shares[account]?.isSpent == true {
                    full.append(account)
                } else {
                    turns.append(account)
                }
            }
            state.turns.append(contentsOf: turns + full)
            return taken
        }
    }

    /// These events were applied. Answers the batches of which nothing is left.
    func applied(_ events: [LedgerEvent]) -> [String] {
        state.withLock { state in
            var done: [String] = []
            for event in events {
                guard let left = state.left[event.id.batch] else { continue }
                state.left[event.id.batch] = left > 1 ? left - 1 : nil
                if left == 1 { done.append(event.id.batch) }
            }
            return done
        }
    }

    /// These events could not be applied just now: their batches are for whoever claims them. Answers those batches.
    func giveUp(_ events: [LedgerEvent]) -> [String] {
        state.withLock { state in
            let batches = Set(events.map(\.id.batch))
            for batch in batches { state.left[batch] = nil }
            return batches.sorted()
        }
    }

    /// Nothing is taken any more. Answers the batches that were still on their way.
    func close() -> [String] {
        state.withLock { state in
            defer { state = State() }
            return state.left.keys.sorted()
        }
    }
}
