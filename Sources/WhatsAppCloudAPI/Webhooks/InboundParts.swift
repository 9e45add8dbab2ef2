import Foundation

/// A file that a person sent. It can be fetched for 7 days.
public struct InboundMedia: Sendable, Hashable {
    /// Meta's ID of the file.
    public let id: MediaID
    /// Such as `image/jpeg`.
    public let mimeType: String?
    /// Digest of the bytes; base64 in recent payloads, hexadecimal in some older ones.
    public let sha256: String?
    /// What the person wrote beneath it.
    public let caption: String?
    /// The name of a document.
    public let filename: String?
    /// A recording made in the chat rather than a sound file.
    public let isVoice: Bool
    /// A sticker that moves.
    public let isAnimated: Bool
    /// A download address that lives 5 minutes; asking for the media ID remains the safe way.
    public let url: String?

    init?(_ value: JSONValue?) {
        guard let value, let id = value["id"]?.identifier else { return nil }
        self.id = MediaID(id)
        mimeType = value["mime_type"]?.string
        sha256 = value["sha256"]?.string
        caption = value["caption"]?.string
        filename = value["filename"]?.string
        isVoice = value["voice"]?.bool ?? false
        isAnimated = value["animated"]?.bool ?? false
        url = value["url"]?.string
    }
}

/// A place that a person sent.
public struct InboundLocation: Sendable, Hashable {
    /// Degrees north.
    public let latitude: Double
    /// Degrees east.
    public let longitude: Double
    /// The place's name; absent for "current location".
    public let name: String?
    /// The place's address; absent for "current location".
    public let address: String?
    /// The place's web page.
    public let url: String?

    init?(_ value: JSONValue?) {
        guard let value, let latitude = value["latitude"]?.double, let longitude = value["longitude"]?.double else { return nil }
        self.latitude = latitude
        self.longitude = longitude
        name = value["name"]?.string
        address = value["address"]?.string
        url = value["url"]?.string
    }
}

/// A visiting card that a person sent.
public struct SharedContact: Sendable, Hashable {
    /// One number on the card.
    public struct Phone: Sendable, Hashable {
        /// As the person wrote it.
        public let phone: String?
        /// The number's `wa_id`, if it is on WhatsApp.
        public let waID: WhatsAppID?
        /// `CELL`, `WORK` and others.
        public let type: String?
    }

    /// The whole name.
    public let formattedName: String?
    /// The numbers.
    public let phones: [Phone]
    /// The person answered our question for their own number (`contact_request`).
    public let answersRequest: Bool
    /// The whole card as Meta's JSON.
    public let raw: JSONValue

    init(_ value: JSONValue) {
        formattedName = value["name"]?["formatted_name"]?.string
        phones = (value["phones"]?.array ?? []).map { phone in
            Phone(
                phone: phone["phone"]?.identifier, waID: phone["wa_id"]?.identifier.map(WhatsAppID.init(rawValue:)),
                type: phone["type"]?.string)
        }
        answersRequest = value["origin"]?.string == "contact_request"
        raw = value
    }
}

/// A shopping basket that a person sent.
public struct InboundOrder: Sendable, Hashable {
    /// The catalogue that was shopped in.
    public let catalogID: String?
    /// What the person wrote with it.
    public let text: String?
    /// The products, each as Meta's JSON.
    public let items: [JSONValue]

    init(_ value: JSONValue) {
        catalogID = value["catalog_id"]?.identifier
        text = value["text"]?.string
        items = value["product_items"]?.array ?? []
    }
}

/// What WhatsApp itself says in a chat.
public struct SystemNotice: Sendable, Hashable {
    /// What it is about.
    public enum Kind: Sendable, Hashable {
        /// The person moved to another number; ``waID`` and ``userID`` are the new ones, the message's sender the old.
        case numberChanged
        /// The person's business-scoped ID changed; ``userID`` is the new one.
        case userIDChanged
        /// The person's encryption identity changed (a new phone, perhaps another person).
        case identityChanged
        case other(String)
    }

    /// What it is about.
    public let kind: Kind
    /// Meta's English sentence.
    public let body: String?
    /// The new `wa_id`.
    public let waID: WhatsAppID?
    /// The new business-scoped ID.
    public let userID: BusinessScopedUserID?
    /// The new ID in a group of portfolios.
    public let parentUserID: BusinessScopedUserID?
    /// The new identity's hash, for ``Kind/identityChanged``.
    public let identityHash: String?

    init(_ value: JSONValue, identity: JSONValue?) {
        switch value["type"]?.string ?? "" {
        case "user_changed_number": kind = .numberChanged
        case "user_changed_user_id": kind = .userIDChanged
        case "customer_identity_changed": kind = .identityChanged
        case let other: kind = .other(other)
        }
        body = value["body"]?.string
        // Payloads of older versions call the new number `new_wa_id`.
        waID = (value["wa_id"] ?? value["new_wa_id"])?.identifier.map(WhatsAppID.init(rawValue:))
        userID = value["user_id"]?.string.map(BusinessScopedUserID.init(rawValue:))
        parentUserID = value["parent_user_id"]?.string.map(BusinessScopedUserID.init(rawValue:))
        identityHash = (identity ?? value["identity"])?["hash"]?.string ?? value["identity"]?.string
    }
}
