import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// The landlord's labels.
struct LabelRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("labels", use: index)
        router.post("labels", use: add)
        router.delete("labels/:label", use: remove)
    }

    private struct New: Decodable {
        let name: String
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(.list(try await context.desk.labels().map(TeamJSON.label)))
    }

    @Sendable private func add(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(TeamJSON.label(try await context.desk.addLabel(request.json(New.self).name)), status: .created)
    }

    @Sendable private func remove(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.removeLabel(context.id("label"))
        return Response(status: .noContent)
    }
}
