import Foundation

/// Messages that answer one another, and kinds that are more than words.
enum AnswerSamples {
    private static let place = MessageBubble.Place(
        name: "The key safe", address: "12 Elm Road", latitude: 51.50335, longitude: -0.11963)
    private static let buttons = MessageBubble.Choices(
        heading: "Visit on Tuesday", footing: "Brandt Lettings", presses: ["Yes, that suits me", "Another time"])
    private static let list = MessageBubble.Choices(
        list: .init(
            opener: "Choose",
            parts: [
                .init(partName: "Kitchen", rows: [.init(rowName: "Tap", rowHint: "Drips"), .init(rowName: "Oven", rowHint: nil)]),
                .init(partName: "Bath", rows: [.init(rowName: "Shower", rowHint: nil)]),
            ]))
    private static let link = MessageBubble.Choices(
        press: .init(pressName: "Open it", pressHref: "https://zenrent.example/statement"))

    static let bubbles: [MessageBubble] = [
        answerable("30", .incoming(from: "Nadia"), .text("Can be answered"), reactions: [.init(emoji: "❤️", by: "You")]),
        answerable("31", .outgoing(colleague: nil), .text("Read, with its story"), .read(at: Cast.moment("2026-11-23T16:06:00Z"))),
        answerable(
            "32", .incoming(from: "Nadia"), .text("Reaction on its way"), reactions: [.init(emoji: "👍", by: "You", isWaiting: true)]),
        answerable(
            "33", .incoming(from: "Nadia"), .text("Reaction that failed"), reactions: [.init(emoji: "👍", by: "You")],
            problem: "Your reaction 😂 was not delivered. More than 24 hours have passed since this person last wrote."),
        answerable("34", .outgoing(colleague: nil), .location(place), .delivered(at: nil)),
        answerable(
            "35", .outgoing(colleague: nil), .contacts([.init(cardName: "Harker Heating", numbers: ["+44 7700 900640"])]),
            .delivered(at: nil)),
        answerable("36", .outgoing(colleague: nil), .asked("Does 10:00 suit you?", buttons), .delivered(at: nil)),
        answerable("37", .outgoing(colleague: nil), .asked("What is broken?", list), .sent),
        answerable("38", .outgoing(colleague: nil), .asked("Your statement for November", link), .sent),
        answerable("39", .incoming(from: "Nadia"), .event(icon: .phone, words: "Missed voice call")),
    ]

    private static func answerable(
        _ id: String, _ direction: MessageBubble.Direction, _ body: MessageBubble.Body, _ delivery: Delivery = .sent,
        reactions: [MessageBubble.Reaction] = [], problem: String? = nil
    ) -> MessageBubble {
        MessageBubble(
            id: id, conversation: Cast.conversation, direction: direction, body: body, delivery: delivery,
            sentAt: Cast.moment("2026-11-23T16:05:00Z"), reactions: reactions, reactionProblem: problem, canBeAnswered: true,
            hasStory: true, csrf: Cast.csrf, words: Cast.words)
    }

    static let composers: [Composer] = [
        composer(
            "i",
            reply: .init(
                replyID: "3", replyName: "Nadia", replyWords: "Good morning, the boiler shows E119 again and there is no hot water.")),
        composer("j", form: form(.place, ["where": "51.50335, -0.11963", "name": "The key safe"], bubbles[4])),
        composer("k", form: form(.card, [:], nil)),
        composer("l", form: form(.list, ["text": "What is broken?", "choices": "Kitchen:\nTap – drips"], bubbles[7])),
    ]

    private static func composer(_ id: String, reply: Composer.Reply? = nil, form: KindForm? = nil) -> Composer {
        Composer(
            conversation: Cast.conversation, firstName: "Nadia", mode: .open(until: Cast.moment("2026-11-24T10:41:00Z")), csrf: Cast.csrf,
            clientMessageID: id, reply: reply, form: form, words: Cast.words)
    }

    private static func form(_ kind: MessageKind, _ given: [String: String], _ bubble: MessageBubble?) -> KindForm {
        KindForm(
            kind.rawValue, title: kind.name, icon: kind.icon, in: Cast.conversation, fields: kind.fields(FormFields(given)),
            shortcut: kind == .card ? Composer.Link(linkName: "Your own card", href: "?own=yes") : nil,
            preview: bubble.map { KindPreview(in: Cast.conversation, bubble: $0) } ?? .variants[0])
    }
}

extension KindPreview {
    static let sample = KindPreview(in: Cast.conversation, bubble: AnswerSamples.bubbles[6])
    static let variants = [KindPreview(in: Cast.conversation, lacks: "What you fill in shows here.")]
}

extension MessageStory {
    static let sample = MessageStory(
        of: "17",
        steps: [
            Step(stepDay: "Yesterday", stepTime: "16:01:58", stepWords: "Written, and waiting for its turn", stepCode: nil),
            Step(stepDay: nil, stepTime: "16:01:58", stepWords: "Handed to WhatsApp", stepCode: nil),
            Step(
                stepDay: "Today", stepTime: "09:02:03", stepWords: "Not delivered. Nadia’s phone could not receive it.",
                stepCode: "Code 131026"),
        ])
}

extension EmojiPicker {
    static let sample = EmojiPicker(for: "30", in: Cast.conversation, standing: "❤️", clientMessageID: "m", csrf: Cast.csrf)
    static let variants = [EmojiPicker(for: "30", in: Cast.conversation, standing: nil, clientMessageID: "n", csrf: Cast.csrf)]
}

extension MessagePage {
    static let sample = MessagePage(
        frame: Cast.frame("Nadia Rahman"), bubble: AnswerSamples.bubbles[1], in: Cast.conversation, name: "Nadia", story: .sample)
    static let variants = [
        MessagePage(
            frame: Cast.frame("Nadia Rahman"), bubble: AnswerSamples.bubbles[0], in: Cast.conversation, name: "Nadia", picker: .sample,
            notice: "This message is more than 30 days old. WhatsApp takes no reaction to it any more.")
    ]
}
