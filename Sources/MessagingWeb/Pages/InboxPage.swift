/// Conversations, the open thread, and the tenant beside it.
struct InboxPage: Page {
    static let view = "inbox"

    /// What stands in a thread, oldest first.
    enum Entry: Sendable {
        case day(DayDivider)
        case message(MessageBubble)
        /// The line above the first unread message.
        case fresh(count: Int)
        /// A note, or who did what.
        case aside(ThreadAside)
    }

    struct ThreadEntry: Sendable { let day: DayDivider?, message: MessageBubble?, freshWords: String?, aside: ThreadAside? }

    /// The open conversation.
    struct Thread: Sendable {
        let threadID: String
        let container: String
        let name: String
        let firstName: String
        let home: String?
        let plate: DoorPlate
        let entries: [ThreadEntry]
        let isEmpty: Bool
        let composer: Composer
        let panel: TenantPanel
        let filing: FilingBar
        let labelling: LabelBox
        let back: String
        let readTo: String
        let earlier: String?

        /// - Parameters:
        ///   - id: the conversation's ID.
        ///   - name: the tenant's name, or the number of somebody unknown.
        ///   - home: property and flat.
        ///   - entries: oldest first.
        ///   - mayRead: whether the reader's look counts as the team's.
        ///   - earlier: address of the page with what was said before, nil when nothing was.
        init(
            id: String, name: String, home: String?, plate: DoorPlate, entries: [Entry], composer: Composer, panel: TenantPanel,
            filing: FilingBar, labelling: LabelBox, mayRead: Bool = true, earlier: String? = nil
        ) {
            threadID = id
            container = "messages-\(id)"
            self.name = name
            firstName = composer.firstName
            self.home = home
            self.plate = plate
            self.entries = entries.map(\.view)
            isEmpty = entries.isEmpty
            self.composer = composer
            self.panel = panel
            (self.filing, self.labelling) = (filing, labelling)
            back = Paths.inbox
            readTo = mayRead ? Paths.read(id) : ""
            self.earlier = earlier
        }
    }

    struct Nothing: Sendable { let nothingTitle: String, nothingWords: String, way: Composer.Link? }

    let frame: Frame
    let rows: [ConversationRow]
    let hasRows: Bool
    let openID: String
    let listID: String
    let show: String
    let choices: [ListChoice.Link]
    let search: String
    let searchPath: String
    let newPath: String
    let noRows: Nothing?
    let thread: Thread?
    let noThread: Nothing?

    /// - Parameters:
    ///   - frame: with `pane: .thread` when a thread is open, else `.list`.
    ///   - rows: newest first.
    ///   - search: what was searched for, empty for everything.
    ///   - choice: the part of the list that is shown.
    ///   - thread: the open conversation, nil on `/inbox`.
    ///   - hasHistory: whether anybody ever wrote, also in what is done.
    ///   - isConnected: whether the landlord has a number, which decides what an empty inbox says.
    init(
        frame: Frame, rows: [ConversationRow], search: String = "", choice: ListChoice = .all, thread: Thread? = nil,
        isConnected: Bool = true, hasHistory: Bool = false
    ) {
        self.frame = frame
        self.rows = rows
        hasRows = !rows.isEmpty
        openID = thread?.threadID ?? ""
        // What comes in live is put into the whole list only: whether it belongs to a part of it, the server tells when asked.
        listID = choice == .all ? "conversations" : "conversations-\(choice.rawValue)"
        show = choice == .all ? "" : choice.rawValue
        choices = ListChoice.allCases.map { ListChoice.Link($0, isCurrent: $0 == choice) }
        self.search = search
        searchPath = Paths.inbox
        newPath = Paths.contacts
        noRows = rows.isEmpty ? choice.nothing ?? Self.noRows(search: search, isConnected: isConnected, hasHistory: hasHistory) : nil
        self.thread = thread
        noThread = thread == nil ? Self.noThread(isConnected: isConnected, hasRows: !rows.isEmpty) : nil
    }

    private static func noRows(search: String, isConnected: Bool, hasHistory: Bool) -> Nothing {
        if !search.isEmpty {
            return Nothing(
                nothingTitle: "Nobody found for “\(search)”", nothingWords: "Names, flats and numbers are searched.",
                way: Composer.Link(linkName: "Show all", href: Paths.inbox))
        }
        if hasHistory {
            return Nothing(
                nothingTitle: "Everything is done", nothingWords: "What tenants write next appears here by itself.",
                way: Composer.Link(linkName: "Show what is done", href: Paths.inbox(show: ListChoice.done.rawValue)))
        }
        return isConnected
            ? Nothing(
                nothingTitle: "No conversations yet", nothingWords: "Write to a tenant first, or wait until one writes.",
                way: Composer.Link(linkName: "Choose a tenant", href: Paths.contacts))
            : Nothing(
                nothingTitle: "Your number is not connected yet", nothingWords: "Once it is, what tenants write appears here by itself.",
                way: Composer.Link(linkName: "Connect WhatsApp", href: Paths.connect))
    }

    private static func noThread(isConnected: Bool, hasRows: Bool) -> Nothing {
        hasRows
            ? Nothing(
                nothingTitle: "No conversation open", nothingWords: "Choose one from the list. New messages appear there by themselves.",
                way: nil)
            : Nothing(
                nothingTitle: isConnected ? "All quiet in the hallway" : "One number your tenants can write to",
                nothingWords: isConnected
                    ? "Nobody waits for an answer. New messages appear here by themselves."
                    : "Connecting takes about four minutes, in a window of Meta’s own.", way: nil)
    }
}

extension InboxPage.Entry {
    fileprivate var view: InboxPage.ThreadEntry {
        switch self {
        case .day(let day): .init(day: day, message: nil, freshWords: nil, aside: nil)
        case .message(let message): .init(day: nil, message: message, freshWords: nil, aside: nil)
        case .fresh(let count):
            .init(day: nil, message: nil, freshWords: count == 1 ? "1 new message" : "\(count) new messages", aside: nil)
        case .aside(let aside): .init(day: nil, message: nil, freshWords: nil, aside: aside)
        }
    }
}
