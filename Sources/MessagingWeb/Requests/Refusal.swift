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
