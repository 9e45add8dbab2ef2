import Foundation
import Hummingbird
import Messaging

/// Reads what the inbox shows, for pages, form answers and live streams alike.
struct InboxReader: Sendable {
    let desk: Desk
    let csrf: String

    var words: TimeWords { TimeWords(now: desk.now) }

    func page(
        part: ListPart = .all, after cursor: Cursor? = nil, notice: (text: String, draft: String)? = nil, open id: Conversation.ID? = nil,
        at place: StretchPlace = .newest, answering message: Message.ID? = nil, form: KindForm? = nil, written: Written = Written()
    ) async throws -> InboxPage {
        let sequence = try await desk.liveSequence()
        let opened = try await id.asyncMap { id in
            let conversation = try await desk.conversation(id)
            let composer = try await composer(of: conversation, notice: notice, answering: message, form: form, written: written)
            return try await thread(conversation, at: place, part: part, composer)
        }
        let rows = try await rows(part, open: id)
        let found = part.search.isEmpty ? nil : try await finding.messages(part, after: cursor, open: place)
        let frame = try await desk.frame(
            title: opened?.name ?? "Inbox", csrf: csrf, section: .inbox, after: sequence, pane: id == nil ? .list : .thread)
        let isConnected = try await !desk.lines().isEmpty
        let hasHistory = rows.isEmpty ? try await !desk.conversations(limit: 1).items.isEmpty : true
        return InboxPage(
            frame: frame, rows: rows, part: part, properties: try await desk.properties(), found: found, thread: opened,
            isConnected: isConnected, hasHistory: hasHistory)
    }

    private var finding: FindingReader { FindingReader(desk: desk, words: words) }

    private func rows(_ part: ListPart, open: Conversation.ID?) async throws -> [ConversationRow] {
        let colleagues = try await desk.colleagues()
        var found: [Conversation]
        if part.search.isEmpty {
            found = try await desk.conversations(matching: part.choice.filter, property: part.property, limit: 100).items
        } else {
            found = try await finding.conversations(part.search)
        }
        if let open, part.search.isEmpty, !found.contains(where: { $0.id == open }) {
            found.insert(try await desk.conversation(open), at: 0)
        }
        return found.map {
            ConversationRow($0, reader: desk.person, colleagues: colleagues, part: part, isOpen: $0.id == open, words: words)
        }
    }

    private func thread(
        _ conversation: Conversation, at place: StretchPlace, part: ListPart, _ composer: Composer
    ) async throws -> InboxPage.Thread {
        let id = conversation.id
        let stretch = try await desk.stretch(of: id, at: place)
        let bubbles = try await bubbles(of: stretch.messages, in: conversation)
        let asides = try await asides(within: stretch, at: place, in: conversation)
        let contact = conversation.contact
        return InboxPage.Thread(
            id: id.rawValue, name: contact.displayName, home: contact.home, plate: contact.plate,
            entries: entries(stretch.messages, bubbles, asides, in: conversation, isNewest: place.isNewest),
            composer: composer, panel: TenantPanel(contact, words: words),
            presence: PresenceWords(of: try await desk.colleagues(at: id), in: id, named: try await desk.colleagues()),
            filing: try await filing(of: conversation), labelling: try await labelling(of: conversation), mayRead: desk.may(.organise),
            exports: try await exports(of: id),
            earlier: stretch.earlier.map { Paths.conversation(id.rawValue, "before", $0.text, part: part) },
            later: stretch.later.map { Paths.conversation(id.rawValue, "after", $0.text, part: part) }, part: part,
            found: place.message?.rawValue, today: words.dayStart(words.now).key)
    }

    private func entries(
        _ messages: [Message], _ bubbles: [MessageBubble], _ asides: [(at: Date, shown: ThreadAside)], in conversation: Conversation,
        isNewest: Bool
    ) -> [InboxPage.Entry] {
        let unread = isNewest ? conversation.unread : 0
        let firstUnread = unread > 0 ? messages.filter { $0.direction == .inbound }.suffix(unread).first?.messageId : nil
        var entries: [InboxPage.Entry] = []
        var day = ""
        func add(_ entry: InboxPage.Entry, at time: Date) {
            let key = words.dayStart(time).key
            if key != day { entries.append(.day(DayDivider(of: time, conversation: conversation.id.rawValue, words: words))) }
            day = key
            entries.append(entry)
        }
        var waiting = asides[...]
        for (message, bubble) in zip(messages, bubbles) {
            while let aside = waiting.first, aside.shown.order < bubble.order {
                add(.aside(aside.shown), at: aside.at)
                waiting.removeFirst()
            }
            add(.message(bubble), at: message.at)
            if message.messageId == firstUnread { entries.insert(.fresh(count: unread), at: entries.count - 1) }
        }
        for aside in waiting { add(.aside(aside.shown), at: aside.at) }
        return entries
    }

