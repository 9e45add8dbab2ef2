import Hummingbird
import Messaging

/// Who can come in without the platform: the demo's landlord, at the press of a button.
public struct DemoSignIn: Sendable {
    /// The landlord of the button, who is also the person that is signed in.
    public let landlord: Landlord.ID
    /// The landlord's name, as on the button.
    public let name: String
    /// A colleague of the landlord's with a button of their own, so that one can try what two do together.
    let colleague: Way?

    /// One button.
    public struct Way: Sendable {
        let person: Person.ID
        let name: String
    }

    /// Names the demo's landlord, and who works there too.
    public init(landlord: Landlord.ID, name: String, colleague: (person: Person.ID, name: String)? = nil) {
        self.landlord = landlord
        self.name = name
        self.colleague = colleague.map { Way(person: $0.person, name: $0.name) }
    }

    var ways: [Way] { [Way(person: Person.ID(landlord.rawValue), name: name)] + [colleague].compactMap { $0 } }
}

/// Coming in and going out, for people.
struct SignInRoutes {
    let site: Site

    /// For anybody.
    func add(to router: some RouterMethods<WebContext>) {
        router.get("/sign-in", use: show)
        router.post("/sign-in", use: enterDemo)
        router.get("/sign-in/:link", use: showLink)
        router.post("/sign-in/:link", use: spendLink)
    }

    /// For whoever is in.
    func addSignedIn(to router: some RouterMethods<LandlordContext>) {
        router.post("/sign-out", use: signOut)
        router.post("/switch", use: switchOver)
    }

    @Sendable private func show(_ request: Request, context: WebContext) async throws -> Response {
        .html(site.pages.signIn(demo: isOnThisMachine(request, context) ? site.demo?.ways ?? [] : [], notice: nil))
    }

    @Sendable private func enterDemo(_ request: Request, context: WebContext) async throws -> Response {
        guard let demo = site.demo, isOnThisMachine(request, context) else { throw Refusal.notFound }
        try CSRF.checkOrigin(of: request, settings: site.settings)
        let asked = FormFields(try await request.bytes(upTo: longestBody))["as"]
        let way = demo.ways.first { $0.person.rawValue == asked } ?? demo.ways[0]
        let all = try await site.messaging.landlords.memberships(of: way.person)
        guard let membership = all.first(where: { $0.landlord.landlordID == demo.landlord }) ?? all.first else {
            let notice = "\(way.name) works for nobody here any more. Sign in as somebody else."
            return .html(site.pages.signIn(demo: demo.ways, notice: notice))
        }
        return enter(with: try await site.messaging.sessions.begin(membership))
    }

    // Only looks: a link preview of a chat program must not use the link up.
    @Sendable private func showLink(_ request: Request, context: WebContext) async throws -> Response {
        let secret = try secret(in: context)
        guard let landlord = try await site.messaging.sessions.peek(link: secret) else { return linkIsOver() }
        return .html(site.pages.signInLink(landlord: landlord.name, secret: secret, action: "/sign-in/\(secret)"))
    }

    @Sendable private func spendLink(_ request: Request, context: WebContext) async throws -> Response {
        try CSRF.checkOrigin(of: request, settings: site.settings)
        guard let session = try await site.messaging.sessions.spend(link: secret(in: context)) else { return linkIsOver() }
        return enter(with: session)
    }

    @Sendable private func signOut(_ request: Request, context: LandlordContext) async throws -> Response {
        if case .session(let secret) = context.visitor.proof { try await site.messaging.sessions.end(secret) }
        // Whoever uses this browser next must not be told of this landlord's tenants.
        if let device = DeviceCookie.secret(in: request) { try await site.messaging.forget(browser: device) }
        var response = Response.seeOther("/sign-in")
        response.headers[.setCookie] = SessionCookie.clearing(secure: site.settings.isSecure)
        return response
    }

    /// To another landlord whom the person serves too.
    @Sendable private func switchOver(_ request: Request, context: LandlordContext) async throws -> Response {
        let asked = FormFields(try await request.bytes(upTo: longestBody))["landlord"] ?? ""
        guard case .session(let secret) = context.visitor.proof, !asked.isEmpty, asked.utf8.count <= 200, !asked.utf8.contains(0),
            let session = try await site.messaging.sessions.switchOver(secret, to: Landlord.ID(asked))
        else { throw NotFound() }
        return enter(with: session)
    }

    private func enter(with session: String) -> Response {
        var response = Response.seeOther("/inbox")
        response.headers[.setCookie] = SessionCookie.setting(session, secure: site.settings.isSecure)
        return response
    }

    private func linkIsOver() -> Response {
        let notice = "This link has been used or is older than a minute. Go back to your platform and open your messages again."
        return .html(site.pages.signIn(demo: [], notice: notice), status: .gone)
    }

    private func secret(in context: WebContext) throws -> String {
        guard let secret = context.parameters.get("link"), secret.wholeMatch(of: /[A-Za-z0-9_\-]{1,100}/) != nil else {
            throw Refusal.notFound
        }
        return secret
    }

    // The name in the request must be this machine's too: a foreign name that leads here would be another site's page.
    private func isOnThisMachine(_ request: Request, _ context: WebContext) -> Bool {
        guard let peer = context.peer, isLoopback(peer) else { return false }
        return isLoopbackAuthority(request.head.authority)
    }
}

/// Whether a `Host` header names this machine.
func isLoopbackAuthority(_ authority: String?) -> Bool {
    authority.flatMap { Origin(of: "http://\($0)") }.map { origin in
        let host = origin.authority.hasPrefix("[") ? origin.authority.prefix { $0 != "]" } + "]" : origin.authority.prefix { $0 != ":" }
        return isLoopback(String(host))
    } ?? false
}
