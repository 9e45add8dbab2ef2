import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// What colleagues do with a conversation.
struct FilingAPIRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("conversations/:conversation/entries", use: entries)
        router.post("conversations/:conversation/notes", use: note)
        router.put("conversations/:conversation/assignee", use: assign)
        router.put("conversations/:conversation/labels", use: label)
        router.put("conversations/:conversation/snooze", use: snooze)
        router.put("conversations/:conversation/done", use: finish)
        router.delete("conversations/:conversation/snooze", use: reopen)
        router.delete("conversations/:conversation/done", use: reopen)
        router.get("conversations/:conversation/quickAnswers", use: quickAnswers)
    }

    @Sendable private func entries(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        return .json(.list(try await context.desk.entries(of: id).map(TeamJSON.entry)))
    }

    private struct NewNote: Decodable {
        let text: String
        let clientMessageId: String?
    }

    @Sendable private func note(_ request: Request, context: LandlordContext) async throws -> Response {
        let conversation = try await context.desk.conversation(context.id("conversation")).id
        let new = try await request.json(NewNote.self)
        if let id = new.clientMessageId, id.isEmpty || id.utf8.count > 200 {
            throw Refusal.badRequest("The field clientMessageId is not right: use 1 to 200 bytes.", field: "clientMessageId")
        }
        let note = try await context.desk.note(new.text, in: conversation, clientID: new.clientMessageId)
        return .json(TeamJSON.entry(note), status: .created)
    }

    private struct Assignee: Decodable {
        let person: String?
    }

    /// `{"person": null}` gives it to nobody.
    @Sendable private func assign(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let person = try await request.json(Assignee.self).person
        try await context.desk.assign(id, to: person.map { Person.ID($0) })
        return try await answer(id, context)
    }

    private struct Wanted: Decodable {
        let labels: [String]
    }

    @Sendable private func label(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try await context.desk.conversation(context.id("conversation")).id
        try await context.desk.label(id, with: request.json(Wanted.self).labels.map { Label.ID($0) })
        return try await answer(id, context)
    }

    private struct Until: Decodable {
        let until: Date
    }

    @Sendable private func snooze(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try await context.desk.conversation(context.id("conversation")).id
        try await context.desk.snooze(id, until: request.json(Until.self).until)
        return try await answer(id, context)
    }

    @Sendable private func finish(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        try await context.desk.finish(id)
        return try await answer(id, context)
    }

    @Sendable private func reopen(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        try await context.desk.reopen(id)
        return try await answer(id, context)
    }

    /// The landlord's quick answers as they would go to this tenant; `gaps` is what nothing is known for.
    @Sendable private func quickAnswers(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk
        let values = try await desk.conversation(context.id("conversation")).contact.values(from: desk)
        return .json(
            .list(
                try await desk.quickAnswers().map { answer in
                    let filled = answer.filled(with: values)
                    return [
                        "id": .id(answer.answerId), "title": .string(answer.title), "text": .string(filled.text),
                        "gaps": .array(filled.gaps.map { .string($0.rawValue) }),
                    ]
                }))
    }

    private func answer(_ id: Conversation.ID, _ context: LandlordContext) async throws -> Response {
        .json(MessageJSON.conversation(try await context.desk.conversation(id)))
    }
}
