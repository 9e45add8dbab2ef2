import Foundation
import SQLDatabase

/// One change a landlord can see. It names what changed; readers fetch how it stands now, so a late reader ends in the server's state.
public struct LiveEvent: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable, SQLBindable {
        case message, conversation, contact, account, onboarding, template, export, entry, person, label, quickAnswer
    }

    /// Rises by one per event of the landlord; travels as the stream's `id`.
    public let sequence: Int64
    public let kind: Kind
    /// The ID of what changed: a message's, a conversation's, …
    public let subjectId: String
    public let conversationId: Conversation.ID?
    public let at: Date
}

/// A change on its way to becoming a live event.
struct Change: Hashable {
    let kind: LiveEvent.Kind
    let subject: String
    let conversation: Conversation.ID?

    static func message(_ id: Message.ID, in conversation: Conversation.ID) -> Change {
        Change(kind: .message, subject: id.rawValue, conversation: conversation)
    }

    static func conversation(_ id: Conversation.ID) -> Change {
        Change(kind: .conversation, subject: id.rawValue, conversation: id)
    }

    static func export(_ id: Export.ID, of conversation: Conversation.ID) -> Change {
        Change(kind: .export, subject: id.rawValue, conversation: conversation)
    }

    static func entry(_ id: Entry.ID, in conversation: Conversation.ID) -> Change {
        Change(kind: .entry, subject: id.rawValue, conversation: conversation)
    }

    /// The platform's IDs may hold anything; what would break a line of a block stays out of it.
    static func person(_ id: Person.ID) -> Change {
        let isPlain = id.rawValue.unicodeScalars.allSatisfy { $0.value >= 32 }
        return Change(kind: .person, subject: isPlain ? id.rawValue : "", conversation: nil)
    }

    static func label(_ id: Label.ID) -> Change { Change(kind: .label, subject: id.rawValue, conversation: nil) }
    static func quickAnswer(_ id: QuickAnswer.ID) -> Change { Change(kind: .quickAnswer, subject: id.rawValue, conversation: nil) }
    static func contact(_ id: Contact.ID) -> Change { Change(kind: .contact, subject: id.rawValue, conversation: nil) }
    static func account(_ id: Line.ID) -> Change { Change(kind: .account, subject: id.rawValue, conversation: nil) }
    static func onboarding(_ id: Onboarding.ID) -> Change { Change(kind: .onboarding, subject: id.rawValue, conversation: nil) }
    static func template(_ name: String) -> Change { Change(kind: .template, subject: name, conversation: nil) }
}
