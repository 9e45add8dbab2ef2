import Hummingbird
import Messaging

/// Where pages say which conversation they show.
struct PresenceRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("/inbox/:conversation/presence", use: report)
    }

    @Sendable private func report(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let form = FormFields(try await request.bytes(upTo: 4_096))
        guard let state = form["state"].flatMap(PresenceState.init(rawValue:)), let tab = form["tab"],
            tab.wholeMatch(of: /[a-z0-9]{8,64}/) != nil
        else {
            _ = try await context.desk.conversation(id)
            throw Refusal.badRequest("tab must be letters and digits, and state open, typing or closed.")
        }
        try await context.desk.report(state, tab: tab, at: id)
        return Response(status: .noContent)
    }
}
