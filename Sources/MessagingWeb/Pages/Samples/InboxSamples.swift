import Foundation

extension ConversationRow {
    static let sample = Cast.row(
        "nadia", Cast.nadia, "Nadia Rahman", "12 Elm Road", "2026-11-23T10:41:00Z",
        "Could someone come today? My mother is staying with us", unread: 2)

    static let variants: [ConversationRow] = [
        Cast.row(
            "tom", Cast.tom, "Tom Okafor", "12 Elm Road", "2026-11-23T16:04:00Z", "The new key-safe code is 4471",
            delivery: .failed(Cast.undeliverable), flag: .notDelivered),
        Cast.row(
            "new", DoorPlate(unit: nil, property: nil), "+44 7700 900482", nil, "2026-11-23T09:30:00Z",
            "Hello, I saw the flat in Mill Lane. Is it still free?", unread: 2),
        Cast.row(
            "fatou", DoorPlate(unit: "3D", property: "12 Elm Road"), "Fatou N’Diaye", "12 Elm Road", "2026-11-23T08:40:00Z",
            "Voice message", icon: "mic"),
        Cast.row(
            "maria", DoorPlate(unit: "7", property: "Harbour Court"), "Maria da Conceição Albuquerque-Vasconcelos", "Harbour Court",
            "2026-11-22T17:25:00Z", "Is the lift still out of order? The pram is heavy", flag: .closing(left: "1 h 20 left"), unread: 1),
        Cast.row(
            "sam", DoorPlate(unit: "G2", property: "Old Bakery"), "Sam Whitfield & Jo Park", "Old Bakery", "2026-11-22T11:00:00Z",
            "Thank you both, rent received for November", speaker: "You", delivery: .delivered(at: nil)),
        Cast.row(
            "arabic", DoorPlate(unit: "5", property: "Lakeside"), "عبد الرحمن الخطيب", "Lakeside 9", "2026-11-22T10:00:00Z",
            "شكرا جزيلا، وصلت الرسالة"),
        Cast.row(
            "omar", DoorPlate(unit: "2B", property: "3 Mill Lane"), "Omar Haddad", "3 Mill Lane", "2026-11-20T19:00:00Z", "Thank you",
            flag: .done),
        Cast.row(
            "rosa", DoorPlate(unit: "Room 2", property: "27 Harbour Street"), "Rosa Lind", "27 Harbour Street", "2026-11-20T18:30:00Z",
            "I am back on Tuesday", flag: .later(until: "Tue 9:00")),
        Cast.row(
            "ines", Cast.ines, "Ines Duarte", "3 Mill Lane", "2026-11-20T18:04:00Z", "Thank you Ines, I will ask our electrician",
            speaker: "Marek", delivery: .read(at: nil), flag: .closed),
    ]
}

extension Cast {
    static func row(
        _ id: String, _ plate: DoorPlate, _ name: String, _ home: String?, _ lastAt: String, _ text: String, icon: String? = nil,
        speaker: String? = nil, delivery: Delivery? = nil, flag: ConversationRow.Flag? = nil, unread: Int = 0, isOpen: Bool = false
    ) -> ConversationRow {
        ConversationRow(
            conversation: "c-\(id)", plate: plate, name: name, home: home, lastAt: moment(lastAt), preview: (icon, text), speaker: speaker,
            delivery: delivery, flag: flag, unread: unread, isOpen: isOpen, words: words)
    }

    static func rows(open: String? = nil) -> [ConversationRow] {
        let nadia = row(
            "nadia", nadia, "Nadia Rahman", "12 Elm Road", "2026-11-23T10:41:00Z", "Could someone come today? My mother is staying with us",
            unread: 2,
            isOpen: open == "nadia")
        return ([nadia] + ConversationRow.variants).sorted { $0.order > $1.order }
    }

    static let panel = TenantPanel(
        plate: nadia, name: "Nadia Rahman", number: "+44 7700 900118",
        facts: [("Home", "12 Elm Road, flat 4B"), ("Lease", "1 Mar 2024 – 28 Feb 2027"), ("Language", "English")], consent: .agreed,
        consentWords: "On 3 March 2024, in the lease form, clause 14.")

    static func thread(
        _ entries: [InboxPage.Entry], composer: Composer = .sample, earlier: String? = nil, later: String? = nil, found: String? = nil
    ) -> InboxPage.Thread {
        InboxPage.Thread(
            id: conversation, name: "Nadia Rahman", home: "12 Elm Road, flat 4B", plate: nadia, entries: entries, composer: composer,
            panel: panel, filing: .sample, labelling: .sample, exports: .sample,
            earlier: earlier, later: later, part: later == nil ? .all : ListPart(search: "boiler"), found: found, today: "2026-11-23")
    }

    /// A repair in four messages, as the pictures show it.
    static let repair: [InboxPage.Entry] = [
        .day(DayDivider(of: moment("2026-11-22T12:00:00Z"), conversation: conversation, words: words)),
        .message(
            outgoing(
                "0", "Hi Nadia, the service visit for the boiler is due in December. Any morning that suits you?", .read(at: nil),
                at: "2026-11-22T18:20:00Z", colleague: "Marek")),
        .message(incoming("1", .text("Tuesdays are best 👍"), at: "2026-11-22T18:31:00Z")),
        .day(DayDivider(of: words.now, conversation: conversation, words: words)),
        .message(incoming("3", .text("Good morning, the boiler shows E119 again and there is no hot water."), at: "2026-11-23T09:14:00Z")),
        .message(incoming("4", .media(.init(.voice, at: .here(Cast.voice)), caption: nil), at: "2026-11-23T09:15:00Z")),
        .message(.sample),
        .aside(.sample),
        .fresh(count: 2),
        .message(
            incoming(
                "6", .media(.init(.image, at: .here(Cast.photo)), caption: "It is at 0.4, and a little water drips."),
                at: "2026-11-23T10:38:00Z"
            )),
        .message(
            incoming("21", .text("Could someone come today? My mother is staying with us and she is 81."), at: "2026-11-23T10:41:00Z")),
    ]
}

