/// A business phone number as Meta describes it.
public struct PhoneNumberInfo: Sendable, Hashable {
    /// Where a number stands; only `CONNECTED` can send.
    public struct Status: MetaText {
        /// Meta's word.
        public let rawValue: String
        /// Wraps Meta's word.
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let connected: Status = "CONNECTED"
        public static let pending: Status = "PENDING"
        public static let disconnected: Status = "DISCONNECTED"
        public static let offline: Status = "OFFLINE"
        public static let flagged: Status = "FLAGGED"
        public static let restricted: Status = "RESTRICTED"
        public static let banned: Status = "BANNED"
        public static let rateLimited: Status = "RATE_LIMITED"
        public static let migrated: Status = "MIGRATED"
        public static let deleted: Status = "DELETED"
        public static let unverified: Status = "UNVERIFIED"
    }

    /// Meta's ID of the number.
    public let id: PhoneNumberID
    /// The number as people read it, with plus sign and spaces.
    public let displayPhoneNumber: String?
    /// The name that people see.
    public let verifiedName: String?
    /// Where the number stands.
    public let status: Status?
    /// `APPROVED`, `AVAILABLE_WITHOUT_REVIEW`, `DECLINED`, `EXPIRED`, `PENDING_REVIEW`, `NONE`.
    public let nameStatus: String?
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    public let codeVerificationStatus: String?
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`, `NA`.
    public let qualityRating: String?
    /// `CLOUD_API`, `ON_PREMISE`, or `NOT_APPLICABLE` for a number that is not registered yet.
    public let platformType: String?
    /// `STANDARD`, `HIGH` or `NOT_APPLICABLE`.
    public let throughputLevel: String?
    /// The number also lives in the WhatsApp Business phone app.
    public let isOnBizApp: Bool
    /// Meta has given the number a mark of authenticity.
    public let isOfficialBusinessAccount: Bool
    /// `SANDBOX` or `LIVE`.
    public let accountMode: String?
    /// `TIER_250` and so on, when asked for.
    public let messagingLimit: String?
    /// Everything Meta said.
    public let raw: JSONValue

    /// The number's digits, without plus sign and spaces, as webhooks write it.
    public var digits: String? { displayPhoneNumber?.filter { $0.isASCII && $0.isNumber } }

    /// The number stays in the phone app while the API uses it too (coexistence); it must not be registered.
    public var isCoexistence: Bool { isOnBizApp && platformType == "CLOUD_API" }

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.identifier else { return nil }
        self.id = PhoneNumberID(id)
        displayPhoneNumber = object["display_phone_number"]?.string
        verifiedName = object["verified_name"]?.string
        status = object["status"]?.string.map(Status.init(rawValue:))
        nameStatus = object["name_status"]?.string
        codeVerificationStatus = object["code_verification_status"]?.string
        qualityRating = object["quality_rating"]?.string
        platformType = object["platform_type"]?.string
        throughputLevel = object["throughput"]?["level"]?.string
        isOnBizApp = object["is_on_biz_app"]?.bool ?? false
        isOfficialBusinessAccount = object["is_official_business_account"]?.bool ?? false
        accountMode = object["account_mode"]?.string
        messagingLimit = object["whatsapp_business_manager_messaging_limit"]?.string
        raw = object
    }
}
