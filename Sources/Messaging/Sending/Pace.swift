import Foundation
import SQLDatabase
import Synchronization
import WhatsAppCloudAPI

/// How fast one number may go. Meta counts messages in both directions (fact sheet, section 6.4); what a burst takes is missing
/// afterwards. The state is a row, changed in the transaction that claims, so that all processes share it.
struct Pace: Equatable {
    /// How much may go at once after a quiet moment: well below the second's worth at which Meta refuses.
    private static let burst: TimeInterval = 0.25
    /// While much waits, this much gathers before the next claim: a transaction per message would cost more than it brings.
    private static let gathering: TimeInterval = 0.025
    /// What came in is owed for a second at most: Meta forgets it as well.
    private static let deepest: TimeInterval = 1
    private static let fullSpeed = 1_000, slowest = 31
    /// Parts of the full speed (in thousandths) that come back with each second without throttling.
    private static let recovery = 50.0
    /// How long a slowed line needs at most until it is back at full speed.
    static let fullRecovery = Double(fullSpeed) / recovery

    /// Messages a second that Meta allows the number at its level.
    let full: Double
    /// Everything sent and received so far takes the number's time until then.
    private(set) var busyUntil: Date
    /// Thousandths of the full speed, when it was last slowed down.
    private(set) var speed: Int
    private(set) var slowedAt: Date?
    /// Meta asked for a pause until then.
    private(set) var holdUntil: Date?

    init(
        throughput: String?, onBusinessApp: Bool, busyUntil: Date = .distantPast, speed: Int? = nil, slowedAt: Date? = nil,
        holdUntil: Date? = nil
    ) {
        full = onBusinessApp ? 20 : throughput == "HIGH" ? 1_000 : 80
        self.busyUntil = busyUntil
        self.speed = speed ?? Self.fullSpeed
        self.slowedAt = slowedAt
        self.holdUntil = holdUntil
    }

    /// Messages a second at present.
    func rate(at now: Date) -> Double {
        full * Double(currentSpeed(at: now)) / Double(Self.fullSpeed)
    }

    /// How many messages may go now.
    func allowance(at now: Date) -> Int {
        if let holdUntil, holdUntil > now { return 0 }
        let free = Int((window(at: now) - backlog(at: now)) * rate(at: now) + 0.001)
        return free >= gathered(at: now) ? free : 0
    }

    /// When something may go again.
    func nextAllowance(after now: Date) -> Date {
        let wait = backlog(at: now) + Double(gathered(at: now)) / rate(at: now) - window(at: now)
        return max(now + max(0.001, wait), holdUntil ?? .distantPast)
    }

    /// Messages went out or came in.
    mutating func spend(_ messages: Int, at now: Date) {
        let taken = backlog(at: now) + Double(messages) / rate(at: now)
        busyUntil = now + min(taken, Self.deepest)
    }

    /// Meta throttled a call that was claimed at `claimedAt`. Calls of the same burst count once.
    mutating func slowDown(claimedAt: Date, hold: Duration?, now: Date) {
        if let hold { holdUntil = max(holdUntil ?? .distantPast, now + hold.seconds) }
        guard slowedAt.map({ claimedAt > $0 }) ?? true else { return }
        speed = max(Self.slowest, currentSpeed(at: now) / 2)
        slowedAt = now
    }

    private func currentSpeed(at now: Date) -> Int {
        guard let slowedAt else { return speed }
        return min(Self.fullSpeed, speed + Int(max(0, now.timeIntervalSince(slowedAt)) * Self.recovery))
    }

    private func backlog(at now: Date) -> TimeInterval { max(0, busyUntil.timeIntervalSince(now)) }

    // At least one message fits, however slow the number is.
    private func window(at now: Date) -> TimeInterval { max(Self.burst, 1 / rate(at: now)) }

    private func gathered(at now: Date) -> Int { max(1, Int(rate(at: now) * Self.gathering)) }
}

/// How fast one number may write to one person: 1 message in 6 seconds, with a burst of up to 45 borrowed from the future (fact sheet,
/// section 6.4). A burst keeps one below it, since calls may arrive closer together than they were claimed.
struct PairPace {
    private static let interval: TimeInterval = 6
    private static let burst = 44.0

    private(set) var busyUntil: Date

    init(busyUntil: Date?) {
        self.busyUntil = busyUntil ?? .distantPast
    }

    /// When the next message may go.
    var free: Date { busyUntil - Self.interval * (Self.burst - 1) }

    mutating func spend(at now: Date) {
        busyUntil = max(busyUntil, now) + Self.interval
    }

    /// Meta says that the burst is used up, whatever we counted.
    static func exhausted(at now: Date) -> PairPace {
        PairPace(busyUntil: now + interval * burst)
    }
}

/// What has come in on each number since it was last counted against the number's pace. Each process counts what it applied itself; what
/// is older than a second is owed no more.
final class InboundTally: Sendable {
    private let counts = Mutex<(since: ContinuousClock.Instant, numbers: [PhoneNumberID: Int])>((.now, [:]))

    /// Notes the messages from people among applied items; the applier calls it after each commit. Old ones, as in a replay, count no more.
    func note(_ items: [LedgerItem], now: Date) {
        var messages: [PhoneNumberID: Int] = [:]
        for item in items where item.receivedAt > now - 1 {
            if case .message = item.item.content, let number = item.item.phoneNumberID { messages[number, default: 0] += 1 }
        }
        guard !messages.isEmpty else { return }
        counts.withLock { counts in
            if ContinuousClock.now - counts.since > .seconds(1) { counts = (.now, [:]) }
            counts.numbers.merge(messages, uniquingKeysWith: +)
        }
    }

    /// What has come in since the last time, within the last second.
    func take() -> [PhoneNumberID: Int] {
        counts.withLock { counts in
            defer { counts = (.now, [:]) }
            return ContinuousClock.now - counts.since > .seconds(1) ? [:] : counts.numbers
        }
    }
}
