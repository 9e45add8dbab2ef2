import Foundation

/// The changes that wait for the receiver's 200. Each step costs the same however many wait, so that a busy number can be played.
struct WebhookBacklog: Sendable {
    private struct Turn: Sendable {
        let notBefore: Date
        let id: Int
    }

    private var waiting: [Int: PendingWebhook] = [:]
    private(set) var underWay: Set<Int> = []
    /// Changes of one lane in the order of their making; only the first may go. One that has failed has left its lane.
    private var lanes: [String: [Int]] = [:]
    /// What may go, soonest last. Turns of changes that went otherwise meanwhile are skipped.
    private var turns: [Turn] = []

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }
    /// How many are not on their way.
    var idle: Int { waiting.count - underWay.count }

    func contains(_ id: Int) -> Bool { waiting[id] != nil }

    mutating func add(_ webhook: PendingWebhook) {
        waiting[webhook.id] = webhook
        guard let lane = webhook.lane, webhook.attempts == 0 else { return schedule(webhook) }
        lanes[lane, default: []].append(webhook.id)
        if lanes[lane]?.count == 1 { schedule(webhook) }
    }

    /// When the next one is due.
    mutating func nextDue() -> Date? {
        dropStale()
        return turns.last?.notBefore
    }

    /// Takes the next one that is due.
    mutating func take(at time: Date) -> PendingWebhook? {
        dropStale()
        guard let turn = turns.last, turn.notBefore <= time, let webhook = waiting[turn.id] else { return nil }
        turns.removeLast()
        underWay.insert(turn.id)
        return webhook
    }

    /// Takes one of the first that are due, at random.
    mutating func takeAny(at time: Date) -> PendingWebhook? {
        dropStale()
        let due = turns.suffix(64).filter { $0.notBefore <= time && isStanding($0) }
        guard let turn = due.randomElement(), let webhook = waiting[turn.id] else { return nil }
        underWay.insert(turn.id)
        return webhook
    }

    /// Takes up to `size`, in the order of their making, whatever their lanes: a full body at once, a smaller one when its first is due.
    mutating func gather(upTo size: Int, at time: Date) -> [PendingWebhook] {
        guard idle >= size || (nextDue().map { $0 <= time } ?? false) else { return [] }
        let free = waiting.values.filter { !underWay.contains($0.id) && ($0.attempts == 0 || $0.notBefore <= time) }
        guard free.count >= size || free.contains(where: { $0.notBefore <= time }) else { return [] }
        let taken = free.sorted { $0.id < $1.id }.prefix(size)
        underWay.formUnion(taken.map(\.id))
        return Array(taken)
    }

    /// They were taken but do not go yet.
    mutating func release(_ webhooks: [PendingWebhook]) {
        for webhook in webhooks {
            underWay.remove(webhook.id)
            if webhook.lane.map({ lanes[$0]?.first == webhook.id || webhook.attempts > 0 }) ?? true { schedule(webhook) }
        }
    }

    /// The receiver has them.
    mutating func acknowledge(_ ids: [Int]) {
        underWay.subtract(ids)
        for id in ids {
            guard let webhook = waiting.removeValue(forKey: id) else { continue }
            leaveLane(webhook)
        }
    }

    /// They come again at the time that `next` tells from the number of tries.
    mutating func putBack(_ ids: [Int], next: (Int) -> Date) {
        underWay.subtract(ids)
        for id in ids {
            guard var webhook = waiting[id] else { continue }
            leaveLane(webhook)
            webhook.attempts += 1
            webhook.notBefore = next(webhook.attempts)
            waiting[id] = webhook
            schedule(webhook)
        }
    }

    /// Forgets what was made before.
    mutating func forget(before time: Date) {
        acknowledge(waiting.values.filter { $0.createdAt < time }.map(\.id))
    }

    /// Everything may go now.
    mutating func hurry() {
        let all = waiting.values.sorted { $0.id < $1.id }, busy = underWay
        self = WebhookBacklog()
        underWay = busy
        for var webhook in all {
            webhook.notBefore = .distantPast
            add(webhook)
        }
    }

    private mutating func leaveLane(_ webhook: PendingWebhook) {
        guard let lane = webhook.lane, let place = lanes[lane]?.firstIndex(of: webhook.id) else { return }
        lanes[lane]?.remove(at: place)
        guard let first = lanes[lane]?.first else {
            lanes[lane] = nil
            return
        }
        if place == 0, let next = waiting[first], !underWay.contains(first) { schedule(next) }
    }

    // New turns are nearly always among the latest, which stand in front.
    private mutating func schedule(_ webhook: PendingWebhook) {
        var low = 0, high = turns.count
        while low < high {
            let middle = (low + high) / 2
            let turn = turns[middle]
            if (turn.notBefore, turn.id) > (webhook.notBefore, webhook.id) { low = middle + 1 } else { high = middle }
        }
        turns.insert(Turn(notBefore: webhook.notBefore, id: webhook.id), at: low)
    }

    private mutating func dropStale() {
        while let turn = turns.last, !isStanding(turn) { turns.removeLast() }
    }

    private func isStanding(_ turn: Turn) -> Bool {
        waiting[turn.id].map { $0.notBefore == turn.notBefore && !underWay.contains(turn.id) } ?? false
    }
}

extension WebhookBacklog: Codable {
    init(from decoder: any Decoder) throws {
        for webhook in try [PendingWebhook](from: decoder) { add(webhook) }
    }

    func encode(to encoder: any Encoder) throws {
        try waiting.values.sorted { $0.id < $1.id }.encode(to: encoder)
    }
}
