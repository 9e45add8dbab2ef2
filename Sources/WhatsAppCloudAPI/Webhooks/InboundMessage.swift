import Foundation

/// A message from a person. Nearly everything may be absent: people with a username have no number here.
public struct InboundMessage: Sendable, Hashable {
    /// The message's ID; Meta may deliver it more than once.
    public let id: Wamid
    /// The sender's `wa_id`; absent for people who hide their number.
    public let from: WhatsAppID?
    /// The sender's business-scoped ID; payloads from before April 2026 lack it.
    public let fromUserID: BusinessScopedUserID?
    /// The sender as seen by a group of portfolios; only large enterprises have it.
    public let parentUserID: BusinessScopedUserID?
    /// The sender's username, if there is one.
    public let username: String?
    /// The name that the sender gave their profile.
    public let profileName: String?
    /// When the person sent it, by Meta's clock, in whole seconds.
    public let timestamp: Date
    /// Meta's word for the kind, such as `text`.
    public let type: String
    /// What was said.
    public let content: InboundContent
    /// The message that this one answers or forwards.
    public let context: ReplyContext?
    /// The group it was written in, if any.
    public let groupID: String?
    /// The advertisement that led here, as Meta's JSON.
    public let referral: JSONValue?
    /// Why content is missing.
    public let errors: [WebhookError]
    /// The message object as it came.
    public let raw: JSONValue

    /// The person wrote, so that the 24-hour customer service window opens or starts again. Reactions, edits, deletions, system
    /// messages and mere errors do not count, nor does writing in a group.
    public var opensWindow: Bool {
        guard groupID == nil else { return false }
        return content.isWrittenByPerson(hasErrors: !errors.isEmpty)
    }
}

/// What an inbound message refers to.
public struct ReplyContext: Sendable, Hashable {
    /// The quoted message; forwards have none.
    public let messageID: Wamid?
    /// Who wrote the quoted message.
    public let from: String?
    /// The message was forwarded.
    public let forwarded: Bool
    /// The message was forwarded many times.
    public let frequentlyForwarded: Bool
    /// The product asked about, as Meta's JSON.
    public let referredProduct: JSONValue?

    init?(_ object: JSONValue?) {
        guard let object, object.object != nil else { return nil }
        messageID = object["id"]?.identifier.map(Wamid.init(rawValue:))
        from = object["from"]?.identifier
        frequentlyForwarded = object["frequently_forwarded"]?.bool ?? false
        forwarded = object["forwarded"]?.bool ?? frequentlyForwarded
        referredProduct = object["referred_product"]
    }
}

extension InboundMessage {
    /// - Returns: `nil` when the object has no ID or no time, so that it can be neither stored once nor put in order.
    init?(_ object: JSONValue, people: WebhookPeople, entryTime: Date?) {
        guard let id = object["id"]?.identifier, let timestamp = object["timestamp"]?.date ?? entryTime else { return nil }
        let from = object["from"]?.identifier
        let userID = object["from_user_id"]?.string
        let person = people.person(waID: from, userID: userID)
        self.id = Wamid(id)
        self.from = (from ?? person?.waID).map(WhatsAppID.init(rawValue:))
        fromUserID = (userID ?? person?.userID).map(BusinessScopedUserID.init(rawValue:))
        parentUserID = (object["from_parent_user_id"]?.string ?? person?.parentUserID).map(BusinessScopedUserID.init(rawValue:))
        username = person?.username
        profileName = person?.profileName
        self.timestamp = timestamp
        type = object["type"]?.string ?? "unknown"
        content = InboundContent(message: object)
        context = ReplyContext(object["context"])
        groupID = object["group_id"]?.identifier
        referral = object["referral"]
        errors = WebhookError.list(object["errors"])
        raw = object
    }
}
