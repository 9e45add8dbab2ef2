/// What surrounds every page: its title, the top bar, and what scripts need to know.
struct Frame: Sendable {
    /// The entry of the navigation that a page belongs to.
    enum Section: Sendable { case inbox, tenants, number, none }
    /// Which of its panes the inbox shows on a phone, where there is room for one.
    enum Pane: String, Sendable { case list, thread, page }

    struct Entry: Sendable { let name: String, href: String, icon: String, isCurrent: Bool, unread: UnreadCount? }
    struct Account: Sendable {
        let name: String, initials: String, signOut: String, notifications: String, ways: [Composer.Link], others: [Other]
        let hasOthers: Bool, switchTo: String
    }
    /// Another landlord whom the person serves too.
    struct Other: Sendable { let otherID: String, otherName: String }

    let documentTitle: String
    let landlordName: String?
    let home: String
    let entries: [Entry]
    let hasEntries: Bool
    let account: Account?
    let csrf: String
    let live: String?
    let pane: String
    let assets: String
    let styleSheets: [String]
    let refresh: Int?

    /// - Parameters:
    ///   - title: what the browser's tab says before the product's name.
    ///   - landlord: the landlord's name; nil when nobody is signed in, which also takes away the navigation.
    ///   - person: who is signed in.
    ///   - csrf: the session's token, repeated by every form in a hidden field `csrf`.
    ///   - section: the navigation's current entry.
    ///   - unread: conversations with something unread, shown beside "Inbox".
    ///   - live: address of the page's live stream (`Paths.live(after:)`), nil when the page needs none.
    ///   - pane: what a phone shows.
    ///   - home: where the product's name leads; the inbox, or signing in, unless told otherwise.
    ///   - others: landlords to whom the person can switch.
    ///   - refresh: after how many seconds the browser fetches the page anew, where a person asked for that.
    init(
        title: String, landlord: String? = nil, person: String? = nil, csrf: String = "", section: Section = .none, unread: Int = 0,
        live: String? = nil, pane: Pane = .page, home: String? = nil, refresh: Int? = nil, others: [Other] = []
    ) {
        documentTitle = (unread > 0 ? "(\(unread)) " : "") + title + " · ZenRent"
        landlordName = landlord
        self.home = home ?? (landlord == nil ? Paths.signIn : Paths.inbox)
        self.refresh = refresh
        entries = landlord == nil ? [] : Self.entries(section: section, unread: unread)
        hasEntries = landlord != nil
        account = person.map {
            Account(
                name: $0, initials: Self.initials(of: $0), signOut: Paths.signOut, notifications: Paths.notifications,
                ways: landlord == nil ? [] : Self.ways, others: others, hasOthers: !others.isEmpty, switchTo: Paths.switchOver)
        }
        self.csrf = csrf
        self.live = live
        self.pane = pane.rawValue
        assets = Paths.assets
        styleSheets = StaticAssets.styleSheets
    }

    private static func entries(section: Section, unread: Int) -> [Entry] {
        [
            Entry(name: "Inbox", href: Paths.inbox, icon: "inbox", isCurrent: section == .inbox, unread: UnreadCount(unread)),
            Entry(name: "Tenants", href: Paths.contacts, icon: "people", isCurrent: section == .tenants, unread: nil),
            Entry(name: "Your number", href: Paths.connect, icon: "phone", isCurrent: section == .number, unread: nil),
        ]
    }

    private static let ways = [
        Composer.Link(linkName: "People", href: Paths.people), Composer.Link(linkName: "Quick answers", href: Paths.quickAnswers),
    ]

    static func initials(of name: String) -> String {
        name.split(separator: " ").prefix(2).compactMap(\.first).map(String.init).joined()
    }
}

/// How many conversations have something unread, beside "Inbox"; nothing when none has.
struct UnreadCount: Page {
    static let view = "_unread"
    static let sample = UnreadCount(3)
    static let variants = [UnreadCount(0)]

    let unreadCount: String?

    init(_ count: Int) { unreadCount = count > 0 ? String(count) : nil }
}
