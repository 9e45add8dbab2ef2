import Foundation
import Hummingbird
import Messaging

/// Who works for the landlord.
struct PeopleRoutes {
    let site: Site
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/people", use: show)
        router.post("/people/name", use: goBy)
        router.post("/people/invitations", use: invite)
        router.post("/people/invitations/:invitation/withdraw", use: withdraw)
        router.post("/people/:person/role", use: changeRole)
        router.post("/people/:person/take-away", use: takeAway)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        try await page(context)
    }

    @Sendable private func goBy(_ request: Request, context: LandlordContext) async throws -> Response {
        let name = FormFields(try await request.bytes(upTo: longestBody))["name"] ?? ""
        return try await answer(context) { try await context.desk.goBy(name) }
    }

    /// The answer is the page with the link, which cannot be read again.
    @Sendable private func invite(_ request: Request, context: LandlordContext) async throws -> Response {
        let form = FormFields(try await request.bytes(upTo: longestBody))
        try context.desk.membership.check(.manage)
        guard let role = Role(code: form["role"] ?? "") else { throw Refusal.badRequest("Choose a role.", field: "role") }
        do {
            let (invitation, secret) = try await context.desk.invite(as: role, name: form["name"])
            let words = context.inbox.words
            let made = PeoplePage.Made(
                madeLink: site.invitationLink(secret, request),
                madeWords: "It lets one person in, until \(words.date(invitation.expiresAt)), and is shown only here and now.")
            return try await page(context, made: made)
        } catch let refusal as TeamRefusal {
            return try await page(context, notice: refusal.message)
        }
    }

    @Sendable private func withdraw(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.withdraw(context.id("invitation"))
        return .seeOther(Paths.people)
    }

    @Sendable private func changeRole(_ request: Request, context: LandlordContext) async throws -> Response {
        let person: Person.ID = try context.person()
        let role = Role(code: FormFields(try await request.bytes(upTo: longestBody))["role"] ?? "")
        try context.desk.membership.check(.manage)
        guard try await context.desk.people().contains(where: { $0.personId == person }) else { throw NotFound() }
        guard let role else { throw Refusal.badRequest("Choose a role.", field: "role") }
        return try await answer(context) { try await context.desk.change(person, to: role) }
    }

    @Sendable private func takeAway(_ request: Request, context: LandlordContext) async throws -> Response {
        let person: Person.ID = try context.person()
        return try await answer(context) { try await context.desk.takeAway(person) }
    }

    private func answer(_ context: LandlordContext, work: () async throws -> Void) async throws -> Response {
        do {
            try await work()
            return .seeOther(Paths.people)
        } catch let refusal as TeamRefusal {
            return try await page(context, notice: refusal.message)
        }
    }

    private func page(_ context: LandlordContext, notice: String? = nil, made: PeoplePage.Made? = nil) async throws -> Response {
        let desk = context.desk, words = context.inbox.words, isOwner = desk.may(.manage)
        let people = try await desk.people()
        let colleagues = people.map {
            PeoplePage.Colleague(
                id: $0.personId.rawValue, name: $0.name, role: Standing($0.role), since: $0.createdAt,
                isReader: $0.personId == desk.person, mayChange: isOwner && (people.count > 1), words: words)
        }
        let inviting = isOwner ? try await inviting(desk, made, words) : nil
        let page = PeoplePage(
            frame: try await desk.frame(title: "People", csrf: context.visitor.csrf), colleagues: colleagues,
            ownName: people.first { $0.personId == desk.person }?.name ?? "", inviting: inviting, notice: notice)
        return .html(try views.page(page), status: notice == nil ? .ok : .unprocessableContent)
    }

    private func inviting(_ desk: Desk, _ made: PeoplePage.Made?, _ words: TimeWords) async throws -> PeoplePage.Inviting {
        let open = try await desk.invitations().map {
            PeoplePage.Open(
                openFor: $0.name ?? "Somebody", openRole: Standing($0.role).name, openUntil: words.date($0.expiresAt),
                withdrawTo: Paths.withdraw($0.invitationId.rawValue))
        }
        return PeoplePage.Inviting(inviteTo: Paths.invite, roles: Standing.agent.choices, open: open, hasOpen: !open.isEmpty, made: made)
    }
}

extension Standing {
    init(_ role: Role) {
        self =
            switch role {
            case .owner: .owner
            case .agent: .agent
            case .readOnly: .readOnly
            }
    }
}

extension Site {
    /// The code stands behind "#": browsers show it to our page's script and send it to nobody, so that no log and no proxy ever has it.
    func invitationLink(_ secret: String, _ request: Request) -> String {
        let base = settings.publicURL ?? "http://\(request.head.authority ?? "localhost:\(settings.port)")"
        return "\(base)\(Paths.join)#\(secret)"
    }
}

extension LandlordContext {
    /// A person in the path. The platform's IDs may hold anything, so that it comes percent-encoded.
    func person() throws -> Person.ID {
        guard let text = parameters.get("person").map({ $0.removingPercentEncoding ?? $0 }), text.utf8.count <= 200,
            !text.utf8.contains(0)
        else { throw NotFound() }
        return Person.ID(text)
    }
}
