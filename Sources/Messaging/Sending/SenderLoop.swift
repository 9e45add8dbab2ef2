import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Makes the calls that `Sender` decides on. A thin shell: claim, call, record; the next claim is under way while calls run.
struct SenderLoop: Sendable {
    /// Calls under way at once; each has a connection of its own in the client's pool.
    static let mostCalls = 512
    /// A call begins this soon after its attempt was committed, or not at all: a frozen process may have lost its claim.
    static let mostDelay = Duration.seconds(2)
    /// Between two claims, and between two transactions that write down what calls came to, while there is much to do.
    static let gathering = Duration.milliseconds(10)
    /// How long calls may go on after the order to stop.
    static let drainTime = Duration.seconds(8)

    let database: any Database
    let ledger: Ledger
    let graph: GraphClient
    let keys: TokenKeys
    let hub: EventHub
    let wake: Wake
    let applier: Wake
    let leases: LeaseClock
    let inbound: InboundTally
    let counts: SendingCounts
    let random: @Sendable () -> Randomness
    let logger: Logger
    /// Names this process in its claims.
    let process = UUID().uuidString.lowercased()

    func run() async {
        await lookForLostCalls(all: database.dialect == .sqlite)
        let calls = CallsUnderWay(limit: Self.mostCalls)
        let recorder = SendRecorder(logger: logger) { try await record($0) }
        // Claims are renewed until the last call has ended, also while a shutdown waits for it.
        let upkeep = Task { await keepUp() }
        await claimAll(calls, recorder)
        await Task {
            await calls.drain(for: Self.drainTime)
            await recorder.finish()
        }.value
        upkeep.cancel()
        await upkeep.value
    }

    private func claimAll(_ calls: CallsUnderWay, _ recorder: SendRecorder) async {
        var circle = Circle()
        await wake.loop(pausing: {
            let (free, underWay) = calls.room
            guard free > 0 else { return .seconds(1) }
            await circle.gather()
            let room = SendRoom(free: free, underWay: underWay, after: circle.position, inbound: inbound.take())
            guard let batch = await claim(room) else { return .seconds(1) }
            await begin(batch, calls, recorder)
            return circle.pause(after: batch.claim, now: batch.now)
        })
    }

    private func claim(_ room: SendRoom) async -> Batch? {
        await attempt("claiming messages") {
            let random = random(), leases = leases, process = process
            // Signals come for whatever is applied; an empty queue must not cost SQLite's only writer anything.
            if database.dialect == .sqlite {
                let (hasQueue, asked) = try await database.read { db in
                    let now = try leases.now(on: db)
                    return (try Sender(db: db, now: now, random: random).hasQueue(), now)
                }
                guard hasQueue else { return Batch(claim: SendClaim(), now: asked, begun: .now) }
            }
            return try await database.write { db in
                // Taken before the commit: however long that takes, the call is not begun later than promised.
                let begun = ContinuousClock.now, now = try leases.now(on: db)
                var sender = Sender(db: db, now: now, random: random, process: process)
                return Batch(claim: try sender.claim(room), now: now, begun: begun)
            }
        }
    }

    private func begin(_ batch: Batch, _ calls: CallsUnderWay, _ recorder: SendRecorder) async {
        await hub.wake(batch.claim.changed)
        counts.began(batch.claim.calls.count)
        var tokens: [String: AccessToken?] = [:]
        for call in batch.claim.calls {
            let token = tokens[call.sealedToken ?? ""] ?? open(call)
            tokens[call.sealedToken ?? ""] = token
            calls.begin(call) {
                let answer = SendAnswer(call: call, result: await result(of: call, token: token, begun: batch.begun))
                counts.ended(answer)
                await recorder.add(answer)
                wake.signal()
            }
        }
    }

    private func open(_ call: SendCall) -> AccessToken? {
        call.sealedToken.flatMap { try? keys.open($0, for: tokenRow(call.landlord, call.accountID.rawValue)) }.map { AccessToken($0) }
    }

