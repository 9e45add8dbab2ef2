import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Who works for the landlord, and invitations.
struct PeopleAPIRoutes {
    let site: Site

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("people", use: index)
        router.patch("people/:person", use: change)
        router.delete("people/:person", use: takeAway)
        router.get("invitations", use: invitations)
        router.post("invitations", use: invite)
        router.delete("invitations/:invitation", use: withdraw)
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(.list(try await context.desk.people().map { TeamJSON.colleague($0, reader: context.desk.person) }))
    }

    private struct Change: Decodable {
        let role: String?
        let name: String?
    }

    /// A role may be given by owners, a name by the person alone.
    @Sendable private func change(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk, person = try context.person()
        let change = try await request.json(Change.self)
        if let code = change.role {
            guard let role = Role(code: code) else { throw Refusal.badRequest("role must be owner, agent or readOnly.", field: "role") }
            try await desk.change(person, to: role)
        }
        if let name = change.name {
            guard person == desk.person else { throw NotAllowed(deed: .manage) }
            try await desk.goBy(name)
        }
        guard let colleague = try await desk.people().first(where: { $0.personId == person }) else { throw NotFound() }
        return .json(TeamJSON.colleague(colleague, reader: desk.person))
    }

    @Sendable private func takeAway(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.takeAway(context.person())
        return Response(status: .noContent)
    }

    @Sendable private func invitations(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(.list(try await context.desk.invitations().map(TeamJSON.invitation)))
    }

    private struct Wish: Decodable {
        let role: String
        let name: String?
    }

    /// `code` and `url` are told this once.
    @Sendable private func invite(_ request: Request, context: LandlordContext) async throws -> Response {
        let wish = try await request.json(Wish.self)
        guard let role = Role(code: wish.role) else { throw Refusal.badRequest("role must be owner, agent or readOnly.", field: "role") }
        let (invitation, secret) = try await context.desk.invite(as: role, name: wish.name)
        guard case .object(var members) = TeamJSON.invitation(invitation) else { throw NotFound() }
        members["code"] = .string(secret)
        members["url"] = .string(site.invitationLink(secret, request))
        return .json(.object(members), status: .created)
    }

    @Sendable private func withdraw(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.withdraw(context.id("invitation"))
        return Response(status: .noContent)
    }
}
