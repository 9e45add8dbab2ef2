import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Hands files to WhatsApp. A loop of its own: a slow upload must never hold up a message without one. A thin shell around `UploadQueue`.
struct UploadLoop: Sendable {
    let database: any Database
    let graph: GraphClient
    let keys: TokenKeys
    let store: any MediaStore
    let hub: EventHub
    let wake: Wake
    let sender: Wake
    let leases: LeaseClock
    let calls: MetaCalls
    let random: @Sendable () -> Randomness
    let logger: Logger
    let process = UUID().uuidString.lowercased()
    private let crew = TransferCrew<DueUpload>()

    func run() async {
        if database.dialect == .sqlite { await attempt("releasing claims") { try await step { try $0.releaseAll() } } }
        let upkeep = Task { await keepUp() }
        await crew.run(
            wake: wake,
            claim: { free, last in
                let underWay = crew.underWay
                return await attempt("claiming files") { try await step { try $0.claim(free, after: last, underWay: underWay) } }
            },
            perform: { await handOver($0) })
        upkeep.cancel()
        await upkeep.value
    }

    private func handOver(_ upload: DueUpload) async {
        let outcome = await outcome(of: upload)
        if case .again(let why) = outcome {
            logger.notice(
                "A file could not be handed to WhatsApp; it is tried again",
                metadata: ["landlord": "\(upload.landlord)", "try": "\(upload.tries)", "reason": "\(why)"])
        }
        let random = random()
        // What came of it is written down also while the server stops.
        await Task {
            let changed = await attempt("recording a file") {
                try await step { queue in
                    var random = random
                    return try queue.record(outcome, of: upload, random: &random)
                }
            }
            sender.signal()
            await hub.wake(changed ?? [])
        }.value
    }

    private func outcome(of upload: DueUpload) async -> UploadOutcome {
        guard let sealed = upload.sealedToken, let token = try? keys.open(sealed, for: tokenRow(upload.landlord, upload.account.rawValue))
        else { return .again(why: "The token of this line cannot be opened. See zenrent doctor.") }
        let file: URL
        do {
            file = try await store.file(MediaKey(upload.landlord, digest: upload.digest))
        } catch {
            return Task.isCancelled ? .released : .again(why: "\(error)")
        }
        do throws(GraphFailure) {
            let id = try await graph.upload(
                MediaUpload(file: file, size: upload.bytes, mimeType: upload.mimeType), for: upload.phoneNumberID, token: AccessToken(token)
            )
            calls.ended(.upload, nil)
            return .uploaded(id)
        } catch {
            if Task.isCancelled { return .released }
            calls.ended(.upload, error)
            return Self.outcome(of: error)
        }
    }

    private static func outcome(of failure: GraphFailure) -> UploadOutcome {
        guard case .refused(let error) = failure else { return .again(why: "\(failure)") }
        switch error.entry.remedy {
        case .retrySoon, .retryLater, .reconnect: return .again(why: "\(failure)")
        default: return .refused(code: error.code, words: error.entry.forLandlord)
        }
    }

    private func keepUp() async {
        var turns = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            turns += 1
            guard !Task.isCancelled else { return }
            if crew.count > 0 { await attempt("renewing claims") { try await step { try $0.renew() } } }
            guard turns % 6 == 0 else { continue }
            if let changed = await attempt("giving up files", { try await step { try $0.giveUpLate() } }), !changed.isEmpty {
                sender.signal()
                await hub.wake(changed)
            }
        }
    }

    private func step<T: Sendable>(_ work: @escaping @Sendable (UploadQueue) throws -> T) async throws -> T {
        let leases = leases, process = process
        return try await database.write { db in try work(UploadQueue(db: db, now: leases.now(on: db), process: process)) }
    }

    @discardableResult
    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            if !Task.isCancelled { logger.error("Handing files over failed", metadata: ["doing": "\(doing)", "error": "\(error)"]) }
            return nil
        }
    }
}
