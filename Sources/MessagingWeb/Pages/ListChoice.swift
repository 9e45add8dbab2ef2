/// Which part of the list of conversations is shown. The names in addresses are those of `ConversationFilter`.
enum ListChoice: String, Sendable, CaseIterable {
    case all, unread, mine, nobodys, waiting, closing, undelivered, later, done

    struct Link: Sendable {
        let href: String
        let choiceName: String
        let isCurrent: Bool

        init(_ choice: ListChoice, in part: ListPart) {
            href = Paths.inbox(ListPart(choice, property: part.property))
            choiceName = choice.name
            isCurrent = choice == part.choice && part.search.isEmpty
        }
    }

    private var name: String {
        switch self {
        case .all: "Open"
        case .unread: "Unread"
        case .waiting: "Waiting"
        case .closing: "Closing"
        case .undelivered: "Not delivered"
        case .mine: "Mine"
        case .nobodys: "Nobody’s"
        case .later: "Later"
        case .done: "Done"
        }
    }

    /// What an empty part says; nil for the whole list, which has more to say.
    var nothing: InboxPage.Nothing? {
        let (title, words): (String, String)
        switch self {
        case .all: return nil
        case .unread: (title, words) = ("Everything is read", "What tenants write next is counted here.")
        case .waiting: (title, words) = ("Nobody waits for an answer", "In every conversation the last word is yours.")
        case .closing: (title, words) = ("No window closes soon", "Conversations stand here in the last 3 of WhatsApp’s 24 hours.")
        case .mine: (title, words) = ("Nothing of yours is open", "What you take over, or a colleague gives to you, stands here.")
        case .nobodys: (title, words) = ("Somebody looks after everything", "Open conversations that nobody has taken over stand here.")
        case .later: (title, words) = ("Nothing is put off", "What you put off stands here until its time, or until somebody writes.")
        case .done: (title, words) = ("Nothing is done yet", "What you mark as done stands here until somebody writes again.")
        case .undelivered: (title, words) = ("Everything has arrived", "A last message that did not arrive, or may not have, stands here.")
        }
        return InboxPage.Nothing(
            nothingTitle: title, nothingWords: words, way: Composer.Link(linkName: "Show what is open", href: Paths.inbox))
    }
}
