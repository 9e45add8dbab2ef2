import Foundation

/// How fast a number may go. Meta: 80 messages/s in plus out (1,000 at level HIGH, 20 in coexistence), and to one person
/// 1 in 6 s with bursts of up to 45.
struct Pace: Sendable {
    private var numbers: [String: Bucket] = [:]
    private var pairs: [String: Bucket] = [:]

    /// Takes one place of the number's second; false when none is left.
    mutating func take(number: Number, at now: Date) -> Bool {
        let rate: Double = number.isOnPhoneApp ? 20 : number.throughput == "HIGH" ? 1_000 : 80
        return numbers[number.id, default: Bucket(level: rate, at: now)].take(rate: rate, capacity: rate, at: now)
    }

    /// Takes one place of the pair; false when the burst is used up.
    mutating func take(number: String, person: String, at now: Date) -> Bool {
        pairs["\(number)/\(person)", default: Bucket(level: 45, at: now)].take(rate: 1.0 / 6, capacity: 45, at: now)
    }

    private struct Bucket: Sendable {
        var level: Double
        var at: Date

        mutating func take(rate: Double, capacity: Double, at now: Date) -> Bool {
            level = min(capacity, level + max(0, now.timeIntervalSince(at)) * rate)
            at = now
            guard level >= 1 else { return false }
            level -= 1
            return true
        }
    }
}

extension Simulator {
    func keepPace(from number: Number, to person: Person) throws(GraphRefusal) {
        guard pace.take(number: number, at: now) else {
            throw .whatsApp(130429, "Message failed to send because the throughput of this number was exceeded.")
        }
        guard pace.take(number: number.id, person: person.slug, at: now) else {
            throw .whatsApp(131056, "Too many messages from this number to the same person in a short time.")
        }
    }
}
