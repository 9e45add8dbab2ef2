import Foundation
import Logging
import WhatsAppCloudAPI

/// Fetches the files that `MediaQueue` claims from WhatsApp.
struct MediaLoop: Sendable {
    /// What WhatsApp promises to hold (fact sheet, section 4), and what we take.
    static let largest = 100 * 1024 * 1024

    let transfers: TransferLoop<MediaQueue>
    let graph: GraphClient
    let keys: TokenKeys
    let store: any MediaStore
    let previews: Previews
    let calls: MetaCalls
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        await transfers.run { await fetch($0) }
    }

    private func fetch(_ wanted: WantedMedia) async {
        let outcome = await outcome(of: wanted)
        if case .again(let why) = outcome {
            logger.notice(
                "A file could not be fetched; it is tried again",
                metadata: ["landlord": "\(wanted.landlord)", "message": "\(wanted.message)", "try": "\(wanted.tries)", "reason": "\(why)"])
        }
        let random = random()
        await transfers.record { queue in
            var random = random
            return try queue.record(outcome, of: wanted, random: &random)
        }
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
}
