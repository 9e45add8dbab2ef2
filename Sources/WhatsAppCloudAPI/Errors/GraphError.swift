/// An error in Meta's envelope `{"error":{…}}`. Decide by ``entry`` (code and subcode); titles and HTTP statuses are not promised.
public struct GraphError: Error, Sendable, Hashable, Codable {
    /// Meta's error code; 0 also means that a token could not be authenticated.
    public let code: Int
    /// Alive for token errors (190), objects (100/33), sign-up codes and templates.
    public let subcode: Int?
    /// Such as `OAuthException`.
    public let type: String?
    /// Meta's English sentence.
    public let message: String
    /// `error_data.details`: which limit or field it was. Some endpoints give `error_data` as plain text; that is kept here too.
    public let details: String?
    /// A title that Meta wrote for people, only sometimes there.
    public let userTitle: String?
    /// A sentence that Meta wrote for people, only sometimes there.
    public let userMessage: String?
    /// Meta says that the same call may succeed later.
    public let isTransient: Bool
    /// Meta's support asks for it.
    public let fbtraceID: String?
    /// The HTTP status the envelope came with; 200 for the error inside a token inspection.
    public let httpStatus: Int
    /// How long Meta asks us to wait, from `Retry-After` or `estimated_time_to_regain_access`.
    public let retryAfter: Duration?

    /// Gathers the parts, for tests and for errors that were stored.
    public init(
        code: Int, subcode: Int? = nil, type: String? = nil, message: String, details: String? = nil, userTitle: String? = nil,
        userMessage: String? = nil, isTransient: Bool = false, fbtraceID: String? = nil, httpStatus: Int = 400,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.subcode = subcode
        self.type = type
        self.message = message
        self.details = details
        self.userTitle = userTitle
        self.userMessage = userMessage
        self.isTransient = isTransient
        self.fbtraceID = fbtraceID
        self.httpStatus = httpStatus
        self.retryAfter = retryAfter
    }
}

extension GraphError {
    /// What kind of error this is, what to do, and words for people. A waiting time from Meta wins over the catalogue's own.
    public var entry: ErrorCatalogue.Entry {
        var entry = ErrorCatalogue.entry(code: code, subcode: subcode, isTransient: isTransient, httpStatus: httpStatus)
        if let retryAfter, case .retryLater = entry.remedy {
            entry.remedy = .retryLater(after: retryAfter)
        }
        return entry
    }

    /// Code and subcode as Meta's support writes them.
    var number: String { subcode.map { "\(code)/\($0)" } ?? "\(code)" }

    init?(envelope: JSONValue, status: Int, retryAfter: Duration?, redacting secrets: Redaction) {
        guard let error = envelope["error"], error.object != nil else { return nil }
        self.init(object: error, status: status, retryAfter: retryAfter, redacting: secrets)
    }

    init(object error: JSONValue, status: Int, retryAfter: Duration? = nil, redacting secrets: Redaction) {
        let data = error["error_data"]
        self.init(
            code: error["code"]?.integer ?? 1,
            subcode: (error["error_subcode"] ?? error["subcode"])?.integer,
            type: error["type"]?.string,
            message: secrets.apply(to: error["message"]?.string ?? "Meta gave no reason."),
            details: secrets.apply(to: data?["details"]?.string ?? data?.string),
            userTitle: secrets.apply(to: error["error_user_title"]?.string),
            userMessage: secrets.apply(to: error["error_user_msg"]?.string),
            isTransient: error["is_transient"]?.bool ?? false,
            fbtraceID: error["fbtrace_id"]?.string,
            httpStatus: status,
            retryAfter: retryAfter)
    }
}

extension GraphError: CustomStringConvertible {
    /// Meta's words with code, details and trace ID, and what to do.
    public var description: String {
        let reason = details.map { "\(message) (\($0))" } ?? message
        let trace = fbtraceID.map { ", fbtrace_id \($0)" } ?? ""
        return "Meta refused the call with error \(number), HTTP \(httpStatus)\(trace): \(reason). \(entry.forOperator)"
    }
}
