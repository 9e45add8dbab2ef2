import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Finding messages by their words.
struct SearchRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("search", use: search)
    }

    @Sendable private func search(_ request: Request, context: LandlordContext) async throws -> Response {
        let page = try await context.desk.search(
            SearchQuery(request.searched), before: request.cursor(), limit: request.number("limit", in: 1...100, default: 20))
        return .json(.list(page.items.map(Self.json), next: page.next))
    }

    private static func json(_ found: FoundMessage) -> JSONValue {
        [
            "message": MessageJSON.message(found.message),
            "contact": [
                "id": .id(found.contact.contactId), "externalId": .text(found.contact.externalId),
                "name": .string(found.contact.displayName),
            ],
            "excerpt": .array(found.excerpt.parts.map { ["text": .string($0.text), "found": .bool($0.isFound)] }),
        ]
    }
}
