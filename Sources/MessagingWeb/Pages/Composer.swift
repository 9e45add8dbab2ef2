import Foundation

/// Where one writes: freely while WhatsApp's 24 hours run, else with a template, or not at all, with the reason.
struct Composer: Page {
    static let view = "_composer"

    enum Mode: Sendable {
        /// WhatsApp lets us write freely until then (24 hours after the tenant's last message).
        case open(until: Date)
        /// Only approved templates may go out.
        /// - Parameter lastWrote: when the tenant last wrote, nil when never.
        case closed(lastWrote: Date?, templates: [TemplateChoice])
        /// The landlord has no connected number.
        case noLine
        /// The tenant said STOP or never agreed, in a whole sentence.
        case silent(why: String)
    }

    struct Open: Sendable {
        let untilWords: String, leftWords: String, until: String, marks: String, tone: String
        /// What a message looks like before the server has it.
        let pending: MessageBubble
    }
    /// The message that is being answered.
    struct Reply: Sendable { let replyID: String, replyName: String, replyWords: String }
    /// A way to a form.
    struct Kind: Sendable { let kindName: String, kindIcon: String, kindHref: String }
    struct Closed: Sendable { let closedWords: String, templates: [TemplateChoice], hasTemplates: Bool, hasChoice: Bool }
    /// Words that go out once the tenant answers.
    struct Later: Sendable { let laterID: String, laterWords: String, laterProblem: String? }
    /// Where notes are written that only the team sees.
    struct Note: Sendable { let noteTo: String, noteID: String, noteDraft: String, isNoting: Bool }
    struct Silent: Sendable { let why: String, silentIcon: String, link: Link? }
    struct Link: Sendable { let linkName: String, href: String }

    let conversation: String
    let firstName: String
    let postTo: String
    let postTemplateTo: String
    let postFilesTo: String
    let postLaterTo: String
    let takeBackTo: String
    /// Answers what to offer instead of what can no longer be written.
    let turnTo: String
    let pageHref: String
    let reply: Reply?
    let kindForm: KindForm?
    let kinds: [Kind]
    let quickFrom: String
    let note: Note?
    let mayWrite: Bool
    let later: Later?
    let isMatched: Bool
    let csrf: String
    let clientMessageID: String
    let draft: String
    let notice: String?
    let open: Open?
    let closed: Closed?
    let silent: Silent?

    /// - Parameters:
    ///   - conversation: the thread's ID; the element is `composer-<id>`.
    ///   - firstName: what labels call the tenant.
    ///   - clientMessageID: a fresh ID, so that pressing Send twice sends once. Scripts make a new one after each message.
    ///   - draft: words to put back after a refusal.
    ///   - reply: the message that is being answered.
    ///   - form: stands in the pad's place.
    ///   - later: words that go out once the tenant answers.
    ///   - isMatched: the templates are in the order of how well they say what is being written.
    ///   - note: where notes are written; nil for somebody who reads along.
    ///   - notice: why the last attempt was refused, and what to do.
    init(
        conversation: String, firstName: String, mode: Mode, csrf: String = "", clientMessageID: String, draft: String = "",
        reply: Reply? = nil, form: KindForm? = nil, later: Later? = nil, isMatched: Bool = false, note: Note? = nil, mayWrite: Bool = true,
        notice: String? = nil, words: TimeWords
    ) {
        (self.conversation, self.firstName, self.csrf, self.draft, self.notice) = (conversation, firstName, csrf, draft, notice)
        self.clientMessageID = clientMessageID
        postTo = Paths.messages(in: conversation)
        postTemplateTo = Paths.templates(in: conversation)
        postFilesTo = Paths.files(in: conversation)
        postLaterTo = Paths.later(in: conversation)
        takeBackTo = Paths.takeBack(in: conversation)
        turnTo = Paths.composer(of: conversation)
        pageHref = Paths.conversation(conversation)
        (self.reply, kindForm) = (reply, form)
        kinds = MessageKind.allCases.map {
            Kind(kindName: $0.name, kindIcon: $0.icon, kindHref: Paths.more($0.rawValue, in: conversation))
        }
        quickFrom = Paths.quickAnswers(in: conversation)
        (self.later, self.isMatched, self.note, self.mayWrite) = (later, isMatched, note, mayWrite)
        (open, closed, silent) =
            switch mode {
            case .open(let until): (Self.open(until: until, in: conversation, words: words), nil, nil)
            case .closed(let lastWrote, let templates): (nil, Self.closed(firstName, lastWrote, templates, words), nil)
            case .noLine:
                (
                    nil, nil,
                    Silent(
                        why: "You have no WhatsApp number here yet. What \(firstName) wrote before stays readable.", silentIcon: "plug",
                        link: Link(linkName: "Connect WhatsApp", href: Paths.connect))
                )
            case .silent(let why): (nil, nil, Silent(why: why, silentIcon: "lock", link: nil))
            }
    }

    private static func open(until: Date, in conversation: String, words: TimeWords) -> Open {
        let hours = max(0, min(24, until.timeIntervalSince(words.now) / 3600))
        return Open(
            untilWords: words.until(until), leftWords: words.left(until: until), until: TimeWords.stamp(until),
            marks: String(format: "%.2f", hours), tone: hours < 3 ? "soon" : "",
            pending: MessageBubble(
                id: "pending", conversation: conversation, direction: .outgoing(colleague: nil), body: .text("…"), sentAt: words.now,
                words: words))
    }

    private static func closed(_ name: String, _ lastWrote: Date?, _ templates: [TemplateChoice], _ words: TimeWords) -> Closed {
        let start = lastWrote.map { "\(name) last wrote \(words.when($0))" } ?? "\(name) has not written yet"
        let sentence =
            templates.isEmpty
            ? "\(start), so WhatsApp asks for a template first. None of yours is approved yet; Meta usually takes a day."
            : "\(start), so WhatsApp asks for a template first. As soon as \(name) answers you can write freely."
        return Closed(
            closedWords: sentence, templates: Array(templates.prefix(TemplateChoice.most)), hasTemplates: !templates.isEmpty,
            hasChoice: templates.count > 1)
    }
}
