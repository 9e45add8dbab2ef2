import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// One-use links with which the platform sends its landlord straight in.
struct SignInLinkRoutes {
    let site: Site

    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("signInLinks", use: create)
    }

    // Only for the platform's token: a browser that has a session needs no link, and a stolen one must not become a second session.
    @Sendable private func create(_ request: Request, context: LandlordContext) async throws -> Response {
        guard case .token = context.visitor.proof else { throw SignInRefused(hint: "A sign-in link is only made for a Bearer token.") }
        let link = try await site.messaging.sessions.makeLink(for: context.desk.membership)
        let base = site.settings.publicURL ?? "http://\(request.head.authority ?? "localhost:\(site.settings.port)")"
        return .json(["url": .string("\(base)/sign-in/\(link.secret)"), "expiresAt": .time(link.expiresAt)], status: .created)
    }
}
