import Foundation
import Logging
import WhatsAppCloudAPI

/// Hands the files that `UploadQueue` claims to WhatsApp.
struct UploadLoop: Sendable {
    let transfers: TransferLoop<UploadQueue>
    let graph: GraphClient
    let keys: TokenKeys
    let store: any MediaStore
    let sender: Wake
    let calls: MetaCalls
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        await transfers.run { await handOver($0) }
    }

    private func handOver(_ upload: DueUpload) async {
        let outcome = await outcome(of: upload)
        if case .again(let why) = outcome {
            logger.notice(
                "A file could not be handed to WhatsApp; it is tried again",
                metadata: ["landlord": "\(upload.landlord)", "try": "\(upload.tries)", "reason": "\(why)"])
        }
        let random = random()
        await transfers.record { queue in
            var random = random
            return try queue.record(outcome, of: upload, random: &random)
        }
        sender.signal()
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
}
