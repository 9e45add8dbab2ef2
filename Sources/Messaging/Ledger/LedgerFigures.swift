import Foundation
import Logging
import Synchronization
import WhatsAppCloudAPI

/// What this process's ledger has done since it started.
public final class LedgerFigures: Sendable {
    /// The figures at one moment.
    public struct Reading: Sendable {
        /// Events that were stored durably.
        public var stored = 0
        /// Events whose parts were all applied, parked or set aside.
        public var applied = 0
        /// Requests that were answered 503 because they could not be stored.
        public var refused = 0
        /// When the last one was refused.
        public var lastRefusedAt: Date?
        /// Messages that Meta took and then reported as failed, by its error code; 0 where it gave none.
        public var failures: [Int: Int] = [:]

        package init() {}
    }

    /// How long a refusal is news: within it Meta comes again more rarely than it should.
    public static let alarm: TimeInterval = 900

    private let reading = Mutex(Reading())
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// How they stand.
    public var now: Reading { reading.withLock { $0 } }

    /// When a request was refused last, as long as that is news.
    func refusedLately(_ now: Date) -> Date? {
        self.now.lastRefusedAt.flatMap { now.timeIntervalSince($0) < Self.alarm ? $0 : nil }
    }

    func stored(_ count: Int) { reading.withLock { $0.stored += count } }
    func applied(_ count: Int) { reading.withLock { $0.applied += count } }

    /// Counts what applied parts tell of failures; what is applied again was counted before.
    func reported(_ items: [LedgerItem]) {
        let codes = items.compactMap { $0.isAgain ? nil : $0.item.failureCode }
        guard !codes.isEmpty else { return }
        reading.withLock { reading in
            for code in codes { reading.failures[code, default: 0] += 1 }
        }
    }

    /// Alarms once a minute, not once a request: a full disk refuses thousands.
    func refused(_ error: any Error, at time: Date) {
        let isNews = reading.withLock { reading in
            let last = reading.lastRefusedAt
            reading.refused += 1
            reading.lastRefusedAt = time
            return last.map { time.timeIntervalSince($0) > 60 } ?? true
        }
        guard isNews else { return }
        logger.critical(
            "Webhooks are refused: they cannot be stored. Meta now retries ever more rarely, for every landlord",
            metadata: ["error": "\(error)"])
    }
}

extension WebhookItem {
    fileprivate var failureCode: Int? {
        guard case .status(let status) = content, status.status == .failed else { return nil }
        return status.errors.first?.code ?? 0
    }
}
