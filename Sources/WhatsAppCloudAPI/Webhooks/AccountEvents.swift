import Foundation

/// A change of an account, its owner, or its sharing with us.
public struct AccountUpdate: Sendable, Hashable {
    /// Meta's word for what happened.
    public struct Event: MetaText {
        /// Meta's word.
        public let rawValue: String
        /// Wraps Meta's word.
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let partnerAdded: Event = "PARTNER_ADDED"
        public static let partnerRemoved: Event = "PARTNER_REMOVED"
        public static let partnerAppInstalled: Event = "PARTNER_APP_INSTALLED"
        public static let partnerAppUninstalled: Event = "PARTNER_APP_UNINSTALLED"
        public static let accountDeleted: Event = "ACCOUNT_DELETED"
        public static let accountOffboarded: Event = "ACCOUNT_OFFBOARDED"
        public static let accountReconnected: Event = "ACCOUNT_RECONNECTED"
        public static let accountViolation: Event = "ACCOUNT_VIOLATION"
        public static let accountRestriction: Event = "ACCOUNT_RESTRICTION"
        public static let disabledUpdate: Event = "DISABLED_UPDATE"

        /// Nothing can be sent or received for the account any more.
        public var endsConnection: Bool {
            [.partnerRemoved, .partnerAppUninstalled, .accountDeleted, .accountOffboarded].contains(self)
        }

        /// Events whose `entry.id` is a business portfolio rather than the account.
        var isAboutPortfolio: Bool {
            [.partnerAdded, .partnerRemoved, .partnerAppInstalled, .partnerAppUninstalled, "AD_ACCOUNT_LINKED", "MM_LITE_TERMS_SIGNED"]
                .contains(self)
        }
    }

    /// One thing that the account may not do for a time.
    public struct Restriction: Sendable, Hashable {
        /// Such as `RESTRICTED_BIZ_INITIATED_MESSAGING`.
        public let type: String
        /// When it ends.
        public let expiresAt: Date?
    }

    /// What happened.
    public let event: Event
    /// The customer's portfolio.
    public let ownerBusinessID: BusinessID?
    /// The number concerned, for coexistence.
    public let phoneNumber: String?
    /// `DISABLE`, `REINSTATE`, `SCHEDULE_FOR_DISABLE`.
    public let banState: String?
    /// What the account may not do.
    public let restrictions: [Restriction]
    /// `SPAM`, `SCAM` and others.
    public let violationType: String?
    /// Why a coexistence number was disconnected, and whether `USER` or `SYSTEM` did it.
    public let disconnectionReason: String?
    /// Everything Meta said.
    public let raw: JSONValue

    init?(_ value: JSONValue) {
        guard let event = value["event"]?.string else { return nil }
        self.event = Event(event)
        ownerBusinessID = value["waba_info"]?["owner_business_id"]?.identifier.map(BusinessID.init(rawValue:))
        phoneNumber = value["phone_number"]?.identifier
        banState = value["ban_info"]?["waba_ban_state"]?.string
        restrictions = (value["restriction_info"]?.array ?? []).compactMap { restriction in
            restriction["restriction_type"]?.string.map { Restriction(type: $0, expiresAt: restriction["expiration"]?.date) }
        }
        violationType = value["violation_info"]?["violation_type"]?.string
        disconnectionReason = value["disconnection_info"]?["reason"]?.string
        raw = value
    }
}

/// New limits of a portfolio.
public struct CapabilityUpdate: Sendable, Hashable {
    /// How many different people may be written to first in 24 hours, as a number or as `TIER_2K`; -1 means without limit.
    public let maxDailyConversations: String?
    /// How many numbers the portfolio may have.
    public let maxPhoneNumbers: Int?

    init(_ value: JSONValue) {
        maxDailyConversations = value["max_daily_conversations_per_business"]?.identifier
        maxPhoneNumbers = value["max_phone_numbers_per_business"]?.integer
    }
}

/// Something that Meta wants the account's owner to know.
public struct AccountAlert: Sendable, Hashable {
    /// `BUSINESS` and others.
    public let entityType: String?
    /// The ID of what the alert is about.
    public let entityID: String?
    /// `CRITICAL`, `WARNING`, `INFORMATIONAL`.
    public let severity: String?
    /// `ACTIVE` and others.
    public let status: String?
    /// Such as `OBA_APPROVED`.
    public let type: String?
    /// Meta's sentence.
    public let description: String?

    init(_ value: JSONValue) {
        let alert = value["alert_info"] ?? value
        entityType = value["entity_type"]?.string
        entityID = value["entity_id"]?.identifier
        severity = alert["alert_severity"]?.string
        status = alert["alert_status"]?.string
        type = alert["alert_type"]?.string
        description = alert["alert_description"]?.string
    }
}

/// A change of a number's two-step PIN.
public struct SecurityEvent: Sendable, Hashable {
    /// `PIN_CHANGED`, `PIN_RESET_REQUEST`, `PIN_REQUEST_SUCCESS`.
    public let event: String
    /// The ID of whoever asked for it.
    public let requester: String?

    init?(_ value: JSONValue) {
        guard let event = value["event"]?.string else { return nil }
        self.event = event
        requester = value["requester"]?.identifier
    }
}
