import Foundation
import Hummingbird
import Messaging
import NIOCore
import WhatsAppCloudAPI

/// Messages that are more than words: each kind has a form, its preview, and goes out by the one way.
struct KindRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/inbox/:conversation/more/:kind", use: show)
        router.post("/inbox/:conversation/more/:kind", use: take)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        let (kind, conversation) = try await asked(context)
        var fields = FormFields(ByteBuffer())
        if kind == .card, try request.query("own") != nil { fields = try await ownCard(conversation, context) }
        return try await answer(request, context, conversation, form: form(kind, fields, in: conversation, context))
    }

    @Sendable private func take(_ request: Request, context: LandlordContext) async throws -> Response {
        let (kind, conversation) = try await asked(context)
        let fields = FormFields(try await request.bytes(upTo: longestBody))
        let form = form(kind, fields, in: conversation, context)
        let isScript = request.headers[.fragment] != nil
        if fields["preview"] != nil {
            guard !isScript else { return .html(try views.fragment(form.preview)) }
            return try await answer(request, context, conversation, form: form)
        }
        do {
            let message = try await context.desk.send(
                Draft(kind.content(fields), clientMessageID: fields.clientMessageID), to: .conversation(conversation.id))
            guard isScript else { return .seeOther(Paths.conversation(conversation.id.rawValue)) }
            let inbox = context.inbox, bubbles = try await inbox.bubbles(of: [message], in: conversation)
            let day = DayDivider(of: message.at, conversation: conversation.id.rawValue, words: inbox.words)
            return .html(
                try await views.fragment(day) + bubbles.map { try views.fragment($0) }.joined()
                    + views.fragment(inbox.composer(of: conversation)))
        } catch let refusal as SendRefusal {
            return try await answer(request, context, conversation, form: form, refusal: refusal)
        }
    }

    private func asked(_ context: LandlordContext) async throws -> (MessageKind, Conversation) {
        let conversation = try await context.desk.conversation(context.id("conversation"))
        try context.desk.membership.check(.answer)
        guard let kind = context.parameters.get("kind").flatMap(MessageKind.init(rawValue:)) else { throw NotFound() }
        return (kind, conversation)
    }

    /// A script gets the composer with the form in it, anybody else the page.
    private func answer(
        _ request: Request, _ context: LandlordContext, _ conversation: Conversation, form: KindForm, refusal: SendRefusal? = nil
    ) async throws -> Response {
        let notice = refusal.map { (text: $0.message, draft: "") }
        let html =
            request.headers[.fragment] != nil
            ? try await views.fragment(context.inbox.composer(of: conversation, notice: notice, form: form))
            : try await views.page(context.inbox.page(notice: notice, open: conversation.id, form: form))
        return .html(html, status: refusal == nil ? .ok : .unprocessableContent)
    }

    private func form(
        _ kind: MessageKind, _ fields: FormFields, in conversation: Conversation, _ context: LandlordContext
    ) -> KindForm {
        let id = conversation.id.rawValue
        return KindForm(
            kind.rawValue, title: kind.name, icon: kind.icon, in: id, fields: kind.fields(fields),
            shortcut: kind == .card
                ? Composer.Link(linkName: "Your own card", href: Paths.more(kind.rawValue, in: id) + "?own=yes") : nil,
            preview: preview(kind, fields, in: id, context.inbox.words))
    }

    /// The bubble it will be; what is missing for that, once something was filled in.
    private func preview(_ kind: MessageKind, _ fields: FormFields, in conversation: String, _ words: TimeWords) -> KindPreview {
        let isEmpty = kind.fields(fields).allSatisfy { $0.fieldValue.isEmpty || $0.fieldName == "opener" }
        guard !isEmpty else { return KindPreview(in: conversation, lacks: "What you fill in shows here.") }
        do {
            let draft = Draft(try kind.content(fields)), said = try draft.words()
            return KindPreview(
                in: conversation,
                bubble: MessageBubble(
                    id: "preview", conversation: conversation, direction: .outgoing(colleague: nil),
                    body: .init(content: draft.json, type: draft.type, preview: said, direction: .outbound), sentAt: words.now,
                    words: words))
        } catch let refusal as SendRefusal {
            return KindPreview(in: conversation, lacks: refusal.message)
        } catch {
            return KindPreview(in: conversation, lacks: "This cannot be sent.")
        }
    }

    private func ownCard(_ conversation: Conversation, _ context: LandlordContext) async throws -> FormFields {
        let line = try await context.desk.lines().first { $0.lineId == conversation.lineID }
        return FormFields(["name": context.desk.landlord.name, "number": line.map { PhoneNumber.written($0.phoneNumber) } ?? ""])
    }
}
