import Foundation
import Logging
import Messaging
import SQLDatabase

/// Whether this process can do the one thing that must not wait: store a webhook durably.
actor Readiness {
    private let ledger: any Database
    private let logger: Logger
    private var checked: (at: ContinuousClock.Instant, canStore: Bool)?
    private var checking: Task<Bool, Never>?

    init(ledger: any Database, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    /// Really writes, at most once a second however many ask.
    func canStore() async -> Bool {
        if let checked, ContinuousClock.now - checked.at < .seconds(1) { return checked.canStore }
        if let checking { return await checking.value }
        let task = Task { await probe() }
        checking = task
        let canStore = await task.value
        checked = (.now, canStore)
        checking = nil
        return canStore
    }

    // A row in the ledger's own table, gone again in the same transaction: the commit needs disk and fsync as a webhook's does.
    private func probe() async -> Bool {
        let id = "probe-\(UUID().uuidString)", now = Date()
        do {
            try await ledger.write { db in
                try db.execute(
                    "INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at) VALUES (\(id), '', 0, 0, \(now))")
                try db.execute("DELETE FROM webhook_batches WHERE batch_id = \(id)")
            }
            return true
        } catch {
            logger.error("Webhooks cannot be stored", metadata: ["error": "\(error)"])
            return false
        }
    }
}

/// How the process stands, in one word.
enum ReadyStatus: String {
    case ok, degraded, unavailable, draining

    /// Whether a load balancer should send requests here.
    var isReady: Bool { self == .ok || self == .degraded }
}

extension Site {
    /// Oldest event that may wait before somebody should look, in seconds.
    static let patience = 60.0

    func readyStatus() async -> (status: ReadyStatus, ledger: LedgerLag?) {
        if live.isDraining { return (.draining, nil) }
        guard await readiness.canStore() else { return (.unavailable, nil) }
        guard let ledger = try? await messaging.ledgerLag() else { return (.degraded, nil) }
        let isBehind = (ledger.oldestSeconds ?? 0) > Self.patience
        return (isBehind || ledger.refusedAt != nil ? .degraded : .ok, ledger)
    }
}
