import Foundation
import Hummingbird
import Messaging

/// Somebody who may act for a landlord, and by what they showed it.
struct Visitor: Sendable {
    enum Proof: Sendable {
        /// The platform's token, until it ends.
        case token(expiresAt: Date)
        /// The page's cookie; the secret is needed for forms and for signing out.
        case session(secret: String)
    }

    let desk: Desk
    let proof: Proof

    /// What forms of this session carry; empty where no cookie is involved.
    var csrf: String {
        if case .session(let secret) = proof { CSRF.token(for: secret) } else { "" }
    }
}

/// A request of somebody who has signed in: a handler that receives it *has* a landlord's desk, and no other way to one.
struct LandlordContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let requestID: String
    let visitor: Visitor

    var desk: Desk { visitor.desk }

    init(context: WebContext) throws {
        guard let visitor = context.visitor else { throw SignInRefused.nothingShown }
        coreContext = context.coreContext
        requestID = context.requestID
        self.visitor = visitor
    }
}

/// Finds out who is asking: a Bearer token, or the page's cookie. What is shown and does not count is refused, never passed over.
struct WhoIsAsking: RouterMiddleware {
    let messaging: Messaging
    let tokens: TokenVerifier
    let settings: Settings

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        var context = context, request = request
        if let header = request.headers[.authorization] {
            context.visitor = try await bearer(header, request)
        } else if let secret = SessionCookie.secret(in: request) {
            guard let membership = try await messaging.sessions.membership(of: secret) else { throw SignInRefused.sessionOver }
            try await CSRF.check(&request, secret: secret, settings: settings)
            context.visitor = Visitor(desk: messaging.desk(of: membership), proof: .session(secret: secret))
        }
        return try await next(request, context)
    }

    private func bearer(_ header: String, _ request: Request) async throws -> Visitor {
        let person = try await tokens.person(in: header)
        let membership = try await messaging.landlords.membership(
            of: Person.ID(person.subject), chosen: try chosen(request), creating: settings.createsLandlords, name: nil,
            personName: person.name)
        if membership.personName == nil, let name = person.name {
            try await messaging.landlords.learn(name: name, of: membership.person)
        }
        return Visitor(desk: messaging.desk(of: membership), proof: .token(expiresAt: person.expiresAt))
    }

    private func chosen(_ request: Request) throws -> Landlord.ID? {
        guard let text = request.headers[.landlord] else { return nil }
        guard !text.isEmpty, text.utf8.count <= 200, !text.utf8.contains(0) else { throw AccessRefused.notAMember }
        return Landlord.ID(text)
    }
}

extension TokenVerifier {
    /// Who the header `Authorization` speaks for. Throws as `verify`.
    func person(in header: String) async throws -> SignedInPerson {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw SignInRefused(hint: "Only Bearer tokens are taken.") }
        return try await verify(parts[1].trimmingCharacters(in: .whitespaces))
    }
}
