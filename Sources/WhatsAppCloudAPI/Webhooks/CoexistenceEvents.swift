import Foundation

/// What the landlord wrote in the phone app, for numbers in coexistence.
public struct MessageEcho: Sendable, Hashable {
    /// The message's ID.
    public let id: Wamid
    /// The business number's digits.
    public let from: String?
    /// The receiver's `wa_id`.
    public let to: WhatsAppID?
    /// The receiver's business-scoped ID.
    public let toUserID: BusinessScopedUserID?
    /// When it was written, by Meta's clock.
    public let timestamp: Date
    /// Meta's word for the kind.
    public let type: String
    /// What was said.
    public let content: InboundContent
    /// The name that the receiver gave their profile.
    public let profileName: String?
    /// The message object as it came.
    public let raw: JSONValue

    init?(_ object: JSONValue, people: WebhookPeople, entryTime: Date?) {
        guard let id = object["id"]?.identifier, let timestamp = object["timestamp"]?.date ?? entryTime else { return nil }
        let receiver = object["to"]?.identifier
        let userID = object["to_user_id"]?.string
        let person = people.person(waID: receiver, userID: userID)
        self.id = Wamid(id)
        from = object["from"]?.identifier
        to = (receiver ?? person?.waID).map(WhatsAppID.init(rawValue:))
        toUserID = (userID ?? person?.userID).map(BusinessScopedUserID.init(rawValue:))
        self.timestamp = timestamp
        type = object["type"]?.string ?? "unknown"
        content = InboundContent(message: object)
        profileName = person?.profileName
        raw = object
    }
}

/// A piece of the old chats of a coexistence number. Pieces come out of order.
public struct HistoryChunk: Sendable, Hashable {
    /// One person's old messages, each as Meta's JSON.
    public struct Thread: Sendable, Hashable {
        /// The person's `wa_id`.
        public let id: String
        /// Messages with `history_context`; files are `media_placeholder` at first.
        public let messages: [JSONValue]
    }

    /// 0 is the last day, 1 the last 90 days, 2 the last 180.
    public let phase: Int?
    /// The piece's place within its phase.
    public let order: Int?
    /// Per cent; 100 means done.
    public let progress: Int?
    /// The chats.
    public let threads: [Thread]
    /// Files that follow their placeholders, each message as Meta's JSON.
    public let lateMedia: [JSONValue]
    /// 2593109 means that the landlord chose not to share.
    public let errors: [WebhookError]

    init(_ object: JSONValue, lateMedia: [JSONValue] = []) {
        phase = object["metadata"]?["phase"]?.integer
        order = object["metadata"]?["chunk_order"]?.integer
        progress = object["metadata"]?["progress"]?.integer
        threads = (object["threads"]?.array ?? []).compactMap { thread in
            thread["id"]?.identifier.map { Thread(id: $0, messages: thread["messages"]?.array ?? []) }
        }
        self.lateMedia = lateMedia
        errors = WebhookError.list(object["errors"])
    }
}

/// A change in the phone's address book, for numbers in coexistence.
public struct StateSync: Sendable, Hashable {
    /// `add` or `remove`.
    public let action: String
    /// The digits of the number.
    public let phoneNumber: String?
    /// The name in the address book; absent when removed.
    public let fullName: String?
    /// When it changed.
    public let timestamp: Date?
    /// The entry as it came.
    public let raw: JSONValue

    init?(_ object: JSONValue) {
        guard let action = object["action"]?.string, let contact = object["contact"] else { return nil }
        self.action = action
        phoneNumber = contact["phone_number"]?.identifier
        fullName = contact["full_name"]?.string
        timestamp = object["metadata"]?["timestamp"]?.date
        raw = object
    }
}

/// A call, as far as the window and the inbox care.
public struct CallEvent: Sendable, Hashable {
    /// Meta's ID of the call.
    public let id: String
    /// The caller's `wa_id`.
    public let from: WhatsAppID?
    /// The caller's business-scoped ID.
    public let fromUserID: BusinessScopedUserID?
    /// `connect` or `terminate`.
    public let event: String
    /// When it happened.
    public let timestamp: Date?
    /// A person called the business; such a call opens the customer service window.
    public let isFromPerson: Bool
    /// The call object as it came.
    public let raw: JSONValue

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.identifier, let event = object["event"]?.string else { return nil }
        self.id = id
        self.event = event
        from = object["from"]?.identifier.map(WhatsAppID.init(rawValue:))
        fromUserID = object["from_user_id"]?.string.map(BusinessScopedUserID.init(rawValue:))
        timestamp = object["timestamp"]?.date
        isFromPerson = object["direction"]?.string == "USER_INITIATED"
        raw = object
    }
}
