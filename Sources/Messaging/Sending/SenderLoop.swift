import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Makes the calls that `Sender` decides on. A thin shell: claim, call, record.
struct SenderLoop: Sendable {
    let database: any Database
    let ledger: Ledger
    let graph: GraphClient
    let keys: TokenKeys
    let hub: EventHub
    let wake: Wake
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger
    /// Calls under way at once; each has a connection of its own in the client's pool.
    let limit = 32

    func run() async {
        await recover(all: database.dialect == .sqlite)
        await withDiscardingTaskGroup { calls in
            let inFlight = InFlight()
            await wake.loop {
                await recover(all: false)
                let free = limit - inFlight.count
                guard free > 0, let batch = await claim(free), !batch.isEmpty else { return false }
                let committed = ContinuousClock.now
                for call in batch {
                    inFlight.began()
                    calls.addTask {
                        await perform(call, committed: committed)
                        inFlight.ended()
                        wake.signal()
                    }
                }
                return true
            }
        }
    }

    private func claim(_ limit: Int) async -> [SendCall]? {
        await attempt("claiming messages") {
            let now = clock(), random = random()
            return try await database.write { db in
                var sender = Sender(db: db, now: now, random: random)
                return try sender.step(limit: limit)
            }
        }
    }

    private func perform(_ call: SendCall, committed: ContinuousClock.Instant) async {
        await hub.wake([call.landlord])
        // A process that was frozen in between may have lost its lease: the call begins within two seconds, or not at all.
        let isLate = ContinuousClock.now - committed > .seconds(2)
        let result = isLate ? .notStarted("The call could not begin in time.") : await result(of: call)
        // The outcome must be written whatever happens to this process's other work: without it the message would be unknown.
        for pause in [0.0, 0.2, 1, 3, 5] {
            if pause > 0 { try? await Task.sleep(for: .seconds(pause)) }
            if await record(result, of: call) { break }
        }
        await hub.wake([call.landlord])
    }

    private func result(of call: SendCall) async -> SendResult {
        guard let sealed = call.sealedToken,
            let token = try? keys.open(sealed, for: tokenRow(call.landlord, call.accountID.rawValue))
        else { return .notStarted("The token of this line cannot be opened. See zenrent doctor.") }
        do throws(GraphFailure) {
            return .accepted(try await graph.send(call.message, from: call.phoneNumberID, token: AccessToken(token)))
        } catch {
            logger.info(
                "A send was not accepted",
                metadata: ["landlord": "\(call.landlord)", "message": "\(call.messageID)", "failure": "\(error)"])
            return .failed(error)
        }
    }

    private func record(_ result: SendResult, of call: SendCall) async -> Bool {
        let recorded = await attempt("recording an answer of Meta") {
            let now = clock(), random = random()
            return try await database.write { db in
                var sender = Sender(db: db, now: now, random: random)
                return try sender.record(result, of: call)
            }
        }
        return recorded != nil
    }

    private func recover(all: Bool) async {
        let seen = await attempt("reading the ledger") { try await ledger.appliedThrough() } ?? nil
        _ = await attempt("looking for lost calls") {
            let now = clock(), random = random()
            return try await database.write { db in
                let sender = Sender(db: db, now: now, random: random)
                return try sender.recover(all: all) + sender.giveUpUnknown(webhooksSeen: seen)
            }
        }
    }

    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            logger.error("The sender failed", metadata: ["doing": "\(doing)", "error": "\(error)"])
            return nil
        }
    }
}

/// The name of the row that a token is sealed for.
func tokenRow(_ landlord: Landlord.ID, _ account: String) -> String { "accounts/\(landlord)/\(account)/token" }

private final class InFlight: Sendable {
    private let calls = Counter()

    var count: Int { calls.value }
    func began() { calls.add(1) }
    func ended() { calls.add(-1) }
}
