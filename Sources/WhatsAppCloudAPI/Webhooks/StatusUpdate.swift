import Foundation

/// How far a message of ours got. Statuses come in any order, repeatedly, and `delivered` may be skipped.
public struct StatusUpdate: Sendable, Hashable {
    /// The state reached.
    public enum Status: Sendable, Hashable {
        case sent
        case delivered
        case read
        /// A voice note was listened to.
        case played
        /// Final, unless `delivered` or `read` was seen.
        case failed
        case other(String)

        init(_ word: String) {
            switch word {
            case "sent": self = .sent
            case "delivered": self = .delivered
            case "read": self = .read
            case "played": self = .played
            case "failed": self = .failed
            default: self = .other(word)
            }
        }
    }

    /// What Meta charges for a message.
    public struct Pricing: Sendable, Hashable {
        /// `PMP` (per message) or the older `CBP`.
        public let model: String?
        /// `regular` means charged; the others are free.
        public let type: String?
        /// `marketing`, `utility`, `authentication`, `service` and others.
        public let category: String?
        /// Deprecated by Meta: go by ``type`` and ``category``.
        public let billable: Bool?
    }

    /// The message's ID.
    public let id: Wamid
    /// The state reached.
    public let status: Status
    /// When it was reached, by Meta's clock, in whole seconds.
    public let timestamp: Date
    /// The receiver's `wa_id`, or the group's ID; absent for people who hide their number.
    public let recipientID: WhatsAppID?
    /// The receiver's business-scoped ID; absent in failures of messages sent to a number.
    public let recipientUserID: BusinessScopedUserID?
    /// The receiver as seen by a group of portfolios.
    public let parentUserID: BusinessScopedUserID?
    /// What we gave with the message (`biz_opaque_callback_data`).
    public let callbackData: String?
    /// The price; on `sent` and on one of the later states.
    public let pricing: Pricing?
    /// Why it failed.
    public let errors: [WebhookError]
    /// The name that the receiver gave their profile.
    public let profileName: String?
    /// The message went to a group.
    public let isGroup: Bool
    /// The status object as it came.
    public let raw: JSONValue
}

extension StatusUpdate {
    init?(_ object: JSONValue, people: WebhookPeople, entryTime: Date?) {
        guard let id = object["id"]?.identifier, let word = object["status"]?.string,
            let timestamp = object["timestamp"]?.date ?? entryTime
        else { return nil }
        let recipient = object["recipient_id"]?.identifier
        let userID = object["recipient_user_id"]?.string
        let person = people.person(waID: recipient, userID: userID)
        self.id = Wamid(id)
        status = Status(word)
        self.timestamp = timestamp
        recipientID = (recipient ?? person?.waID).map(WhatsAppID.init(rawValue:))
        recipientUserID = (userID ?? person?.userID).map(BusinessScopedUserID.init(rawValue:))
        parentUserID = (object["recipient_parent_user_id"]?.string ?? person?.parentUserID).map(BusinessScopedUserID.init(rawValue:))
        callbackData = object["biz_opaque_callback_data"]?.string
        pricing = object["pricing"].map(Pricing.init)
        errors = WebhookError.list(object["errors"])
        profileName = person?.profileName
        isGroup = object["recipient_type"]?.string == "group"
        raw = object
    }
}

extension StatusUpdate.Pricing {
    init(_ object: JSONValue) {
        model = object["pricing_model"]?.string
        type = object["type"]?.string
        category = object["category"]?.string
        billable = object["billable"]?.bool
    }
}
