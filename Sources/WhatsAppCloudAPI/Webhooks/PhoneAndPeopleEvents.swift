import Foundation

/// A number's limit or throughput changed.
public struct PhoneQualityUpdate: Sendable, Hashable {
    /// `ONBOARDING`, `THROUGHPUT_UPGRADE`; `UPGRADE`, `DOWNGRADE`, `FLAGGED`, `UNFLAGGED` in older payloads.
    public let event: String
    /// `TIER_250` and so on.
    public let limit: String?

    init?(_ value: JSONValue) {
        guard let event = value["event"]?.string else { return nil }
        self.event = event
        limit = (value["max_daily_conversations_per_business"] ?? value["current_limit"])?.identifier
    }
}

/// Meta's decision on the name that people see.
public struct PhoneNameUpdate: Sendable, Hashable {
    /// `APPROVED`, `DEFERRED`, `PENDING`, `REJECTED`.
    public let decision: String
    /// The name that was asked for.
    public let requestedName: String?
    /// Why it was rejected.
    public let rejectionReason: String?

    init?(_ value: JSONValue) {
        guard let decision = value["decision"]?.string else { return nil }
        self.decision = decision
        requestedName = value["requested_verified_name"]?.string
        rejectionReason = value["rejection_reason"]?.string
    }
}

/// A person has a new business-scoped ID.
public struct UserIDUpdate: Sendable, Hashable {
    /// The person's `wa_id`, if it is known.
    public let waID: WhatsAppID?
    /// The ID until now.
    public let previous: BusinessScopedUserID
    /// The ID from now on.
    public let current: BusinessScopedUserID
    /// The same for a group of portfolios.
    public let previousParent: BusinessScopedUserID?
    /// The same for a group of portfolios.
    public let currentParent: BusinessScopedUserID?
    /// When it changed.
    public let timestamp: Date?

    init?(_ value: JSONValue) {
        guard let previous = value["user_id"]?["previous"]?.string, let current = value["user_id"]?["current"]?.string else { return nil }
        self.previous = BusinessScopedUserID(previous)
        self.current = BusinessScopedUserID(current)
        waID = value["wa_id"]?.identifier.map(WhatsAppID.init(rawValue:))
        previousParent = value["parent_user_id"]?["previous"]?.string.map(BusinessScopedUserID.init(rawValue:))
        currentParent = value["parent_user_id"]?["current"]?.string.map(BusinessScopedUserID.init(rawValue:))
        timestamp = value["timestamp"]?.date
    }
}

/// A person's word on marketing messages, given in the app.
public struct UserPreference: Sendable, Hashable {
    /// The person's `wa_id`.
    public let waID: WhatsAppID?
    /// The person's business-scoped ID.
    public let userID: BusinessScopedUserID?
    /// `marketing_messages`.
    public let category: String?
    /// `stop`, `resume`, rarely `signup`.
    public let value: String
    /// Meta's sentence.
    public let detail: String?
    /// When it was said.
    public let timestamp: Date?

    init?(_ object: JSONValue) {
        guard let value = object["value"]?.string else { return nil }
        self.value = value
        waID = object["wa_id"]?.identifier.map(WhatsAppID.init(rawValue:))
        userID = object["user_id"]?.string.map(BusinessScopedUserID.init(rawValue:))
        category = object["category"]?.string
        detail = object["detail"]?.string
        timestamp = object["timestamp"]?.date
    }
}
