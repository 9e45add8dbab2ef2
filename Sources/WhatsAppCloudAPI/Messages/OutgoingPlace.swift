/// A place in a message to a person (fact sheet, section 3.2).
public struct OutgoingPlace: Codable, Sendable, Hashable {
    /// Degrees north, from -90 to 90.
    public var latitude: Double
    /// Degrees east, from -180 to 180.
    public var longitude: Double
    /// What the place is called.
    public var name: String?
    /// Street and town.
    public var address: String?

    /// Gathers the parts; Meta judges them.
    public init(latitude: Double, longitude: Double, name: String? = nil, address: String? = nil) {
        self.latitude = latitude
        self.longitude = longitude
        self.name = name
        self.address = address
    }
}

/// An emoji under a message of either side (fact sheet, section 3.2). A new one takes the place of the one before.
public struct OutgoingReaction: Codable, Sendable, Hashable {
    /// The message that it stands under: at most 30 days old, and no reaction itself.
    public var target: Wamid
    /// One emoji; empty takes the reaction away.
    public var emoji: String

    /// Gathers the parts; Meta judges them.
    public init(target: Wamid, emoji: String) {
        self.target = target
        self.emoji = emoji
    }

    private enum CodingKeys: String, CodingKey {
        case target = "message_id"
        case emoji
    }
}
