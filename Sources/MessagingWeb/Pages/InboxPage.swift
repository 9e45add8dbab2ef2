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
        let exports: ExportSection?
        let filing: FilingBar
        let labelling: LabelBox
        let back: String
        let readTo: String?
        let presenceTo: String
        let presence: PresenceWords
        let earlier: String?
        let onward: String?
        let isHistory: Bool
        let toEnd: String
        let newest: String
        let foundID: String?
        let today: String
        let gallery: String

        /// - Parameters:
        ///   - id: the conversation's ID.
        ///   - name: the tenant's name, or the number of somebody unknown.
        ///   - home: property and flat.
        ///   - entries: oldest first.
        ///   - presence: who else has it open; nobody without it.
        ///   - exports: copies of the conversation; nil where none can be made.
        ///   - mayRead: whether the reader's look counts as the team's.
        ///   - earlier: address of the page with what was said before, nil when nothing was.
        ///   - later: address of the page with what was said afterwards; nil at the end, where new messages are added.
        ///   - part: the part of the list that stands beside it.
        ///   - found: the message that was asked for.
        ///   - today: the reader's day, `2026-11-23`.
        init(
            id: String, name: String, home: String?, plate: DoorPlate, entries: [Entry], composer: Composer, panel: TenantPanel,
            presence: PresenceWords? = nil, filing: FilingBar, labelling: LabelBox, mayRead: Bool = true, exports: ExportSection? = nil,
            earlier: String? = nil, later: String? = nil, part: ListPart = .all, found: String? = nil, today: String = ""
        ) {
            threadID = id
            // What comes in live finds its place at the end only: an older part of the thread does not lie about what followed.
            newest = "messages-\(id)"
            container = later == nil ? newest : "history-\(id)"
            self.name = name
            firstName = composer.firstName
            self.home = home
            self.plate = plate
            self.entries = entries.map(\.view)
            isEmpty = entries.isEmpty
            self.composer = composer
            self.panel = panel
            (self.filing, self.labelling) = (filing, labelling)
            self.exports = exports
            back = Paths.inbox
            readTo = later == nil && mayRead ? Paths.read(id) : nil
            (self.earlier, onward, isHistory) = (earlier, later, later != nil)
            toEnd = Paths.conversation(id, part: part)
            foundID = found.map { "message-\($0)" }
            self.today = today
            gallery = Paths.gallery(of: id)
            presenceTo = Paths.presence(in: id)
            self.presence = presence ?? PresenceWords(in: id, writing: [], present: [])
        }
    }

    struct Nothing: Sendable { let nothingTitle: String, nothingWords: String, way: Composer.Link? }

    let frame: Frame
    let rows: [ConversationRow]
    let hasRows: Bool
    let openID: String
    let listID: String
    let partQuery: String
    let choices: [ListChoice.Link]
    let properties: [PropertyLink]
    let hasProperties: Bool
    let property: String?
    let allProperties: String
    let findings: FoundList?
    let search: String
    let searchPath: String
    let newPath: String
    let noRows: Nothing?
    let thread: Thread?
    let noThread: Nothing?

    /// - Parameters:
    ///   - frame: with `pane: .thread` when a thread is open, else `.list`.
    ///   - rows: newest first.
    ///   - part: the part of the list that is shown.
    ///   - properties: the landlord's, for choosing among them.
    ///   - found: messages with the words that were looked for; nil when nothing was.
    ///   - thread: the open conversation, nil on `/inbox`.
    ///   - hasHistory: whether anybody ever wrote, also in what is done.
    ///   - isConnected: whether the landlord has a number, which decides what an empty inbox says.
    init(
        frame: Frame, rows: [ConversationRow], part: ListPart = .all, properties: [String] = [], found: FoundList? = nil,
        thread: Thread? = nil, isConnected: Bool = true, hasHistory: Bool = false
    ) {
        self.frame = frame
        self.rows = rows
        hasRows = !rows.isEmpty
        openID = thread?.threadID ?? ""
        // What comes in live is put into the whole list only: whether it belongs to a part of it, the server tells when asked.
        listID = part.isEverything ? "conversations" : "conversations-part"
        partQuery = Paths.query(part.names)
        choices = ListChoice.allCases.map { ListChoice.Link($0, in: part) }
        self.properties = properties.isEmpty ? [] : ([nil] + properties).map { PropertyLink($0, in: part) }
        hasProperties = !properties.isEmpty
        property = part.property
        allProperties = Paths.inbox(ListPart(part.choice))
        search = part.search
        // One that finds nobody and nothing says so once.
        findings = found.flatMap { rows.isEmpty && $0.found.isEmpty ? nil : $0 }
        searchPath = Paths.inbox
        newPath = Paths.contacts
        noRows = rows.isEmpty && findings == nil ? Self.noRows(part, isConnected: isConnected, hasHistory: hasHistory) : nil
        self.thread = thread
        noThread = thread == nil ? Self.noThread(isConnected: isConnected, hasRows: !rows.isEmpty || !part.isEverything) : nil
    }

    private static func noRows(_ part: ListPart, isConnected: Bool, hasHistory: Bool) -> Nothing {
        let all = Composer.Link(linkName: "Show all", href: Paths.inbox)
        if !part.search.isEmpty {
            return Nothing(
                nothingTitle: "Nothing found for “\(part.search)”", nothingWords: "Names, flats, numbers and messages are searched.",
                way: all)
        }
        if let nothing = part.choice.nothing { return nothing }
        if part.property != nil {
            return Nothing(
                nothingTitle: "No conversations here", nothingWords: "Nobody of this property has been written to yet.", way: all)
        }
        if hasHistory {
            return Nothing(
                nothingTitle: "Everything is done", nothingWords: "What tenants write next appears here by itself.",
                way: Composer.Link(linkName: "Show what is done", href: Paths.inbox(ListPart(.done))))
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