extension InboxPage {
    static let sample = InboxPage(
        frame: Cast.frame("Nadia Rahman", unread: 3, pane: .thread), rows: Cast.rows(open: "nadia"),
        thread: Cast.thread(Cast.repair, earlier: "/inbox/c-nadia?before=0"))

    static let variants =
        [
            InboxPage(frame: Cast.frame("Inbox", unread: 3, pane: .list), rows: Cast.rows()),
            InboxPage(
                frame: Cast.frame("Nadia Rahman", unread: 3, pane: .thread), rows: Cast.rows(open: "nadia"),
                thread: Cast.thread(Array(Cast.repair.prefix(3)), composer: Composer.variants[1])),
            InboxPage(
                frame: Cast.frame("Nadia Rahman", unread: 3, pane: .thread), rows: Cast.rows(open: "nadia"),
                thread: Cast.thread(MessageBubble.samples.map { .message($0) })),
            InboxPage(frame: Cast.frame("Inbox", pane: .list), rows: []),
            InboxPage(frame: Cast.frame("Inbox", pane: .list), rows: [], isConnected: false),
            InboxPage(frame: Cast.frame("Inbox", pane: .list), rows: [], hasHistory: true),
            InboxPage(
                frame: Cast.frame("Inbox", pane: .list), rows: [], part: ListPart(search: "boilr"),
                found: FoundList([])),
            InboxPage(
                frame: Cast.frame("Inbox", pane: .list), rows: [ConversationRow.sample], part: ListPart(search: "mill"),
                found: FoundList([])),
            InboxPage(
                frame: Cast.frame("Nadia Rahman", pane: .thread), rows: [], part: ListPart(search: "boiler"),
                found: FoundList([FoundRow.sample, FoundRow.other], older: "/inbox?q=boiler&cursor=1"),
                thread: Cast.thread(Cast.repair, earlier: "/inbox/c-nadia?before=0", later: "/inbox/c-nadia?after=0", found: "3")),
            InboxPage(
                frame: Cast.frame("Inbox", pane: .list), rows: Cast.rows(), part: ListPart(.unread, property: "12 Elm Road"),
                properties: ["12 Elm Road", "3 Mill Lane", "Harbour Court"]),
        ]
        + Composer.variants.dropFirst().map {
            InboxPage(
                frame: Cast.frame("Nadia Rahman", pane: .thread), rows: Cast.rows(open: "nadia"),
                thread: Cast.thread(Array(Cast.repair.prefix(3)), composer: $0))
        } + [
            InboxPage(
                frame: Cast.frame("Nadia Rahman", pane: .thread), rows: Cast.rows(open: "nadia"),
                thread: Cast.thread([], composer: Composer.variants[2]))
        ]
}

extension ContactsPage {
    static let sample = ContactsPage(
        frame: Cast.frame("Tenants", section: .tenants, unread: 3), total: 43,
        tenants: [
            Cast.tenant("Grace Adeyemi", "2B", "3 Mill Lane", "+44 7700 900630", .saidStop, "2026-11-02T09:00:00Z"),
            Cast.tenant("Ines Duarte", "2A", "3 Mill Lane", "+44 7700 900264", .agreed, "2026-11-20T17:53:00Z"),
            Cast.tenant("Łukasz Wiśniewski-Grzegorzewski", "12", "Foundry Yard", "+48 601 000 442", .agreed, "2026-11-23T09:12:00Z"),
            Cast.tenant(
                "Maria da Conceição Albuquerque-Vasconcelos", "7", "Harbour Court", "+351 910 000 173", .agreed, "2026-11-22T17:25:00Z"),
            Cast.tenant("Nadia Rahman", "4B", "12 Elm Road", "+44 7700 900118", .agreed, "2026-11-23T10:41:00Z"),
            Cast.tenant("Sam Whitfield", "G2", "Old Bakery", "+44 7700 900519", .notAsked, nil),
            Cast.tenant("Tom Okafor", "1C", "12 Elm Road", "+44 7700 900305", .agreed, "2026-11-23T16:04:00Z"),
            Cast.tenant("Yusuf Demir", nil, nil, nil, .noNumber, nil),
        ], next: "/contacts?cursor=8")

    static let variants = [
        ContactsPage(frame: Cast.frame("Tenants", section: .tenants), total: 0, tenants: []),
        ContactsPage(frame: Cast.frame("Tenants", section: .tenants), total: 43, search: "nadja", tenants: []),
    ]
}

extension Cast {
    static func tenant(_ name: String, _ unit: String?, _ property: String?, _ number: String?, _ consent: Consent, _ lastAt: String?)
        -> ContactsPage.Tenant
    {
        ContactsPage.Tenant(
            contact: "p-\(name.count)", plate: DoorPlate(unit: unit, property: property), name: name,
            home: property.map { "\($0), flat \(unit ?? "")" }, number: number, consent: consent, lastMessageAt: lastAt.map(moment),
            canWrite: number != nil, words: words)
    }
}
