import Synchronization

/// What this process has counted since it started; never by person or landlord.
final class Counters: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func request(status: Int) { add("zenrent_requests_total{class=\"\(status / 100)xx\"}") }
    func webhook(status: Int) { add("zenrent_webhooks_total{status=\"\(status)\"}") }

    /// Names with labels, in order.
    var all: [(name: String, count: Int)] {
        counts.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    private func add(_ name: String) {
        counts.withLock { $0[name, default: 0] += 1 }
    }
}
