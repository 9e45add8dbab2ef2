import Foundation

/// One thing that a webhook body tells: a message, a status, a change of an account. A body may hold a thousand of them.
public struct WebhookItem: Sendable, Hashable {
    /// The item's place in its body, counted from 0; the same body always yields the same places.
    public let part: Int
    /// Meta's `entry.id`: the WABA, or a business portfolio for some account events.
    public let entryID: String
    /// The account concerned; `nil` for events about a portfolio that name no account.
    public let wabaID: WABAID?
    /// The number concerned, where the event names one.
    public let phoneNumberID: PhoneNumberID?
    /// The number's digits, where the event gives them.
    public let displayPhoneNumber: String?
    /// Meta's name for the kind of change, such as `messages`; empty when the body named none.
    public let field: String
    /// When Meta made the entry; mostly absent for messages.
    public let entryTime: Date?
    /// What happened.
    public let content: Content

    /// What happened. Indirect, so that a body of many small items does not take the room of as many messages.
    public indirect enum Content: Sendable, Hashable {
        /// A person wrote to the number.
        case message(InboundMessage)
        /// A message of ours got further, or failed.
        case status(StatusUpdate)
        /// The landlord wrote in the phone app (coexistence).
        case echo(MessageEcho)
        case templateStatus(TemplateStatusUpdate)
        case templateCategory(TemplateCategoryUpdate)
        case templateQuality(TemplateQualityUpdate)
        case accountUpdate(AccountUpdate)
        /// Despite Meta's name for the field it is about limits and throughput.
        case phoneQuality(PhoneQualityUpdate)
        case phoneName(PhoneNameUpdate)
        /// A person's business-scoped ID has changed.
        case userIDUpdate(UserIDUpdate)
        /// A person stopped or resumed marketing messages.
        case userPreference(UserPreference)
        /// Limits of the portfolio.
        case capability(CapabilityUpdate)
        /// Meta's review of the account.
        case review(decision: String)
        case alert(AccountAlert)
        case security(SecurityEvent)
        /// Old chats of a coexistence number.
        case history(HistoryChunk)
        /// An entry of the phone's address book (coexistence).
        case stateSync(StateSync)
        /// A person calls, or a call ends.
        case call(CallEvent)
        /// Errors about the number as a whole.
        case valueErrors([WebhookError])
        /// Anything that is not described here, as it came.
        case unknown(JSONValue)
    }
}

/// An error as webhooks write it.
public struct WebhookError: Sendable, Hashable, Codable {
    /// Meta's code.
    public let code: Int
    /// A short English title.
    public let title: String?
    /// Mostly the same as the title.
    public let message: String?
    /// Which limit or field it was.
    public let details: String?
    /// Where Meta documents it.
    public let href: String?

    /// Gathers the parts.
    public init(code: Int, title: String? = nil, message: String? = nil, details: String? = nil, href: String? = nil) {
        self.code = code
        self.title = title
        self.message = message
        self.details = details
        self.href = href
    }

    /// What kind of error this is, what to do, and words for people.
    public var entry: ErrorCatalogue.Entry { ErrorCatalogue.entry(code: code) }

    init?(_ object: JSONValue) {
        guard let code = object["code"]?.integer else { return nil }
        let data = object["error_data"]
        self.init(
            code: code, title: object["title"]?.string, message: object["message"]?.string,
            details: data?["details"]?.string ?? data?.string, href: object["href"]?.string)
    }

    static func list(_ value: JSONValue?) -> [WebhookError] {
        value?.array?.compactMap(WebhookError.init) ?? []
    }
}
