import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// A landlord's tenants.
struct ContactRoutes {
    /// Rows at once.
    static let most = 1_000

    func add(to router: some RouterMethods<LandlordContext>) {
        router.put("contacts", use: sync)
        router.get("contacts", use: index)
        router.get("contacts/:contact", use: show)
        router.patch("contacts/:contact", use: patch)
        router.delete("contacts/:contact", use: remove)
    }

    @Sendable private func sync(_ request: Request, context: LandlordContext) async throws -> Response {
        let rows = try await request.json([JSONValue].self, upTo: longestContactList)
        guard rows.count <= Self.most else {
            throw Refusal.badRequest("These are \(rows.count) contacts; send at most \(Self.most) at once.")
        }
        let read = rows.map(ContactRow.init)
        var results = try await context.desk.sync(read.compactMap(\.input))[...]
        let items = read.map { $0.input == nil ? $0.rejection : Self.json(results.removeFirst()) }
        return .json(["items": .array(items)])
    }

    @Sendable private func index(_ request: Request, context: LandlordContext) async throws -> Response {
        let page = try await context.desk.contacts(
            search: request.query("search"), after: request.cursor(), limit: request.number("limit", in: 1...500, default: 100))
        return .json(.list(page.items.map(Self.json), next: page.next))
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(Self.json(try await context.desk.contact(context.id("contact"))))
    }

    @Sendable private func patch(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("contact", of: Contact.self)
        let patch = try await request.json(ContactPatch.self)
        return .json(Self.json(try await context.desk.patch(id, patch)))
    }

    @Sendable private func remove(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.remove(context.id("contact"))
        return Response(status: .noContent)
    }

    static func json(_ contact: Contact) -> JSONValue {
        let optIn: JSONValue =
            contact.optInAt == nil
            ? .null
            : ["source": .text(contact.optInSource), "at": .time(contact.optInAt), "wording": .text(contact.optInWording)]
        return [
            "id": .id(contact.contactId), "externalId": .text(contact.externalId), "name": .text(contact.name),
            "phone": .text(contact.phone),
            "property": .text(contact.property), "unit": .text(contact.unit), "language": .text(contact.language), "optIn": optIn,
            "optedOutAt": .time(contact.optedOutAt), "profileName": .text(contact.profileName), "username": .text(contact.username),
            "createdAt": .time(contact.createdAt), "updatedAt": .time(contact.updatedAt),
        ]
    }

    private static func json(_ result: SyncResult) -> JSONValue {
        var members: [String: JSONValue] = ["externalId": .string(result.externalId), "outcome": .string(result.outcome.rawValue)]
        if let id = result.id { members["id"] = .id(id) }
        if let error = result.error { members["error"] = ["code": .string(error.code), "message": .string(error.message)] }
        return .object(members)
    }
}

/// One row of a list of contacts: its fault is its own and keeps no other row out.
private struct ContactRow {
    let input: ContactInput?
    let rejection: JSONValue

    init(_ row: JSONValue) {
        do {
            input = try JSONDecoder.lenientAboutTimes.decode(ContactInput.self, from: Data(row.text.utf8))
            rejection = .null
        } catch {
            input = nil
            let words = (error as? DecodingError).map { Refusal($0).message } ?? "The row cannot be read."
            rejection = [
                "externalId": .text(row["externalId"]?.string), "outcome": "rejected",
                "error": ["code": "malformed", "message": .string(words)],
            ]
        }
    }
}
