import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// A landlord's changes as server-sent events in JSON, each naming what changed and how it stands now.
struct EventRoutes {
    let site: Site

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("events", use: follow)
    }

    @Sendable private func follow(_ request: Request, context: LandlordContext) async throws -> Response {
        let cursor = try cursor(of: request)
        let desk = context.desk
        return try site.live.response(to: context.visitor, after: cursor) { update in
            switch update {
            case .events(let events): try await Self.text(of: events, desk: desk)
            case .reset(let sequence):
                "event: reset\nid: \(sequence)\ndata: \(JSONValue.object(["sequence": .integer(sequence)]).text)\n\n"
            case .quiet: ": ping\n\n"
            // What people do on pages is no business of programs.
            case .presence: ""
            }
        }
    }

    private func cursor(of request: Request) throws -> Int64? {
        guard let text = request.headers[.lastEventID] ?? request.uri.queryParameters["lastEventId"].map(String.init), !text.isEmpty else {
            return nil
        }
        guard let sequence = Int64(text), sequence >= 0 else { throw Refusal.badRequest("Last-Event-ID must be the id of an event.") }
        return sequence
    }

    private static func text(of events: [LiveEvent], desk: Desk) async throws -> String {
        let messages = try await desk.messages(ids: events.filter { $0.kind == .message }.map { Message.ID($0.subjectId) })
        var conversations: [String: JSONValue] = [:]
        for id in Set(events.filter { $0.kind == .conversation }.map(\.subjectId)) {
            // One that has been merged into another since has nothing to show any more.
            conversations[id] = try await unlessGone { MessageJSON.conversation(try await desk.conversation(Conversation.ID(id))) }
        }
        let entries = try await entries(events, desk)
        return events.map { event in
            var members: [String: JSONValue] = [
                "sequence": .integer(event.sequence), "kind": .string(event.kind.rawValue), "id": .string(event.subjectId),
                "at": .time(event.at),
            ]
            if let id = event.conversationId { members["conversationId"] = .id(id) }
            if event.kind == .message { members["message"] = messages[Message.ID(event.subjectId)].map(MessageJSON.message) }
            if event.kind == .entry { members["entry"] = entries[Entry.ID(event.subjectId)].map(TeamJSON.entry) }
            if event.kind == .conversation { members["conversation"] = conversations[event.subjectId] }
            return "id: \(event.sequence)\nevent: \(event.kind.rawValue)\ndata: \(JSONValue.object(members).text)\n\n"
        }.joined()
    }

    private static func entries(_ events: [LiveEvent], _ desk: Desk) async throws -> [Entry.ID: Entry] {
        let asked = Dictionary(grouping: events.filter { $0.kind == .entry }) { $0.conversationId }
        var found: [Entry.ID: Entry] = [:]
        for case (let conversation?, let events) in asked {
            for entry in try await desk.entries(events.map { Entry.ID($0.subjectId) }, of: conversation) { found[entry.entryId] = entry }
        }
        return found
    }

    private static func unlessGone(_ read: () async throws -> JSONValue) async throws -> JSONValue? {
        do { return try await read() } catch is NotFound { return nil }
    }
}
