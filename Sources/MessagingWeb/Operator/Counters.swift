import Synchronization

/// What this process has counted since it started; never by person or landlord.
final class Counters: Sendable {
    private let requests = Mutex<[Int: Int]>([:])
    private let webhooks = Mutex<[Int: Int]>([:])

    func request(status: Int) { requests.withLock { $0[status / 100, default: 0] += 1 } }
    func webhook(status: Int) { webhooks.withLock { $0[status, default: 0] += 1 } }

    /// Names with labels, in order.
    var all: [(name: String, count: Int)] {
        requests.withLock { $0 }.sorted { $0.key < $1.key }.map { ("zenrent_requests_total{class=\"\($0.key)xx\"}", $0.value) }
            + webhooks.withLock { $0 }.sorted { $0.key < $1.key }.map { ("zenrent_webhooks_total{status=\"\($0.key)\"}", $0.value) }
    }
}
