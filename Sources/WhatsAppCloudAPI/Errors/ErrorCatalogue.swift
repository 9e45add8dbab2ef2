/// Meta's error codes as data: what each means, what to do, and what to tell people. Meta's own table is
/// "WhatsApp Cloud API error codes" (September 2026); HTTP statuses are not promised and decide only about unknown codes.
public enum ErrorCatalogue {
    /// What the error is about.
    public enum Category: String, Sendable, Hashable, Codable, CaseIterable {
        case access, throttling, outage, request, signup, number, payment, policy, window, recipient, preference
        case template, media, groups, calls, forms, username, blocking, history, unknown
    }

    /// Who can do what about it.
    public enum Remedy: Sendable, Hashable, Codable {
        /// Passes by itself: repeat with growing pauses, a few times.
        case retrySoon
        /// Repeat after the time named, or after a time of the caller's choice.
        case retryLater(after: Duration?)
        /// The request or our set-up is wrong; the same request fails again.
        case fix
        /// A person must act at Meta or here; the words for the landlord say how.
        case userAction
        /// The permission has ended: connect the account again.
        case reconnect
        /// The number must be registered on the Cloud API.
        case register
        /// Only a template may be sent now.
        case useTemplate
        /// Nothing helps; the same request fails again.
        case giveUp
    }

    /// One row of the catalogue.
    public struct Entry: Sendable, Hashable {
        /// Meta's code.
        public let code: Int
        /// Meta's subcode, where it makes a difference.
        public let subcode: Int?
        /// What the error is about.
        public let category: Category
        /// Who can do what about it.
        public var remedy: Remedy
        /// Words for the person whose account it is.
        public let forLandlord: String
        /// Words for whoever runs the system.
        public let forOperator: String

        init(
            _ code: Int, _ subcode: Int?, _ category: Category, _ remedy: Remedy, _ forLandlord: String, _ forOperator: String
        ) {
            self.code = code
            self.subcode = subcode
            self.category = category
            self.remedy = remedy
            self.forLandlord = forLandlord
            self.forOperator = forOperator
        }

        init(_ code: Int, _ category: Category, _ remedy: Remedy, _ forLandlord: String, _ forOperator: String) {
            self.init(code, nil, category, remedy, forLandlord, forOperator)
        }
    }

    /// All rows, for tables and tests.
    public static let entries: [Entry] = access + sending + templates + numbers + services

    /// What is known about a code: its row with this subcode, else its row without one. Codes that nobody has described are
    /// worth another try when Meta calls them transient or answered 5xx, and final otherwise.
    public static func entry(code: Int, subcode: Int? = nil, isTransient: Bool = false, httpStatus: Int = 400) -> Entry {
        if let subcode, let exact = index[Key(code: code, subcode: subcode)] { return exact }
        // Sign-up and template codes arrive as the subcode of a general code.
        if let subcode, (code == 100 || code == 1), let own = index[Key(code: subcode, subcode: nil)] { return own }
        if let row = index[Key(code: code, subcode: nil)] { return row }
        return family(of: code, subcode: subcode) ?? unknown(code, subcode, worthRepeating: isTransient || httpStatus >= 500)
    }

    private struct Key: Hashable {
        let code: Int
        let subcode: Int?
    }

    private static let index: [Key: Entry] = Dictionary(
        entries.map { (Key(code: $0.code, subcode: $0.subcode), $0) }, uniquingKeysWith: { first, _ in first })

    private static func unknown(_ code: Int, _ subcode: Int?, worthRepeating: Bool) -> Entry {
        worthRepeating
            ? Entry(
                code, subcode, .unknown, .retrySoon, "WhatsApp had a problem (code \(code)). We try again.",
                "Unknown code that Meta calls transient. Add it to the catalogue when Meta documents it.")
            : Entry(
                code, subcode, .unknown, .giveUp, "WhatsApp did not accept this message (code \(code)).",
                "Unknown code. Look it up at Meta with the trace ID and add it to the catalogue.")
    }

    /// Codes that Meta gives out by the range.
    private static func family(of code: Int, subcode: Int?) -> Entry? {
        switch code {
        case 200...299:
            Entry(
                code, subcode, .access, .reconnect, "Meta's permission for this is missing. Reconnect and accept all requests.",
                "A permission is missing for this operation. Check the scopes in the login configuration.")
        case 136_000...136_999:
            Entry(
                code, subcode, .number, .userAction, "The number could not be confirmed. Wait a while, then ask for a new code.",
                "Number ownership code: too many requests or a wrong code. Never repeat by machine.")
        case 138_000...138_999:
            Entry(code, subcode, .calls, .giveUp, "The call was not possible.", "Calling API error; see Meta's table of 138xxx codes.")
        case 2_494_164...2_494_179:
            Entry(
                code, subcode, .signup, .fix, "Connecting did not work because of our set-up. We have been told.",
                "In-app sign-up API: not found, not enabled, placeholders or terms of service.")
        default: nil
        }
    }
}
