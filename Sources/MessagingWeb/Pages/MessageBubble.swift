import Foundation

/// One message in a thread. Page, answer of a form and live stream all render it from here.
struct MessageBubble: Page {
    static let view = "_message"

    enum Direction: Sendable {
        /// From the tenant, by the name that the thread uses.
        case incoming(from: String)
        /// From us; a colleague's name is shown, the reader's own is not.
        case outgoing(colleague: String?)
    }

    struct Event: Sendable { let eventIcon: String, eventWords: String }
    struct Unknown: Sendable { let unknownKind: String, original: String }
    struct Deleted: Sendable { let deletedWords: String, said: String? }

    let elementID: String
    let into: String
    let order: String
    let client: String?
    let side: String
    let edgeClass: String
    let isOut: Bool
    let speaker: String
    let colleague: String?
    let time: String
    let stamp: String
    let tick: Tick?
    let fate: String?
    let failure: Slip?
    let doubt: Slip?
    let text: FormattedText?
    let isBig: Bool
    let buttons: [String]
    let hasButtons: Bool
    let media: Media?
    let place: Place?
    let cards: [Card]
    let form: Form?
    let basket: Order?
    let advertisement: Advertisement?
    let unknown: Unknown?
    let deleted: Deleted?
    let event: Event?
    let asking: Choices?
    let quote: Quote?
    let reactions: [Reaction]
    /// Why a reaction of ours does not stand there.
    let reactionProblem: String?
    let does: Answers?
    /// Where every try and time of a message of ours can be read.
    let storyHref: String?
    let remark: String?
    let before: String?
    let csrf: String

    /// - Parameters:
    ///   - id: our message ID; the element is `message-<id>`.
    ///   - conversation: the thread's ID; the element goes into `messages-<conversation>`.
    ///   - direction: who wrote it.
    ///   - body: what it says.
    ///   - delivery: how far a message of ours has come; ignored for incoming ones.
    ///   - sentAt: Meta's time for incoming messages, ours for outgoing ones. Decides the order, then the ID does.
    ///   - reactionProblem: why a reaction of ours does not stand there, in a sentence.
    ///   - canBeAnswered: whether it can be quoted and reacted to.
    ///   - hasStory: whether it is kept, so that what happened to it can be asked.
    ///   - editedAt: when its sender last changed it.
    ///   - before: what it said before the change.
    ///   - clientMessageID: by which the browser that wrote it knows it again.
    ///   - csrf: the session's token for the forms in a slip; empty in live streams, where the page fills it in.
    init(
        id: String, conversation: String, direction: Direction, body: Body, delivery: Delivery = .waiting, sentAt: Date,
        quote: Quote? = nil, reactions: [Reaction] = [], reactionProblem: String? = nil, canBeAnswered: Bool = false,
        hasStory: Bool = false, advertisement: Advertisement? = nil, editedAt: Date? = nil,
        before: String? = nil, clientMessageID: String? = nil, csrf: String = "", words: TimeWords
    ) {
        elementID = "message-\(id)"
        into = "messages-\(conversation)"
        order = "\(TimeWords.stamp(sentAt)) \(id)"
        client = clientMessageID
        time = words.time(sentAt)
        stamp = TimeWords.stamp(sentAt)
        (isOut, speaker, colleague) =
            switch direction {
            case .incoming(let name): (false, name, nil)
            case .outgoing(let name): (true, name ?? "You", name)
            }
        side = isOut ? "out" : "in"
        tick = isOut ? Tick(delivery) : nil
        (fate, failure, doubt, edgeClass) = isOut ? Self.fate(of: delivery, words: words) : (nil, nil, nil, "")
        text = body.words.map(FormattedText.init)
        isBig = body.words.map(FormattedText.isFewEmoji) ?? false
        buttons =
            switch body {
            case .text(_, let buttons): buttons
            case .asked(_, let choices): choices.presses
            default: []
            }
        hasButtons = !buttons.isEmpty
        media = if case .media(let media, _) = body { media } else { nil }
        place = if case .location(let place) = body { place } else { nil }
        cards = if case .contacts(let cards) = body { cards } else { [] }
        asking = if case .asked(_, let choices) = body { choices } else { nil }
        form = if case .form(let form) = body { form } else { nil }
        basket = if case .order(let order, _) = body { order } else { nil }
        self.advertisement = advertisement
        unknown = if case .unknown(let kind, let original) = body { Unknown(unknownKind: kind, original: original) } else { nil }
        deleted = if case .deleted(let said) = body { Deleted(deletedWords: "\(speaker) deleted this message", said: said) } else { nil }
        event = if case .event(let icon, let words) = body { Event(eventIcon: icon.rawValue, eventWords: words) } else { nil }
        self.quote = quote
        self.reactions = reactions
        self.reactionProblem = reactionProblem
        does = canBeAnswered ? Answers(to: id, in: conversation) : nil
        storyHref = isOut && hasStory ? Paths.story(of: id, in: conversation) : nil
        remark = if let editedAt { "Edited \(words.time(editedAt))" } else if case .picked = body { "Picked a button" } else { nil }
        self.before = before
        self.csrf = csrf
    }

    /// The word under the last message, what hangs under a troubled one, and the bubble's edge.
    private static func fate(of delivery: Delivery, words: TimeWords) -> (String?, Slip?, Slip?, String) {
        switch delivery {
        case .waiting: ("Waiting for WhatsApp", nil, nil, "")
        case .sent: ("Sent", nil, nil, "")
        case .delivered(let at): ("Delivered" + (at.map { " \(words.time($0))" } ?? ""), nil, nil, "")
        case .read(let at): ("Read" + (at.map { " \(words.time($0))" } ?? ""), nil, nil, "")
        case .failed(let slip): (nil, slip, nil, "bad")
        case .checking(let slip): (nil, nil, slip, "unsure")
        }
    }
}

extension MessageBubble.Body {
    /// What was typed, for the kinds that have typed words.
    fileprivate var words: String? {
        switch self {
        case .text(let text, _), .picked(let text), .asked(let text, _): text
        case .media(_, let words), .order(_, let words): words
        default: nil
        }
    }
}
