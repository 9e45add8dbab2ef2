import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Threads with tenants.
struct ConversationRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("conversations", use: index)
        router.get("conversations/:conversation", use: show)
        router.get("conversations/:conversation/messages", use: messages)
        router.post("conversations/:conversation/read", use: read)
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        let contact = try await request.query("tenantId").asyncMap { try await context.desk.contact(externalID: $0).contactId }
        let show = try request.query("show").map { name in
            guard let filter = ConversationFilter(rawValue: name) else {
                let known = ConversationFilter.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal.badRequest("show must be one of \(known).", field: "show")
            }
            return filter
        }
        let page = try await context.desk.conversations(
            of: contact, matching: show, before: request.cursor(), limit: request.number("limit", in: 1...200, default: 50))
        return .json(.list(page.items.map(MessageJSON.conversation), next: page.next))
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(MessageJSON.conversation(try await context.desk.conversation(context.id("conversation"))))
    }

    @Sendable private func messages(_ request: Request, context: LandlordContext) async throws -> Response {
        let page = try await context.desk.messages(
            of: context.id("conversation"), before: request.cursor(), limit: request.number("limit", in: 1...200, default: 50))
        return .json(.list(page.items.map(MessageJSON.message), next: page.next))
    }

    private struct Seen: Decodable {
        let messageId: String?
    }

    /// Everything, or up to the message that the reader saw.
    @Sendable private func read(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("conversation", of: Conversation.self)
        let seen = try await request.jsonIfAny(Seen.self)?.messageId
        try await context.desk.markRead(id, through: seen.map { Message.ID($0) })
        return .json(MessageJSON.conversation(try await context.desk.conversation(id)))
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Mapped>(_ transform: (Wrapped) async throws -> Mapped) async rethrows -> Mapped? {
        guard let value = self else { return nil }
        return try await transform(value)
    }
}
