import Synchronization

/// What this process has counted since it started; never by person or landlord.
final class Counters: Sendable {
    private let requests = Mutex<[Int: Int]>([:])
    private let webhooks = Mutex<[Int: Int]>([:])

    func request(status: Int) { requests.withLock { $0[status / 100, default: 0] += 1 } }
    func webhook(status: Int) { webhooks.withLock { $0[status, default: 0] += 1 } }

    var metrics: [Metric] {
        let requests = requests.withLock { $0 }.sorted { $0.key < $1.key }.map { ("\($0.key)xx", $0.value) }
        let webhooks = webhooks.withLock { $0 }.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
        return [
            Metric(
                "zenrent_requests_total", .counter, "Answers of this process by the class of their status.", by: "class", counts: requests),
            Metric("zenrent_webhooks_total", .counter, "Answers to Meta's deliveries by status.", by: "status", counts: webhooks),
        ]
    }
}
