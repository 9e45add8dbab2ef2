import Hummingbird
import Messaging

/// The landlord's tenants.
struct TenantRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/contacts", use: list)
        router.get("/contacts/:contact/conversation", use: open)
    }

    @Sendable private func list(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk
        let search = request.searched
        let page = try await desk.contacts(search: search.isEmpty ? nil : search, after: request.cursor(), limit: 50)
        let last = try await desk.lastMessages(of: page.items.map(\.contactId))
        let words = context.inbox.words
        let tenants = page.items.map { contact in
            ContactsPage.Tenant(
                contact: contact.contactId.rawValue, plate: contact.plate, name: contact.displayName, home: contact.home,
                number: contact.phone.map(PhoneNumber.written), consent: contact.consent, lastMessageAt: last[contact.contactId],
                canWrite: contact.consent != .noNumber, words: words)
        }
        let frame = try await desk.frame(title: "Tenants", csrf: context.visitor.csrf, section: .tenants)
        let next = page.next.map { "\(Paths.contacts)?cursor=\($0.text)" }
        return .html(
            try views.page(
                ContactsPage(frame: frame, total: try await desk.contactCount(), search: search, tenants: tenants, next: next)))
    }

    /// The thread with a tenant, also with one to whom nobody has written; without a number of our own, the way to one.
    @Sendable private func open(_ request: Request, context: LandlordContext) async throws -> Response {
        do {
            let id = try await context.desk.openConversation(with: context.id("contact"))
            return .seeOther(Paths.conversation(id.rawValue))
        } catch SendRefusal.noLine {
            return .seeOther(Paths.connect)
        }
    }
}
