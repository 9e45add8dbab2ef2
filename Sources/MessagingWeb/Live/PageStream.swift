import Foundation
import Hummingbird
import Messaging

/// The pages' live stream: the same fragments that pages and form answers are made of.
struct PageStream {
    let site: Site
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/live", use: follow)
    }

    @Sendable private func follow(_ request: Request, context: LandlordContext) async throws -> Response {
        // A page of a landlord from whom this browser has gone over to another one: it must not get the other one's news.
        if let landlord = try request.query("landlord"), landlord != context.desk.landlord.landlordID.rawValue {
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: Self.event("reset", id: 0, ""))))
        }
        let asked = request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init)
        // The page fills the forms' CSRF token in by itself: a fragment is made once for whoever listens.
        let reader = InboxReader(desk: context.desk, csrf: "")
        return try site.live.response(to: context.visitor, after: asked.flatMap { Int64($0) }) { update in
            switch update {
            case .events(let events): try await text(of: events, reader)
            case .reset(let sequence): Self.event("reset", id: sequence, "")
            case .presence(let now, let before): try await text(of: now, before: before, reader)
            case .quiet: ": ping\n\n"
            }
        }
    }

    private func text(of events: [LiveEvent], _ reader: InboxReader) async throws -> String {
        guard let last = events.last?.sequence else { return "" }
        var html = "", news = ""
        var gone: [String] = []
        let attended = await reader.desk.attended
        for id in events.filter({ [.message, .conversation, .entry].contains($0.kind) }).compactMap(\.conversationId).unique {
            guard let conversation = try await unlessGone({ try await reader.desk.conversation(id) }) else {
                gone.append("conversation-\(id)")
                continue
            }
            let isAttended = attended.contains(conversation.id)
            html += try await fragments(of: isAttended ? conversation.asAttended : conversation, events, reader)
            if !isAttended, let piece = MessageNews(conversation, events, now: reader.desk.now) { news += Self.event("news", piece.json) }
        }
        let exports = try await exports(of: events, reader)
        html += exports.html
        gone += exports.gone
        if events.contains(where: { [.onboarding, .account, .template].contains($0.kind) }) {
            html += try views.fragment(try await Connection(of: reader.desk, signUp: SignUp(site.settings)))
        }
        if events.contains(where: { $0.kind == .conversation }) {
            html += try views.fragment(UnreadCount(try await reader.desk.unreadConversations(besides: attended)))
        }
        let lists = events.map(\.kind).filter { [.person, .label, .quickAnswer].contains($0) }.map(\.rawValue).unique
        return gone.map { Self.event("remove", id: last, $0) }.joined()
            + (lists.isEmpty ? "" : Self.event("stale", id: last, lists.joined(separator: " ")))
            + (html.isEmpty ? Self.event("seen", id: last, "") : Self.event("fragment", id: last, html)) + news
    }

    private func exports(of events: [LiveEvent], _ reader: InboxReader) async throws -> (html: String, gone: [String]) {
        let ids = events.filter { $0.kind == .export }.map { Export.ID($0.subjectId) }.unique
        guard !ids.isEmpty else { return ("", []) }
        let exports = try await reader.desk.exports(ids: ids)
        let html = try await reader.exportItems(exports).map { try views.fragment($0) }.joined()
        return (html, exports.filter { $0.state == .gone }.map { "export-\($0.exportId)" })
    }

    private func fragments(of conversation: Conversation, _ events: [LiveEvent], _ reader: InboxReader) async throws -> String {
        let ids = events.filter { $0.kind == .message && $0.conversationId == conversation.id }.map { Message.ID($0.subjectId) }.unique
        let changed = try await reader.desk.messages(ids: ids).values
        let messages = try await shown(changed, in: conversation, reader.desk)
        let bubbles = try await reader.bubbles(of: messages, in: conversation)
        var html = ""
        let asides = try await reader.asides(
            of: conversation, events.filter { $0.kind == .entry && $0.conversationId == conversation.id }.map { Entry.ID($0.subjectId) })
        for day in (messages.map(\.at) + asides.map(\.at)).map({ reader.words.dayStart($0).start }).unique {
            html += try views.fragment(DayDivider(of: day, conversation: conversation.id.rawValue, words: reader.words))
        }
        for bubble in bubbles { html += try views.fragment(bubble) }
        for aside in asides { html += try views.fragment(aside.shown) }
        html += try views.fragment(try await reader.row(conversation))
        // What a person wrote opens the window, and what has waited waits no more; the composer that stands there must not say otherwise.
        if changed.isEmpty || changed.contains(where: { $0.direction == .inbound || $0.hasWaited }) {
            html += try views.fragment(try await reader.composer(of: conversation))
            html += try views.fragment(try await reader.filing(of: conversation))
            html += try views.fragment(try await reader.labelling(of: conversation))
        }
        return html
    }

    /// A reaction of ours on its way changes the message that it stands under.
    private func shown(_ messages: some Collection<Message>, in conversation: Conversation, _ desk: Desk) async throws -> [Message] {
        let targets = Set(messages.compactMap(\.reactionTarget))
        var shown = messages.filter { $0.reactionTarget == nil }
        if !targets.isEmpty {
            let known = Set(shown.map(\.messageId))
            shown += try await desk.messages(wamids: targets.sorted(), in: conversation.id).filter { !known.contains($0.messageId) }
        }
        return shown.sorted { ($0.at, $0.messageId) < ($1.at, $1.messageId) }
    }

    func unlessGone(_ read: () async throws -> Conversation) async throws -> Conversation? {
        do { return try await read() } catch is NotFound { return nil }
    }

    /// - Parameter id: nil for what is told anew to whoever comes back.
    static func event(_ kind: String, id: Int64? = nil, _ data: String) -> String {
        // An empty line is one of somebody's words. What else ends a line in a stream of events would cut them: HTML makes it the same.
        let text = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "data: \($0)\n" }.joined()
        return (id.map { "id: \($0)\n" } ?? "") + "event: \(kind)\n\(lines)\n"
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order of its first place.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
