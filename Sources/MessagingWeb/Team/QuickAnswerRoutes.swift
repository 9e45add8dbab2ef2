import Foundation
import Hummingbird
import Messaging

/// Texts that are written often: kept on a page of their own, and chosen in a conversation.
struct QuickAnswerRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/quick-answers", use: show)
        router.post("/quick-answers", use: add)
        router.post("/quick-answers/:answer", use: change)
        router.post("/quick-answers/:answer/remove", use: remove)
        router.get("/inbox/:conversation/quick-answers", use: choose)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        try await page(context)
    }

    @Sendable private func add(_ request: Request, context: LandlordContext) async throws -> Response {
        let form = FormFields(try await request.bytes(upTo: longestBody))
        let title = form["title"] ?? "", text = form["text"] ?? ""
        do {
            _ = try await context.desk.addQuickAnswer(title: title, text: text)
            return .seeOther(Paths.quickAnswers)
        } catch let refusal as TeamRefusal {
            return try await page(context, draft: .init(draftTitle: title, draftText: text), notice: refusal.message)
        }
    }

    @Sendable private func change(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("answer", of: QuickAnswer.self)
        let form = FormFields(try await request.bytes(upTo: longestBody))
        let title = form["title"] ?? "", text = form["text"] ?? ""
        do {
            _ = try await context.desk.quickAnswer(id)
            _ = try await context.desk.changeQuickAnswer(id, title: title, text: text)
            return .seeOther(Paths.quickAnswers)
        } catch let refusal as TeamRefusal {
            return try await page(context, typed: (id, title, text), notice: refusal.message)
        }
    }

    @Sendable private func remove(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.removeQuickAnswer(context.id("answer"))
        return .seeOther(Paths.quickAnswers)
    }

    /// A script gets the list alone, to lay it over the composer.
    @Sendable private func choose(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk
        let conversation = try await desk.conversation(context.id("conversation"))
        let values = conversation.contact.values(from: desk)
        let options = QuickOptions(
            conversation: conversation.id.rawValue,
            options: try await desk.quickAnswers().map { answer in
                let filled = answer.filled(with: values)
                return QuickOptions.Option(
                    id: answer.answerId.rawValue, title: answer.title, text: filled.text, gaps: filled.gaps.map(\.words),
                    conversation: conversation.id.rawValue)
            })
        guard request.headers[.fragment] == nil else { return .html(try views.fragment(options)) }
        let frame = try await desk.frame(title: "Quick answers", csrf: context.visitor.csrf)
        return .html(try views.page(QuickChoicePage(frame: frame, firstName: conversation.contact.firstName, options: options)))
    }

    private func page(
        _ context: LandlordContext, draft: QuickAnswersPage.Draft = .init(draftTitle: "", draftText: ""),
        typed: (id: QuickAnswer.ID, title: String, text: String)? = nil, notice: String? = nil
    ) async throws -> Response {
        let desk = context.desk
        let answers = try await desk.quickAnswers().map { answer in
            let words = typed?.id == answer.answerId ? typed : nil
            return QuickAnswersPage.Answer(
                id: answer.answerId.rawValue, title: words?.title ?? answer.title, text: words?.text ?? answer.text)
        }
        let page = QuickAnswersPage(
            frame: try await desk.frame(title: "Quick answers", csrf: context.visitor.csrf), answers: answers,
            gaps: Placeholder.allCases.map { ($0.written, $0.words) }, mayChange: desk.may(.organise), draft: draft, notice: notice)
        return .html(try views.page(page), status: notice == nil ? .ok : .unprocessableContent)
    }
}
