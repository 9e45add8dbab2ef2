/// A WhatsApp Business Account as Meta describes it.
public struct WABAInfo: Sendable, Hashable {
    /// The account's ID.
    public let id: WABAID
    /// The name its owner gave it.
    public let name: String?
    /// ISO 4217, such as `GBP`.
    public let currency: String?
    /// Meta's number for the time zone.
    public let timezoneID: String?
    /// Two-letter country.
    public let country: String?
    /// `PENDING`, `APPROVED` or `REJECTED`.
    public let reviewStatus: String?
    /// `not_verified`, `pending`, `verified` and others.
    public let businessVerificationStatus: String?
    /// `ACTIVE` and others.
    public let status: String?
    /// Who owns the account in Meta's terms.
    public let ownershipType: String?
    /// The customer's portfolio.
    public let ownerBusinessID: BusinessID?
    /// The name of the customer's portfolio.
    public let ownerBusinessName: String?
    /// Everything Meta said.
    public let raw: JSONValue

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.identifier else { return nil }
        self.id = WABAID(id)
        name = object["name"]?.string
        currency = object["currency"]?.string
        timezoneID = object["timezone_id"]?.identifier
        country = object["country"]?.string
        reviewStatus = object["account_review_status"]?.string
        businessVerificationStatus = object["business_verification_status"]?.string
        status = object["status"]?.string
        ownershipType = object["ownership_type"]?.string
        ownerBusinessID = object["owner_business_info"]?["id"]?.identifier.map(BusinessID.init(rawValue:))
        ownerBusinessName = object["owner_business_info"]?["name"]?.string
        raw = object
    }
}

extension GraphClient {
    private static var accountFields: String {
        "id,name,currency,timezone_id,message_template_namespace,account_review_status,business_verification_status,country,status,"
            + "ownership_type,owner_business_info"
    }

    /// Reads an account with the token that should reach it; success is the proof that it does.
    ///
    /// - Throws: ``GraphFailure``; refused with 100/33 when the token does not reach the account.
    public func account(_ account: WABAID, token: AccessToken) async throws(GraphFailure) -> WABAInfo {
        let answer = try await perform(.get(account.rawValue, query: [("fields", Self.accountFields)], token: token))
        guard let info = WABAInfo(answer), info.id == account else { throw .unexpected(answer) }
        return info
    }

    /// Lets the account's webhooks flow to our app. Can be repeated.
    ///
    /// - Throws: ``GraphFailure``.
    public func subscribe(to account: WABAID, token: AccessToken) async throws(GraphFailure) {
        try await performForSuccess(
            GraphRequest(method: .post, path: [account.rawValue, "subscribed_apps"], authorization: .token(token)))
    }

    /// Stops the account's webhooks to our app. Can be repeated.
    ///
    /// - Throws: ``GraphFailure``.
    public func unsubscribe(from account: WABAID, token: AccessToken) async throws(GraphFailure) {
        try await performForSuccess(
            GraphRequest(method: .delete, path: [account.rawValue, "subscribed_apps"], authorization: .token(token)))
    }
}