    /// Messages with everything around them, read for all of them at once.
    func bubbles(of messages: [Message], in conversation: Conversation) async throws -> [MessageBubble] {
        let reactions = try await desk.reactions(to: messages.compactMap(\.wamid), on: conversation.lineID)
        let quoted = try await desk.messages(wamids: messages.compactMap(\.replyTo), in: conversation.id)
        var attempts: [Message.ID: [Attempt]] = [:]
        for message in messages where [.failed, .unknown, .probablyNotSent].contains(message.status) {
            attempts[message.messageId] = try await desk.attempts(of: message.messageId)
        }
        let around = MessageBubble.Surroundings(
            conversation: conversation, reader: desk.person, maySend: desk.may(.answer), colleagues: try await desk.colleagues(),
            quoted: Dictionary(quoted.compactMap { quote in quote.wamid.map { ($0, quote) } }, uniquingKeysWith: { first, _ in first }),
            reactions: Dictionary(grouping: reactions, by: \.targetWamid), attempts: attempts,
            media: try await desk.media(of: messages.filter(\.mayHaveFile).map(\.messageId)), csrf: csrf, words: words)
        return messages.map { MessageBubble($0, in: around) }
    }

    /// - Parameters:
    ///   - draft: what somebody is writing, for the template that says it best.
    ///   - message: what is being answered; one that cannot be is told so.
    ///   - form: stands in the pad's place.
    func composer(
        of conversation: Conversation, notice: (text: String, draft: String)? = nil, draft: String? = nil,
        answering message: Message.ID? = nil, form: KindForm? = nil, written: Written = Written()
    ) async throws -> Composer {
        var quote: Result<Composer.Reply, SendRefusal>?
        if let message { quote = try await quoted(message, in: conversation) }
        var notice = notice
        if case .failure(let refusal)? = quote { notice = (refusal.message, notice?.draft ?? "") }
        if message != nil || form != nil, !conversation.window.isOpen(at: desk.now) {
            notice = (SendRefusal.windowClosed.message, notice?.draft ?? "")
        }
        let line = try await desk.lines().first { $0.lineId == conversation.lineID }
        let templates = try await line.asyncMap { try await desk.templates(on: $0.lineId) } ?? []
        return Composer(
            conversation, line: line, templates: templates, landlord: desk.landlord,
            waiting: try await desk.waitingAnswer(in: conversation.id), reply: try? quote?.get(), form: form,
            mayWrite: desk.may(.answer), note: desk.may(.organise) ? written.note(in: conversation.id) : nil, csrf: csrf,
            draft: notice?.draft ?? written.draft, matching: draft, notice: notice?.text, words: words)
    }

    private func quoted(_ id: Message.ID, in conversation: Conversation) async throws -> Result<Composer.Reply, SendRefusal> {
        let message = try await desk.messages(ids: [id])[id]
        guard let message, message.conversationId == conversation.id else { return .failure(.unknownQuote) }
        guard message.canBeAnswered(at: desk.now) else { return .failure(message.wamid == nil ? .notSentYet : .unknownQuote) }
        let quote = MessageBubble.Quote(message, name: conversation.contact.firstName)
        return .success(Composer.Reply(replyID: id.rawValue, replyName: quote.quotedName, replyWords: quote.quotedText))
    }

    func row(_ conversation: Conversation) async throws -> ConversationRow {
        ConversationRow(conversation, reader: desk.person, colleagues: try await desk.colleagues(), words: words)
    }
}

extension Desk {
    /// What the account menu calls the person who is signed in.
    var personName: String { membership.personName ?? landlord.name }
}

extension Optional {
    /// `map` for work that awaits.
    func asyncMap<Result>(_ work: (Wrapped) async throws -> Result) async throws -> Result? {
        guard let self else { return nil }
        return try await work(self)
    }
}
