import Hummingbird
import Messaging
import NIOCore
import WhatsAppCloudAPI

/// What is written in the inbox.
struct InboxRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("/inbox/:conversation/messages", use: write)
        router.post("/inbox/:conversation/files", use: sendFile)
        router.post("/inbox/:conversation/templates", use: sendTemplate)
        router.post("/inbox/:conversation/composer", use: turnComposer)
        router.post("/inbox/:conversation/later", use: sendLater)
        router.post("/inbox/:conversation/later/take-back", use: takeBack)
        router.post("/inbox/:conversation/messages/:message/again", use: sendAgain)
    }

    @Sendable private func write(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: longestBody))
        let text = form["text"] ?? ""
        return try await answer(request, context, id, draft: text, quote: form.quote) {
            try Self.refuseGaps(in: text)
            return try await context.desk.send(.text(text, clientMessageID: form.clientMessageID), quoting: form.quote, in: id)
        }
    }

    /// A script hands files in, one at a time: the body is the file, what stands beneath it comes in the query.
    @Sendable private func sendFile(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let caption = try request.query("caption", longest: 4_096) ?? ""
        let clientID = try request.query("clientMessageId"), quote = try request.query("replyTo").flatMap(FormFields.quote)
        // Whoever may not write to this conversation need not hand anything in.
        _ = try await context.desk.conversation(id)
        return try await answer(request, context, id, draft: caption) {
            try Self.refuseGaps(in: caption)
            let file = try await FileIntake.take(request, isVoice: request.query("voice") == "yes", at: context.desk)
            return try await context.desk.send(file.draft(caption: caption, clientMessageID: clientID), quoting: quote, in: id)
        }
    }

    @Sendable private func sendTemplate(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: longestBody))
        return try await answer(request, context, id, draft: "") {
            try context.desk.membership.check(.answer)
            let conversation = try await context.desk.conversation(id)
            let template = try await context.desk.templates(on: conversation.lineID)
                .first { $0.name == form["template"] && $0.language == form["language"] }
            guard let template else { throw SendRefusal.templateNotApproved(status: nil) }
            let values = Dictionary(template.variables.map { ($0, form["value.\($0)"] ?? "") }, uniquingKeysWith: { first, _ in first })
            return try await context.desk.send(
                Draft(.template(template.message(with: values)), clientMessageID: form.clientMessageID), to: .conversation(id))
        }
    }

    /// The window has closed, or a draft waits for a template that says it.
    @Sendable private func turnComposer(_ request: Request, context: LandlordContext) async throws -> Response {
        let conversation = try await context.desk.conversation(context.id("conversation"))
        let form = FormFields(try await request.bytes(upTo: longestBody))
        // The row in the list tells of the same hours.
        let composer = try await context.inbox.composer(of: conversation, draft: form["text"] ?? "")
        return .html(try await views.fragment(composer) + views.fragment(context.inbox.row(conversation)))
    }

    @Sendable private func sendLater(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let text = FormFields(try await request.bytes(upTo: longestBody))["text"] ?? ""
        do {
            try Self.refuseGaps(in: text)
            try await context.desk.sendWhenAnswered(text, in: id)
        } catch let refusal as SendRefusal {
            return try await composer(of: id, request, context, notice: (refusal.message, text), status: .unprocessableContent)
        }
        return try await composer(of: id, request, context)
    }

    @Sendable private func takeBack(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        _ = try await context.desk.conversation(id)
        let answer = FormFields(try await request.bytes(upTo: longestBody))["answer"] ?? ""
        try await context.desk.takeBack(answer: answer, in: id)
        return try await composer(of: id, request, context)
    }

    /// A script gets the composer as it stands now, a plain form the page.
    private func composer(
        of id: Conversation.ID, _ request: Request, _ context: LandlordContext, notice: (text: String, draft: String)? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        guard request.headers[.fragment] != nil else { return .seeOther(Paths.conversation(id.rawValue)) }
        return .html(
            try await views.fragment(context.inbox.composer(of: context.desk.conversation(id), notice: notice)), status: status)
    }

    @Sendable private func sendAgain(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let message: Message.ID = try context.id("message")
        let form = FormFields(try await request.bytes(upTo: longestBody))
        return try await answer(request, context, id, draft: "") {
            // Pressing twice is one message: the one that is sent again names the second try.
            let clientID = form.clientMessageID ?? "again-\(message)"
            return try await context.desk.sendAgain(message, clientMessageID: clientID)
        }
    }

    /// A gap of a quick answer that nobody has filled would reach the tenant as it stands.
    private static func refuseGaps(in text: String) throws {
        let gaps = Placeholder.gaps(in: text)
        if !gaps.isEmpty { throw SendRefusal.text(gaps.refusal) }
    }

    /// A script gets the new bubble, or the composer with the reason; a plain form gets the page.
    private func answer(
        _ request: Request, _ context: LandlordContext, _ id: Conversation.ID, draft: String, quote: Message.ID? = nil,
        send: () async throws -> Message
    ) async throws -> Response {
        let isScript = request.headers[.fragment] != nil
        do {
            let message = try await send()
            guard isScript else { return .seeOther(Paths.conversation(message.conversationId.rawValue)) }
            let bubble = try await context.inbox.bubbles(of: [message], in: context.desk.conversation(message.conversationId))
            let day = DayDivider(of: message.at, conversation: message.conversationId.rawValue, words: context.inbox.words)
            return .html(try views.fragment(day) + bubble.map { try views.fragment($0) }.joined())
        } catch let refusal as SendRefusal {
            let notice = (text: refusal.message, draft: draft)
            let html =
                isScript
                ? try await views.fragment(context.inbox.composer(of: context.desk.conversation(id), notice: notice))
                : try await views.page(context.inbox.page(notice: notice, open: id, answering: quote))
            return .html(html, status: .unprocessableContent)
        }
    }
}

extension LandlordContext {
    var inbox: InboxReader { InboxReader(desk: desk, csrf: visitor.csrf) }
}

extension Desk {
    /// Sends words or a file, as the answer to a message of the conversation if one is named.
    fileprivate func send(_ draft: Draft, quoting message: Message.ID?, in conversation: Conversation.ID) async throws -> Message {
        guard let message else { return try await send(draft, to: .conversation(conversation)) }
        return try await send(quoting(message, in: conversation, draft), to: .conversation(conversation))
    }
}

extension FormFields {
    /// The message that is being answered.
    fileprivate var quote: Message.ID? { self["replyTo"].flatMap(Self.quote) }

    static func quote(_ text: String) -> Message.ID? { text.isEmpty || text.utf8.contains(0) ? nil : Message.ID(text) }

    var clientMessageID: String? {
        self["clientMessageId"].flatMap { $0.isEmpty || $0.utf8.count > 200 || $0.utf8.contains(0) ? nil : $0 }
    }
}
