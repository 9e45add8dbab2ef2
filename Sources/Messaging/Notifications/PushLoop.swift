import Foundation
import Logging
import SQLDatabase

/// Tells browsers of messages. A loop of its own: a slow push service holds up no message. A thin shell around `PushQueue`.
struct PushLoop: Sendable {
    /// How long a push service keeps what a browser that is off has not fetched, in seconds: by then an answer needs a template anyway.
    private static let timeToLive = 24 * 3_600

    let database: any Database
    let setup: NotificationSetup
    let pushKeys: PushKeys
    let keys: TokenKeys
    let clock: @Sendable () -> Date
    let leases: LeaseClock
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        await Wake().loop(pausing: {
            do {
                return try await turn() ? .zero : .seconds(1)
            } catch {
                if !Task.isCancelled { logger.error("Telling browsers failed", metadata: ["error": "\(error)"]) }
                return .seconds(1)
            }
        })
    }

    private func turn() async throws -> Bool {
        let leases = leases
        guard try await database.read({ try PushQueue(db: $0, now: leases.now(on: $0)).isBusy() }) else { return false }
        let hasLooked = try await step { try $0.look() }
        let due = try await step { try $0.claim() }
        guard !due.isEmpty else { return hasLooked }
        let key = try await pushKeys.key()
        try await withThrowingDiscardingTaskGroup { group in
            for notice in due {
                group.addTask { try await tell(notice, key) }
            }
        }
        return true
    }

    private func tell(_ notice: DueNotice, _ key: PushKey) async throws {
        let outcome = await outcome(of: notice, key), random = random()
        try await step { queue in
            var random = random
            try queue.record(outcome, of: notice, random: &random)
        }
    }

    private func outcome(of notice: DueNotice, _ key: PushKey) async -> PushOutcome {
        do {
            let row = subscriptionRow(notice.landlord, notice.person, notice.device)
            let subscription = try PushSubscription(sealedText: keys.open(notice.sealedSubscription, for: row))
            // The list may have become shorter since the browser subscribed.
            guard setup.pushHosts.allow(subscription.endpoint) else { return .refused }
            return read(await setup.courier.post(try letter(notice, to: subscription, key)))
        } catch {
            logger.error("A browser cannot be told of a message", metadata: ["error": "\(error)"])
            return .refused
        }
    }

    private func letter(_ notice: DueNotice, to subscription: PushSubscription, _ key: PushKey) throws -> Courier.Letter {
        Courier.Letter(
            address: subscription.endpoint,
            headers: [
                ("Authorization", try key.authorization(for: subscription.endpoint, contact: setup.contact, now: clock())),
                ("Content-Encoding", "aes128gcm"), ("Content-Type", "application/octet-stream"), ("TTL", "\(Self.timeToLive)"),
                ("Urgency", "high"),
                // Of what waits at the push service the newest of a conversation stays; at most 32 characters (RFC 8030, section 5.4).
                ("Topic", String(secretHash(notice.conversation.rawValue).prefix(32))),
            ],
            body: try PushCipher.seal(notice.text, for: subscription))
    }

    private func read(_ outcome: Courier.Outcome) -> PushOutcome {
        switch outcome {
        case .answered(200..<300, _): return .told
        case .answered(404, _), .answered(410, _): return .gone
        case .answered(429, let pause), .answered(500..<600, let pause): return .again(after: pause)
        case .answered(let status, _):
            logger.warning("A push service refused a message", metadata: ["status": "\(status)"])
            return .refused
        case .unreachable(let why):
            logger.info("A push service could not be reached", metadata: ["error": "\(why)"])
            return .again(after: nil)
        }
    }

    private func step<T: Sendable>(_ work: @escaping @Sendable (PushQueue) throws -> T) async throws -> T {
        let leases = leases
        return try await database.write { try work(PushQueue(db: $0, now: leases.now(on: $0))) }
    }
}
