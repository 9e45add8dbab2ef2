import Foundation

extension ThreadAside {
    static let sample = Cast.aside(
        "e1", .note("Same fault in March. *Harker Heating’s* work is under warranty until 2 February."), by: "Marek",
        at: "2026-11-23T09:31:00Z")

    static let variants = [
        Cast.aside("e2", .event(icon: "user", sentence: "Marek took this over"), by: "Marek", at: "2026-11-23T09:32:00Z"),
        Cast.aside(
            "e3",
            .note(
                """
                Call:
                1. Harker
                2. the `night` line
                > He said he would come
                - or not
                ```
                0.4 bar
                ```
                """), by: "You", at: "2026-11-23T09:33:00Z"),
    ]
}

extension Cast {
    static func aside(_ id: String, _ kind: ThreadAside.Kind, by: String, at: String) -> ThreadAside {
        ThreadAside(id: id, conversation: conversation, kind: kind, by: by, at: moment(at), words: words)
    }

    static let choices = [
        FilingBar.Choice(choiceID: "olga", choiceName: "Me", isChosen: false),
        FilingBar.Choice(choiceID: "marek", choiceName: "Marek Kowalski", isChosen: true),
        FilingBar.Choice(choiceID: "", choiceName: "Nobody", isChosen: false),
    ]
}

extension FilingBar {
    static let sample = FilingBar(
        conversation: Cast.conversation, assignee: "Marek Kowalski", choices: Cast.choices, csrf: Cast.csrf, words: Cast.words)

    static let variants = [
        FilingBar(
            conversation: Cast.conversation, assignee: nil, choices: Cast.choices,
            closed: Closed(closedWords: "Tue 9:00", closedIcon: "moon"), csrf: Cast.csrf, words: Cast.words),
        FilingBar(
            conversation: Cast.conversation, assignee: "Marek Kowalski", choices: [],
            closed: Closed(closedWords: "Done", closedIcon: "check"), mayFile: false, words: Cast.words),
    ]
}

extension LabelBox {
    static let sample = LabelBox(
        conversation: Cast.conversation,
        labels: [
            Choice(id: "l1", name: "Boiler", hue: 0, isWorn: true), Choice(id: "l2", name: "Elderly guest", hue: 1, isWorn: true),
            Choice(id: "l3", name: "Keys", hue: 2, isWorn: false),
        ], csrf: Cast.csrf)

    static let variants = [LabelBox(conversation: Cast.conversation, labels: [], mayLabel: false)]
}

extension PeoplePage {
    private static let colleagues = [
        Colleague(
            id: "olga", name: "Olga Brandt", role: .owner, since: Cast.moment("2024-03-01T09:00:00Z"), isReader: true, mayChange: true,
            words: Cast.words),
        Colleague(
            id: "marek", name: "Marek Kowalski", role: .agent, since: Cast.moment("2026-09-14T09:00:00Z"), isReader: false,
            mayChange: true, words: Cast.words),
        Colleague(
            id: "x", name: nil, role: .readOnly, since: Cast.moment("2026-11-20T09:00:00Z"), isReader: false, mayChange: true,
            words: Cast.words),
    ]

    static let sample = PeoplePage(
        frame: Cast.frame("People", section: .none), colleagues: colleagues, ownName: "Olga Brandt",
        inviting: Inviting(
            inviteTo: Paths.invite, roles: Standing.agent.choices,
            open: [Open(openFor: "Nina", openRole: "Agent", openUntil: "30 November 2026", withdrawTo: Paths.withdraw("i1"))],
            hasOpen: true,
            made: Made(
                madeLink: "https://wa.example/join#kq3…",
                madeWords: "It lets one person in, until 30 November 2026, and is shown only here and now.")))

    static let variants = [
        PeoplePage(
            frame: Cast.frame("People", section: .none),
            colleagues: [
                Colleague(
                    id: "olga", name: "Olga Brandt", role: .owner, since: Cast.moment("2024-03-01T09:00:00Z"), isReader: false,
                    mayChange: false, words: Cast.words)
            ], ownName: "Marek Kowalski", notice: "There must be an owner. Make somebody else one first.")
    ]
}

extension JoinPage {
    static let sample = JoinPage(
        frame: Cast.frame("Invitation", section: .none),
        offer: Offer(
            landlordName: "Brandt Lettings", offerRole: "Agent", offerWords: "writes to tenants and keeps the inbox in order", code: "kq3",
            acceptTo: Paths.accept))

    static let variants = [
        JoinPage(
            frame: Cast.frame("Invitation", section: .none),
            notice: "This invitation was used, withdrawn, or is too old. Ask for a new one.")
    ]
}

extension QuickOptions {
    static let sample = QuickOptions(
        conversation: Cast.conversation,
        options: [
            Option(
                id: "q1", title: "Engineer is coming", text: "Hello Nadia, an engineer comes to 12 Elm Road, flat 4B today.", gaps: [],
                conversation: Cast.conversation),
            Option(
                id: "q2", title: "Keys", text: "Your keys for {{unit}} are ready.", gaps: ["flat"], conversation: Cast.conversation),
        ])

    static let variants = [QuickOptions(conversation: Cast.conversation, options: [])]
}

extension QuickChoicePage {
    static let sample = QuickChoicePage(frame: Cast.frame("Quick answers"), firstName: "Nadia", options: .sample)
    static let variants = [QuickChoicePage(frame: Cast.frame("Quick answers"), firstName: "Nadia", options: QuickOptions.variants[0])]
}

extension QuickAnswersPage {
    private static let gaps = [(written: "{{first_name}}", words: "first name"), (written: "{{unit}}", words: "flat")]
    private static let answers = [
        Answer(id: "q1", title: "Engineer is coming", text: "Hello {{first_name}}, an engineer comes to {{address}} today.")
    ]

    static let sample = QuickAnswersPage(frame: Cast.frame("Quick answers", section: .none), answers: answers, gaps: gaps)

    static let variants = [
        QuickAnswersPage(frame: Cast.frame("Quick answers", section: .none), answers: answers, gaps: gaps, mayChange: false),
        QuickAnswersPage(frame: Cast.frame("Quick answers", section: .none), answers: [], gaps: gaps, mayChange: false),
        QuickAnswersPage(
            frame: Cast.frame("Quick answers", section: .none), answers: answers, gaps: gaps,
            draft: Draft(draftTitle: "Rent", draftText: "Your rent {{amount}} is due."),
            notice: "Nothing is known that would fill {{amount}}. Use {{first_name}}, {{unit}}."),
    ]
}
