import Foundation
import Hummingbird
import Messaging

/// Reads what the inbox shows, for pages, form answers and live streams alike.
struct InboxReader: Sendable {
    let desk: Desk
    let csrf: String

    var words: TimeWords { TimeWords(now: desk.now) }

    func page(
        search: String = "", show: ConversationFilter? = nil, notice: (text: String, draft: String)? = nil, open id: Conversation.ID? = nil,
        before: Cursor? = nil, written: Written = Written()
    ) async throws -> InboxPage {
        let sequence = try await desk.liveSequence()
        let opened = try await id.asyncMap { try await thread($0, before: before, notice: notice, written: written) }
        let rows = try await rows(search: search, show: show, open: id)
        let frame = try await desk.frame(
            title: opened?.name ?? "Inbox", csrf: csrf, section: .inbox, after: sequence, pane: id == nil ? .list : .thread)
        let isConnected = try await !desk.lines().isEmpty
        let hasHistory = rows.isEmpty ? try await !desk.conversations(limit: 1).items.isEmpty : true
        return InboxPage(
            frame: frame, rows: rows, search: search, choice: ListChoice(show), thread: opened, isConnected: isConnected,
            hasHistory: hasHistory)
    }

    private func rows(search: String, show: ConversationFilter?, open: Conversation.ID?) async throws -> [ConversationRow] {
        let colleagues = try await desk.colleagues()
        var found: [Conversation]
        if search.isEmpty {
            found = try await desk.conversations(matching: show ?? .open, limit: 100).items
        } else {
            found = []
            for contact in try await desk.contacts(search: search, limit: 30).items {
                found += try await desk.conversations(of: contact.contactId, limit: 5).items
            }
        }
        if let open, search.isEmpty, !found.contains(where: { $0.id == open }) { found.insert(try await desk.conversation(open), at: 0) }
        return found.map {
            ConversationRow($0, reader: desk.person, colleagues: colleagues, show: show, isOpen: $0.id == open, words: words)
        }
    }

    private func thread(
        _ id: Conversation.ID, before: Cursor?, notice: (text: String, draft: String)?, written: Written
    ) async throws -> InboxPage.Thread {
        let conversation = try await desk.conversation(id)
        let page = try await desk.messages(of: id, before: before, limit: 50)
        let messages = Array(page.items.reversed())
        let bubbles = try await bubbles(of: messages, in: conversation)
        let asides = try await asides(between: messages, hasEarlier: page.next != nil, before: before, in: conversation)
        let contact = conversation.contact
        return InboxPage.Thread(
            id: id.rawValue, name: contact.displayName, home: contact.home, plate: contact.plate,
            entries: entries(messages, bubbles, asides, in: conversation, isNewest: before == nil),
            composer: try await composer(of: conversation, notice: notice, written: written), panel: TenantPanel(contact, words: words),
            filing: try await filing(of: conversation), labelling: try await labelling(of: conversation), mayRead: desk.may(.organise),
            earlier: page.next.map { Paths.conversation(id.rawValue) + "?before=\($0.text)" })
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
        let reactions = try await desk.reactions(to: messages.compactMap(\.wamid))
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

    /// - Parameter draft: what somebody is writing, for the template that says it best.
    func composer(
        of conversation: Conversation, notice: (text: String, draft: String)? = nil, draft: String? = nil,
        written: Written = Written()
    ) async throws -> Composer {
        let line = try await desk.lines().first { $0.lineId == conversation.lineID }
        let templates = try await line.asyncMap { try await desk.templates(on: $0.lineId) } ?? []
        return Composer(
            conversation, line: line, templates: templates, landlord: desk.landlord,
            waiting: try await desk.waitingAnswer(in: conversation.id), mayWrite: desk.may(.answer),
            note: desk.may(.organise) ? written.note(in: conversation.id) : nil, csrf: csrf,
            draft: notice?.draft ?? written.draft, matching: draft, notice: notice?.text, words: words)
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
