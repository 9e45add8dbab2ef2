import Foundation
import Hummingbird
import Messaging

/// Coming in with an invitation. Looking at one does not use it up; only a person's press of the button does.
struct JoinRoutes {
    let site: Site
    let views: Views

    /// For anybody whom the platform has signed in, also for somebody who works for nobody here yet.
    func add(to router: some RouterMethods<WebContext>) {
        router.post("/api/whatsapp/join", use: joinByToken)
    }

    func addSignedIn(to router: some RouterMethods<LandlordContext>) {
        router.get("/join", use: ask)
        router.post("/join", use: look)
        router.post("/join/accept", use: accept)
    }

    private struct Code: Decodable {
        let invitation: String
    }

    @Sendable private func joinByToken(_ request: Request, context: WebContext) async throws -> Response {
        guard let header = request.headers[.authorization] else { throw SignInRefused.nothingShown }
        let person = try await site.tokens.person(in: header)
        let code = try await request.json(Code.self).invitation
        let membership = try await site.messaging.join(code, person: Person.ID(person.subject), name: person.name)
        return .json(
            [
                "landlord": ["id": .id(membership.landlord.landlordID), "name": .string(membership.landlord.name)],
                "role": .string(membership.role.code),
            ])
    }

    @Sendable private func ask(_ request: Request, context: LandlordContext) async throws -> Response {
        try await page(context)
    }

    @Sendable private func look(_ request: Request, context: LandlordContext) async throws -> Response {
        let code = try await code(in: request)
        do {
            let found = try await site.messaging.landlords.look(at: code, by: context.desk.person)
            let standing = Standing(found.role)
            let offer = JoinPage.Offer(
                landlordName: found.landlord.name, offerRole: standing.name, offerWords: standing.words.lowercasedFirst, code: code,
                acceptTo: Paths.accept)
            return try await page(context, offer: offer)
        } catch let refusal as TeamRefusal {
            return try await page(context, notice: refusal.message)
        }
    }

    @Sendable private func accept(_ request: Request, context: LandlordContext) async throws -> Response {
        let code = try await code(in: request)
        do {
            let membership = try await site.messaging.join(
                code, person: context.desk.person, name: context.desk.membership.personName)
            var response = Response.seeOther(Paths.inbox)
            if case .session(let secret) = context.visitor.proof,
                let session = try await site.messaging.sessions.switchOver(secret, to: membership.landlord.landlordID)
            {
                response.headers[.setCookie] = SessionCookie.setting(session, secure: site.settings.isSecure)
            }
            return response
        } catch let refusal as TeamRefusal {
            return try await page(context, notice: refusal.message)
        }
    }

    private func code(in request: Request) async throws -> String {
        let form = FormFields(try await request.bytes(upTo: longestBody))
        // Somebody may paste the whole link.
        return (form["code"] ?? "").split(separator: "#").last.map(String.init)?.trimmingCharacters(in: .whitespaces) ?? ""
    }

    private func page(_ context: LandlordContext, offer: JoinPage.Offer? = nil, notice: String? = nil) async throws -> Response {
        let frame = try await context.desk.frame(title: "Invitation", csrf: context.visitor.csrf)
        return .html(try views.page(JoinPage(frame: frame, offer: offer, notice: notice)), status: notice == nil ? .ok : .gone)
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
