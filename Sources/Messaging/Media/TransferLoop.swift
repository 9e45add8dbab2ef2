import Foundation
import Logging
import SQLDatabase

/// What decides which transfers are made next. Pure steps over a connection.
protocol TransferQueue: SendableMetatype {
    associatedtype Transfer: MediaTransfer

    init(db: any Connection, now: Date, process: String)

    /// Claims up to `free` transfers, in turns of landlords: `after` is whose turn was last, `underWay` what each has already.
    func claim(_ free: Int, after: Landlord.ID, underWay: [Landlord.ID: Int]) throws -> ClaimedTransfers<Transfer>
    /// Keeps the claims of this process.
    func renew() throws
    /// SQLite has one process: what the one before had claimed is free.
    func releaseAll() throws
    /// Gives up what took too long. Answers the landlords with something new to see.
    func giveUpLate() throws -> Set<Landlord.ID>
}

/// Makes the transfers of a queue. A loop of its own: a slow transfer must never hold up a message. A thin shell.
struct TransferLoop<Queue: TransferQueue>: Sendable {
    let database: any Database
    let hub: EventHub
    let wake: Wake
    let leases: LeaseClock
    let logger: Logger
    private let process = UUID().uuidString.lowercased()
    private let crew = TransferCrew<Queue.Transfer>()

    /// Runs until the task is cancelled; transfers under way are cancelled then, and should say so.
    func run(_ perform: @escaping @Sendable (Queue.Transfer) async -> Void) async {
        if database.dialect == .sqlite { await attempt("releasing claims") { try await step { try $0.releaseAll() } } }
        let upkeep = Task { await keepUp() }
        await crew.run(
            wake: wake,
            claim: { free, last in
                let underWay = crew.underWay
                return await attempt("claiming") { try await step { try $0.claim(free, after: last, underWay: underWay) } }
            },
            perform: perform)
        upkeep.cancel()
        await upkeep.value
    }

    /// Writes down what a transfer came to, also while the server stops, and tells the pages of those who have news.
    func record(_ work: @escaping @Sendable (Queue) throws -> Set<Landlord.ID>) async {
        await Task {
            await hub.wake(attempt("recording") { try await step(work) } ?? [])
        }.value
    }

    private func keepUp() async {
        var turns = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            turns += 1
            guard !Task.isCancelled else { return }
            if crew.count > 0 { await attempt("renewing claims") { try await step { try $0.renew() } } }
            guard turns % 6 == 0 else { continue }
            await hub.wake(attempt("giving up") { try await step { try $0.giveUpLate() } } ?? [])
        }
    }

    private func step<T: Sendable>(_ work: @escaping @Sendable (Queue) throws -> T) async throws -> T {
        let leases = leases, process = process
        return try await database.write { db in try work(Queue(db: db, now: leases.now(on: db), process: process)) }
    }

    @discardableResult
    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            if !Task.isCancelled {
                logger.error("Transfers of files failed", metadata: ["queue": "\(Queue.self)", "doing": "\(doing)", "error": "\(error)"])
            }
            return nil
        }
    }
}
