import HTTPTypes
import Logging
import Messaging
import NIOCore
import WhatsAppCloudAPI

/// What becomes of a delivery. Nothing is understood here: what is signed is stored, and only then answered.
struct WebhookIntake: Sendable {
    /// Meta sends up to 3 MiB (fact sheet, section 5); a little more is let in so that the limit itself is not one byte short.
    static let longest = 3 * 1_048_576 + 4_096
    static let path = "/webhook/whatsapp"

    let ledger: Ledger
    let secrets: [String]
    let counters: Counters
    let headers: HTTPFields
    let logger: Logger
    let room = BodyRoom(bytes: 32 * 1_048_576)

    /// Whether a request is a delivery that needs no more than storing.
    func isDelivery(_ head: HTTPRequest) -> Bool {
        guard head.method == .post, let path = head.path, path.hasPrefix(Self.path), head.headerFields[.expect] == nil else { return false }
        return path.utf8.count == Self.path.utf8.count || path.dropFirst(Self.path.count).hasPrefix("?")
    }

    /// Tells `done` once the body is on disk, or why it is not.
    func store(_ body: [UInt8], signature: String?, then done: @escaping Ledger.Outcome) {
        guard WebhookSignature.isValid(header: signature, body: body, secrets: secrets) else {
            return done(.failure(Self.unsigned))
        }
        ledger.store(body, then: done)
    }

    /// The answer, with its body unless it is an empty 200. Nothing but the status is of use to Meta then.
    func answer(_ result: Result<Void, any Error>, requestID: @autoclosure () -> String) -> (HTTPResponse, ByteBuffer?) {
        guard case .failure(let error) = result else {
            note(.ok)
            return (HTTPResponse(status: .ok, headerFields: [.contentLength: "0"]), nil)
        }
        let refusal = Refusal(error) ?? .fault, id = requestID()
        note(refusal.status)
        logger.info("Webhook", metadata: ["status": "\(refusal.status.code)", "reason": "\(refusal.code)", "request": "\(id)"])
        let body = ByteBuffer(string: refusal.json(requestID: id).text)
        var response = HTTPResponse(status: refusal.status, headerFields: headers)
        for field in refusal.headers { response.headerFields[field.name] = field.value }
        response.headerFields[.contentType] = "application/json; charset=utf-8"
        response.headerFields[.contentLength] = String(body.readableBytes)
        response.headerFields[.requestID] = id
        return (response, body)
    }

    private func note(_ status: HTTPResponse.Status) {
        counters.request(status: status.code)
        counters.webhook(status: status.code)
    }

    private static let unsigned = Refusal(
        .unauthorized, "signature", "The signature is missing or wrong. Compare META_APP_SECRET with the app's settings at Meta.")
}
