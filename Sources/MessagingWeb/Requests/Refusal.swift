import HTTPTypes
import Messaging
import WhatsAppCloudAPI

/// An answer that is not what was asked for, in the form of the contract: a code for programs, words for people.
struct Refusal: Error {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var details: JSONValue?
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, details: JSONValue? = nil, headers: HTTPFields = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
    }

    static let notFound = Refusal(.notFound, "notFound", "There is nothing of that name among your own. Check the ID.")

    static let fault = Refusal(
        .internalServerError, "fault", "The fault is ours and has been written down. Tell us the request's ID if it stays.")

    /// The contract's form of an error.
    func json(requestID: String) -> JSONValue {
        var members: [String: JSONValue] = ["code": .string(code), "message": .string(message), "requestId": .string(requestID)]
        members["details"] = details
        return ["error": .object(members)]
    }

    static func badRequest(_ message: String, field: String? = nil) -> Refusal {
        Refusal(.badRequest, "badRequest", message, details: field.map { ["field": .string($0)] })
    }

    static func unavailable(_ message: String, retryAfter seconds: Int) -> Refusal {
        Refusal(.serviceUnavailable, "unavailable", message, headers: [.retryAfter: "\(seconds)"])
    }

    static func tooLarge(limit: Int) -> Refusal {
        Refusal(.contentTooLarge, "tooLarge", "The body is longer than \(limit / 1_048_576) MiB. Send less at once.")
    }
}
