/// The ID of a WhatsApp Business Account (WABA).
public struct WABAID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Meta's ID of a sending phone number, which is not the number itself.
public struct PhoneNumberID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The ID of a WhatsApp message. Opaque and of variable length, up to about 128 characters and more.
public struct Wamid: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// A person's `wa_id`: digits without a plus sign. It may differ from the number a message was sent to
/// (Brazil, Argentina and Mexico) and is absent for people who hide their number behind a username.
public struct WhatsAppID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// A person as seen by one business portfolio (BSUID), such as `GB.10000000000000000001`. Compared as text, with case;
/// the same person has another one with every portfolio.
public struct BusinessScopedUserID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The ID of a Meta business portfolio.
public struct BusinessID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The ID of a message template (one name in one language). Meta's webhooks carry it as a 64-bit number, its answers as text.
public struct TemplateID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The ID of a Meta app.
public struct AppID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The ID of an uploaded or received file. IDs from webhooks live 7 days, IDs of own uploads 30 days.
public struct MediaID: MetaText {
    /// The ID as Meta wrote it.
    public let rawValue: String

    /// Wraps an ID as it came from Meta; nothing is checked or changed.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}
