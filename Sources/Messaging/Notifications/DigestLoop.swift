import Foundation
import Logging
import SQLDatabase

/// Tells the platform of conversations that wait for an answer. A loop of its own: a slow receiver holds up nobody. A thin shell.
struct DigestLoop: Sendable {
    let database: any Database
    let receiver: DigestReceiver
    let courier: Courier
    let clock: @Sendable () -> Date
    let leases: LeaseClock
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        await Wake().loop(pausing: {
            do {
                let isBusy = try await collect()
                return try await send() || isBusy ? .zero : .seconds(1)
            } catch {
                if !Task.isCancelled { logger.error("Telling of unanswered messages failed", metadata: ["error": "\(error)"]) }
                return .seconds(1)
            }
        })
    }

    // What is long is read beside the writer; only the result is written.
    private func collect() async throws -> Bool {
        let now = clock(), after = receiver.after, random = random()
        guard let waiting = try await database.read({ try DigestQueue(db: $0, now: now, after: after).waiting() }) else { return false }
        try await database.write { db in
            var random = random
            try DigestQueue(db: db, now: now, after: after).file(waiting, random: &random)
        }
        return waiting.isFull
    }

    private func send() async throws -> Bool {
        let leases = leases
        guard try await database.read({ try DigestClaims(db: $0, now: leases.now(on: $0)).isBusy() }) else { return false }
        let due = try await database.write { try DigestClaims(db: $0, now: leases.now(on: $0)).claim() }
        try await withThrowingDiscardingTaskGroup { group in
            for one in due {
                group.addTask { try await send(one) }
            }
        }
        return !due.isEmpty
    }

    private func send(_ due: DueDigest) async throws {
        let outcome: DigestOutcome
        if due.digest.items.isEmpty {
            outcome = .empty
        } else if case .answered(200..<300, _) = await courier.post(receiver.letter(due.digest, now: clock())) {
            outcome = .taken
        } else {
            outcome = .again
            logger.warning("A list of unanswered messages was not taken", metadata: ["digest": "\(due.digest.id)", "try": "\(due.tries)"])
        }
        let leases = leases, random = random()
        try await database.write { db in
            var random = random
            try DigestClaims(db: db, now: leases.now(on: db)).record(outcome, of: due, random: &random)
        }
    }
}
