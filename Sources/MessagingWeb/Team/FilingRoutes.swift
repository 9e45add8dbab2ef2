import Foundation
import Hummingbird
import Messaging

/// What colleagues do with a conversation: notes, who looks after it, labels, later, done.
struct FilingRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("/inbox/:conversation/notes", use: note)
        router.post("/inbox/:conversation/assignee", use: assign)
        router.get("/inbox/:conversation/labels", use: labels)
        router.post("/inbox/:conversation/labels", use: label)
        router.post("/inbox/:conversation/snooze", use: snooze)
        router.post("/inbox/:conversation/done", use: finish)
        router.post("/inbox/:conversation/reopen", use: reopen)
    }

    @Sendable private func note(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: longestBody)), text = form["text"] ?? ""
        return try await answer(request, context, id, written: Written(note: text)) {
            let note = try await context.desk.note(text, in: id, clientID: form.clientMessageID)
            return [note.entryId]
        }
    }

    @Sendable private func assign(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let person = FormFields(try await request.bytes(upTo: longestBody))["person"] ?? ""
        guard person.utf8.count <= 200, !person.utf8.contains(0) else { throw NotFound() }
        return try await answer(request, context, id) {
            try await context.desk.assign(id, to: person.isEmpty ? nil : Person.ID(person))
            return []
        }
    }

    /// The part of the page alone, for a script: fetching it reads no messages.
    @Sendable private func labels(_ request: Request, context: LandlordContext) async throws -> Response {
        let conversation = try await context.desk.conversation(context.id("conversation"))
        return .html(try await views.fragment(context.inbox.labelling(of: conversation)))
    }

    /// The form holds all labels that the conversation shall have, and perhaps a new one.
    @Sendable private func label(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: longestBody))
        return try await answer(request, context, id) {
            let desk = context.desk
            try desk.membership.check(.organise)
            _ = try await desk.conversation(id)
            var wanted = try await desk.labels().map(\.labelId).filter { form[LabelBox.field(of: $0.rawValue)] != nil }
            if let new = form["new"], !new.isEmpty { wanted.append(try await desk.addLabel(new).labelId) }
            try await desk.label(id, with: wanted)
            return []
        }
    }

    @Sendable private func snooze(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: longestBody)), words = context.inbox.words
        let local = form["local"].flatMap { words.date(localStamp: $0) }
        return try await answer(request, context, id) {
            let time = local ?? form["until"].flatMap { try? Date($0, strategy: .iso8601Milliseconds) }
            try await context.desk.snooze(id, until: time ?? .distantPast)
            return []
        }
    }

    @Sendable private func finish(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        return try await answer(request, context, id) {
            try await context.desk.finish(id)
            return []
        }
    }

    @Sendable private func reopen(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        return try await answer(request, context, id) {
            try await context.desk.reopen(id)
            return []
        }
    }

    /// A script gets what has changed, or the composer with the reason why nothing has; a plain form gets the page. Lines of the thread that
    /// `work` does not name come by the live stream.
    private func answer(
        _ request: Request, _ context: LandlordContext, _ id: Conversation.ID, written: Written = Written(),
        work: () async throws -> [Entry.ID]
    ) async throws -> Response {
        let isScript = request.headers[.fragment] != nil, inbox = context.inbox
        do {
            let entries = try await work()
            guard isScript else { return .seeOther(Paths.conversation(id.rawValue)) }
            let conversation = try await context.desk.conversation(id)
            var html = try await inbox.asides(of: conversation, entries).map { aside in
                let day = DayDivider(of: aside.at, conversation: id.rawValue, words: inbox.words)
                return try views.fragment(day) + views.fragment(aside.shown)
            }.joined()
            html += try await views.fragment(inbox.filing(of: conversation)) + views.fragment(inbox.labelling(of: conversation))
            return .html(html + (try await views.fragment(inbox.row(conversation))))
        } catch let refusal as TeamRefusal {
            let notice = (text: refusal.message, draft: "")
            let html =
                isScript
                ? try await views.fragment(inbox.composer(of: context.desk.conversation(id), notice: notice, written: written))
                : try await views.page(inbox.page(notice: notice, open: id, written: written))
            return .html(html, status: .unprocessableContent)
        }
    }
}
