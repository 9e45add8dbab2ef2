import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Tells Meta what has been read. A loop of its own: a slow answer to a receipt must never hold up a message.
struct ReceiptLoop: Sendable {
    let database: any Database
    let graph: GraphClient
    let keys: TokenKeys
    let wake: Wake
    let leases: LeaseClock
    let calls: MetaCalls
    let logger: Logger

    func run() async {
        await wake.loop {
            do {
                return try await turn()
            } catch {
                logger.error("Read receipts failed", metadata: ["error": "\(error)"])
                return false
            }
        }
    }

    private func turn() async throws -> Bool {
        let leases = leases
        let due = try await database.write { try ReadReceipts.claim(on: $0, now: leases.now(on: $0)) }
        try await withThrowingDiscardingTaskGroup { group in
            for receipt in due {
                group.addTask { try await tell(receipt) }
            }
        }
        return !due.isEmpty
    }

    private func tell(_ receipt: ReadReceipts.Due) async throws {
        guard let sealed = receipt.tokenSealed,
            let token = try? keys.open(sealed, for: tokenRow(receipt.landlordId, receipt.accountId))
        else { return }
        let failure: GraphFailure?
        do throws(GraphFailure) {
            try await graph.markRead(
                Wamid(rawValue: receipt.wamid), on: PhoneNumberID(rawValue: receipt.phoneNumberId), isTyping: receipt.typing,
                token: AccessToken(token))
            failure = nil
        } catch {
            failure = error
        }
        calls.ended(.receipt, failure)
        let leases = leases
        try await database.write { try ReadReceipts.record(receipt, failure: failure, on: $0, now: leases.now(on: $0)) }
    }
}
