import Foundation

/// Which of a landlord's people have which conversation before their eyes, and who of them is writing there.
public struct Presence: Sendable, Equatable {
    /// One person at one conversation.
    public struct Attendance: Sendable, Equatable {
        public let person: Person.ID
        public let isTyping: Bool
    }

    /// Who is where, people in the order of their IDs. A conversation that nobody has open is not there.
    public let conversations: [Conversation.ID: [Attendance]]

    static let nobody = Presence(conversations: [:])

    /// The conversations that a person has open.
    public func attended(by person: Person.ID) -> Set<Conversation.ID> {
        Set(conversations.filter { $0.value.contains { $0.person == person } }.keys)
    }
}

/// What a page says of itself.
public enum PresenceState: String, Sendable {
    /// The conversation is open and visible.
    case open
    /// So it is, and somebody is writing.
    case typing
    /// It was closed, or something else covers it.
    case closed
}

/// What a page said, on its way to the others.
struct PresenceNote: Sendable {
    struct Place: Hashable, Sendable {
        let landlord: Landlord.ID
        let person: Person.ID
        let tab: String
    }

    let place: Place
    let conversation: Conversation.ID
    let state: PresenceState
}
