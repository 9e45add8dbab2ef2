import Foundation

/// Meta's error envelope. Codes, subcodes and HTTP statuses as Meta's error reference gives them.
struct GraphRefusal: Error, Sendable {
    var status = 400
    let code: Int
    var subcode: Int?
    var message: String
    var type = "OAuthException"
    var details: String?
    var isTransient = false

    var json: JSON {
        [
            "error": .fields([
                "message": .string(message), "type": .string(type), "code": .int(code), "error_subcode": subcode.map(JSON.int),
                "error_data": details.map { ["messaging_product": "whatsapp", "details": .string($0)] },
                "is_transient": isTransient ? true : nil, "fbtrace_id": .string(.random("A", length: 21)),
            ])
        ]
    }
}

extension GraphRefusal {
    /// An error of the WhatsApp part of the API, with the title of the code.
    static func whatsApp(_ code: Int, _ details: String) -> GraphRefusal {
        GraphRefusal(
            status: code == 132001 ? 404 : code == 131000 || code == 131016 ? 500 : 400, code: code,
            message: "(#\(code)) \(ErrorTitles.title(of: code))", details: details)
    }

    static func parameter(_ message: String) -> GraphRefusal {
        GraphRefusal(code: 100, message: "(#100) \(message)", details: message)
    }

    static func unreachable(_ id: String, method: String) -> GraphRefusal {
        GraphRefusal(
            code: 100, subcode: 33,
            message: "Unsupported \(method.lowercased()) request. Object with ID '\(id)' does not exist, cannot be loaded due to missing "
                + "permissions, or does not support this operation. Please read the Graph API documentation at "
                + "https://developers.facebook.com/docs/graph-api",
            type: "GraphMethodException")
    }

    static let tokenMissing = GraphRefusal(code: 104, message: "An access token is required to request this resource.")
    static let proofMissing = GraphRefusal(
        code: 100, message: "API calls from the server require an appsecret_proof argument", type: "GraphMethodException")
    static let proofWrong = GraphRefusal(
        code: 100, message: "Invalid appsecret_proof provided in the API argument", type: "GraphMethodException")

    static func tokenInvalid(subcode: Int? = nil) -> GraphRefusal {
        let reason =
            switch subcode {
            case 458: "The user has not authorized application."
            case 463: "Session has expired."
            default: "Cannot parse access token."
            }
        return GraphRefusal(status: 401, code: 190, subcode: subcode, message: "Error validating access token: \(reason)")
    }
}

/// Titles as they stand in front of error messages and in failed statuses.
enum ErrorTitles {
    static func title(of code: Int) -> String { titles[code] ?? "Unknown error" }

    private static let titles: [Int: String] = [
        1: "API Unknown", 2: "API Service", 4: "Application request limit reached", 100: "Invalid parameter",
        368: "Temporarily blocked for policies violations", 80007: "Rate limit issues", 130429: "Rate limit hit",
        130403: "User has blocked the business", 131000: "Something went wrong", 131005: "Access denied",
        131008: "Required parameter is missing", 131009: "Parameter value is not valid", 131016: "Service unavailable",
        131021: "Recipient cannot be sender", 131026: "Message undeliverable", 131031: "Business account has been locked",
        131042: "Business eligibility payment issue", 131047: "Re-engagement message", 131048: "Spam rate limit hit",
        131049: "Message not delivered to maintain healthy ecosystem engagement", 131050: "User has stopped marketing messages",
        131051: "Unsupported message type", 131053: "Media upload error",
        131056: "(Business Account, Consumer Account) pair rate limit hit",
        131057: "Account in maintenance mode", 131062: "Business-scoped user ID is not supported for this message",
        132000: "Number of parameters does not match the expected number of params",
        132001: "Template name does not exist in the translation", 132005: "Translated text too long",
        132007: "Template format character policy violated", 132012: "Parameter format does not match format in the created template",
        132015: "Template is paused", 132016: "Template is disabled", 132018: "Template parameters could not be validated",
        133005: "Two step verification PIN mismatch", 133006: "Phone number needs to be verified before registering",
        133010: "Account not registered", 133016: "Account register deregister rate limit exceeded",
    ]
}
