import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// A landlord's connected lines.
struct AccountRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("accounts", use: index)
        router.delete("accounts/:account", use: disconnect)
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(.list(try await context.desk.lines().map(Self.json)))
    }

    @Sendable private func disconnect(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.disconnect(context.id("account", of: Line.self))
        return Response(status: .noContent)
    }

    static func json(_ line: Line) -> JSONValue {
        [
            "id": .id(line.lineId), "kind": .string(line.kind.rawValue), "wabaId": .string(line.wabaId),
            "phoneNumberId": .string(line.phoneNumberId), "phoneNumber": .string(line.phoneNumber),
            "verifiedName": .text(line.verifiedName),
            "status": .string(line.status.rawValue), "qualityRating": .text(line.qualityRating),
        ]
    }
}
