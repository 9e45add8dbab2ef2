import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// The landlord's quick answers as they are kept.
struct QuickAnswerAPIRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("quickAnswers", use: index)
        router.post("quickAnswers", use: add)
        router.put("quickAnswers/:answer", use: change)
        router.delete("quickAnswers/:answer", use: remove)
    }

    private struct Text: Decodable {
        let title: String
        let text: String
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(.list(try await context.desk.quickAnswers().map(TeamJSON.quickAnswer)))
    }

    @Sendable private func add(_ request: Request, context: LandlordContext) async throws -> Response {
        let new = try await request.json(Text.self)
        return .json(
            TeamJSON.quickAnswer(try await context.desk.addQuickAnswer(title: new.title, text: new.text)), status: .created)
    }

    @Sendable private func change(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try await context.desk.quickAnswer(context.id("answer")).answerId
        let new = try await request.json(Text.self)
        return .json(TeamJSON.quickAnswer(try await context.desk.changeQuickAnswer(id, title: new.title, text: new.text)))
    }

    @Sendable private func remove(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.removeQuickAnswer(context.id("answer"))
        return Response(status: .noContent)
    }
}
