import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Fetches files from WhatsApp. A loop of its own: a slow download must never hold up a message. A thin shell around `MediaQueue`.
struct MediaLoop: Sendable {
    /// What WhatsApp promises to hold (fact sheet, section 4), and what we take.
    static let largest = 100 * 1024 * 1024

    let database: any Database
    let graph: GraphClient
    let keys: TokenKeys
    let store: any MediaStore
    let previews: Previews
    let hub: EventHub
    let wake: Wake
    let leases: LeaseClock
    let calls: MetaCalls
    let random: @Sendable () -> Randomness
    let logger: Logger
    let process = UUID().uuidString.lowercased()
    private let crew = TransferCrew<WantedMedia>()

    func run() async {
        if database.dialect == .sqlite { await attempt("releasing claims") { try await step { try $0.releaseAll() } } }
        let upkeep = Task { await keepUp() }
        await crew.run(
            wake: wake,
            claim: { free, last in
                let underWay = crew.underWay
                return await attempt("claiming files") { try await step { try $0.claim(free, after: last, underWay: underWay) } }
            },
            perform: { await fetch($0) })
        upkeep.cancel()
        await upkeep.value
    }

    private func fetch(_ wanted: WantedMedia) async {
        let outcome = await outcome(of: wanted)
        if case .again(let why) = outcome {
            logger.notice(
                "A file could not be fetched; it is tried again",
                metadata: ["landlord": "\(wanted.landlord)", "message": "\(wanted.message)", "try": "\(wanted.tries)", "reason": "\(why)"])
        }
        let random = random()
        // What came of it is written down also while the server stops.
        await Task {
            await attempt("recording a file") {
                try await step { queue in
                    var random = random
                    try queue.record(outcome, of: wanted, random: &random)
                }
            }
            await hub.wake([wanted.landlord])
        }.value
    }

    private func outcome(of wanted: WantedMedia) async -> MediaOutcome {
        guard let media = wanted.media else { return .lost(.gone) }
        guard let sealed = wanted.sealedToken, let text = try? keys.open(sealed, for: tokenRow(wanted.landlord, wanted.account.rawValue))
        else {
            return .again(why: "The token of this line cannot be opened. See zenrent doctor.")
        }
        let token = AccessToken(text)
        do throws(GraphFailure) {
            let info = try await graph.media(media.id, of: wanted.phoneNumberID, token: token)
            calls.ended(.media, nil)
            return await download(info, told: media, token: token, for: wanted)
        } catch {
            if Task.isCancelled { return .released }
            calls.ended(.media, error)
            // Meta's word for an object that is not there (any more), or not for us.
            if case .refused(let refusal) = error, refusal.code == 100 { return .lost(.gone) }
            return .again(why: "\(error)")
        }
    }

    private func download(_ info: MediaInfo, told media: InboundMedia, token: AccessToken, for wanted: WantedMedia) async -> MediaOutcome {
        do {
            let file = try IncomingFile(in: store.incoming)
            defer { file.discard() }
            try await graph.download(info, token: token, upTo: Self.largest) { try file.append($0.readableBytesView) }
            let digest = try file.finish()
            let promised = [media.sha256.flatMap { MediaDigest($0) }, info.digest].compactMap { $0 }
            guard promised.allSatisfy({ $0 == digest }) else {
                return wanted.tries < MediaQueue.mostChanged ? .again(why: "Its bytes are not those that Meta promised.") : .lost(.changed)
            }
            return .stored(try await file.keep(digest.hexadecimal, of: wanted.landlord, in: store, previews: previews))
        } catch DownloadFailure.tooLarge {
            return .lost(.tooLarge)
        } catch {
            return Task.isCancelled ? .released : .again(why: "\(error)")
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
                await hub.wake(changed)
            }
        }
    }

    private func step<T: Sendable>(_ work: @escaping @Sendable (MediaQueue) throws -> T) async throws -> T {
        let leases = leases, process = process
        return try await database.write { db in try work(MediaQueue(db: db, now: leases.now(on: db), process: process)) }
    }

    @discardableResult
    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            if !Task.isCancelled { logger.error("Fetching files failed", metadata: ["doing": "\(doing)", "error": "\(error)"]) }
            return nil
        }
    }
}
