/// Meta's word that a message was accepted, which is not yet delivered: failures often come later as a status webhook.
public struct SendReceipt: Sendable, Hashable {
    /// What Meta does with a template message for now.
    public struct MessageStatus: MetaText {
        /// Meta's word.
        public let rawValue: String
        /// Wraps Meta's word.
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let accepted: MessageStatus = "accepted"
        /// Held back until the first receivers' reactions to a new template are known.
        public static let heldForQualityAssessment: MessageStatus = "held_for_quality_assessment"
        public static let paused: MessageStatus = "paused"
    }

    /// The message's ID.
    public let wamid: Wamid
    /// The receiver's `wa_id`, which may differ from the number sent to; absent when sent to a business-scoped ID.
    public let waID: WhatsAppID?
    /// The receiver's business-scoped ID, if Meta tells it.
    public let userID: BusinessScopedUserID?
    /// Only with templates.
    public let messageStatus: MessageStatus?

    /// Gathers the parts.
    public init(wamid: Wamid, waID: WhatsAppID? = nil, userID: BusinessScopedUserID? = nil, messageStatus: MessageStatus? = nil) {
        self.wamid = wamid
        self.waID = waID
        self.userID = userID
        self.messageStatus = messageStatus
    }

    init?(_ answer: JSONValue) {
        guard let message = answer["messages"]?.array?.first, let id = message["id"]?.identifier else { return nil }
        let contact = answer["contacts"]?.array?.first
        self.init(
            wamid: Wamid(id), waID: contact?["wa_id"]?.identifier.map(WhatsAppID.init(rawValue:)),
            userID: contact?["user_id"]?.string.map(BusinessScopedUserID.init(rawValue:)),
            messageStatus: message["message_status"]?.string.map(MessageStatus.init(rawValue:)))
    }
}

extension GraphClient {
    /// Sends one message, once. Meta has no idempotency key: when the outcome stays unknown
    /// (``GraphFailure/leavesOutcomeUnknown``), wait for a status webhook with the message's callback data.
    ///
    /// - Throws: ``GraphFailure``.
    public func send(_ message: OutgoingMessage, from number: PhoneNumberID, token: AccessToken) async throws(GraphFailure) -> SendReceipt {
        let answer = try await perform(.post(number.rawValue, "messages", json: json(message), token: token))
        guard let receipt = SendReceipt(answer) else { throw .unexpected(answer) }
        return receipt
    }

    /// Shows the person two blue ticks under this message and all earlier ones of the conversation. Can be repeated.
    ///
    /// - Parameter isTyping: also shows for at most 25 seconds that somebody is writing.
    /// - Throws: ``GraphFailure``.
    public func markRead(
        _ message: Wamid, on number: PhoneNumberID, isTyping: Bool = false, token: AccessToken
    ) async throws(GraphFailure) {
        var body: [String: JSONValue] = [
            "messaging_product": "whatsapp", "status": "read", "message_id": .string(message.rawValue),
        ]
        if isTyping { body["typing_indicator"] = ["type": "text"] }
        try await performForSuccess(.post(number.rawValue, "messages", json: JSONValue.object(body).serialized, token: token))
    }
}