    private func result(of call: SendCall, token: AccessToken?, begun: ContinuousClock.Instant) async -> SendResult {
        guard ContinuousClock.now - begun < Self.mostDelay else { return .notStarted("The call could not begin in time.") }
        guard let token else { return .notStarted("The token of this line cannot be opened. See zenrent doctor.") }
        do throws(GraphFailure) {
            return .accepted(try await graph.send(call.message, from: call.phoneNumberID, token: token))
        } catch {
            logger.info(
                "A send was not accepted",
                metadata: ["landlord": "\(call.landlord)", "message": "\(call.messageID)", "failure": "\(error)"])
            return .failed(error)
        }
    }

    private func record(_ answers: [SendAnswer]) async throws {
        let random = random(), leases = leases
        let recording = try await database.write { db in
            var sender = Sender(db: db, now: try leases.now(on: db), random: random)
            return try sender.record(answers)
        }
        await hub.wake(recording.changed)
        if recording.releasedEvents { applier.signal() }
        wake.signal()
    }

    @discardableResult
    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            logger.error("The sender failed", metadata: ["doing": "\(doing)", "error": "\(error)"])
            return nil
        }
    }
}

/// What goes on beside claiming, once a second.
extension SenderLoop {
    private func keepUp() async {
        var turns = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            guard !Task.isCancelled else { return }
            turns += 1
            if turns % 2 == 0 { await renewClaims() }
            await lookForLostCalls(all: false)
            if turns % 60 == 0 { await giveUpLate() }
        }
    }

    private func giveUpLate() async {
        await attempt("giving up messages of closed lines") {
            let leases = leases, random = random()
            let lines = try await database.read { try Sender(db: $0, now: leases.now(on: $0), random: random).lateLines() }
            for line in lines {
                while try await database.write({ try Sender(db: $0, now: leases.now(on: $0), random: random).giveUpLate(on: line) }) {}
            }
        }
    }

    private func renewClaims() async {
        _ = await attempt("renewing claims") {
            let leases = leases, process = process
            let hasClaims = try await database.read { db in
                try Sender(db: db, now: leases.now(on: db), random: .system, process: process).hasClaims()
            }
            guard hasClaims else { return 0 }
            return try await database.write { db in
                try Sender(db: db, now: leases.now(on: db), random: .system, process: process).renew()
            }
        }
    }

    private func lookForLostCalls(all: Bool) async {
        let found = await attempt("looking for lost calls") {
            let leases = leases, random = random()
            let (lost, unknown) = try await database.read { db in
                let sender = Sender(db: db, now: try leases.now(on: db), random: random)
                return (try sender.hasLostCalls(all: all), try sender.hasUnknown())
            }
            let seen = unknown ? try await ledger.appliedThrough() : nil
            guard lost || seen != nil else { return 0 }
            return try await database.write { db in
                let sender = Sender(db: db, now: try leases.now(on: db), random: random)
                return try sender.recover(all: all) + sender.giveUpUnknown(webhooksSeen: seen)
            }
        }
        if let found, found > 0 { wake.signal() }
    }
}

/// The name of the row that a token is sealed for.
func tokenRow(_ landlord: Landlord.ID, _ account: String) -> String { "accounts/\(landlord)/\(account)/token" }

private struct Batch: Sendable {
    let claim: SendClaim
    let now: Date
    let begun: ContinuousClock.Instant
}

/// Claims go round all landlords with waiting messages; a pause is made only after everybody has been looked at.
private struct Circle {
    private(set) var position = LineKey.first
    private var next: Date?
    private var lastClaim = ContinuousClock.now - SenderLoop.gathering

    /// Under load signals come by the thousand: some messages gather before the next claim. After a quiet moment nothing waits.
    func gather() async {
        let pause = lastClaim + SenderLoop.gathering - .now
        if pause > .zero { try? await Task.sleep(for: pause) }
    }

    /// How long nothing can be due.
    mutating func pause(after claim: SendClaim, now: Date) -> Duration {
        // Signals come for whatever is applied; an empty queue is not load.
        if claim.hasQueue { lastClaim = .now }
        if let due = claim.next { next = next.map { min($0, due) } ?? due }
        if let resume = claim.resumeAfter {
            position = resume
            return .zero
        }
        defer { (position, next) = (LineKey.first, nil) }
        return .seconds(next.map { min(1, max(0, $0.timeIntervalSince(now))) } ?? 1)
    }
}
