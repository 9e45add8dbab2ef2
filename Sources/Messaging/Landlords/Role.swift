/// What a person is to a landlord.
public enum Role: String, Codable, Sendable, CaseIterable {
    /// Everything, numbers and people too.
    case owner
    /// Writes to tenants and keeps the inbox in order. Stored under the word that the first release had for it.
    case agent = "member"
    /// Reads everything and changes nothing.
    case readOnly

    /// Whether the role allows it.
    public func may(_ deed: Deed) -> Bool {
        switch (self, deed) {
        case (_, .own), (.owner, _), (.agent, .answer), (.agent, .organise): true
        case (.agent, .connect), (.agent, .manage), (.readOnly, _): false
        }
    }

    /// The stable word for programs.
    public var code: String {
        switch self {
        case .owner: "owner"
        case .agent: "agent"
        case .readOnly: "readOnly"
        }
    }

    /// Reads `code`; nil for anything else.
    public init?(code: String) {
        guard let role = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = role
    }
}

/// What a change to a landlord's rows is about: a desk writes nothing without naming it, and a role allows it or not.
public enum Deed: Sendable, CaseIterable {
    /// Writing to tenants.
    case answer
    /// Keeping order: reading for all, notes, assigning, labels, quick answers, contacts.
    case organise
    /// The landlord's numbers.
    case connect
    /// Who works here.
    case manage
    /// What concerns the person alone, such as the name they go by.
    case own
}

/// The person's role does not allow it.
public struct NotAllowed: Error, Equatable {
    public let deed: Deed

    public init(deed: Deed) {
        self.deed = deed
    }

    /// What to do, for the person.
    public var message: String {
        switch deed {
        case .answer, .organise, .own: "You read along here and cannot change anything. Ask an owner if you need to."
        case .connect: "Only an owner can connect or disconnect a number. Ask one of yours."
        case .manage: "Only an owner can say who works here. Ask one of yours."
        }
    }
}

extension Membership {
    /// Goes on when the role allows the deed. Throws `NotAllowed`.
    public func check(_ deed: Deed) throws {
        guard role.may(deed) else { throw NotAllowed(deed: deed) }
    }
}
