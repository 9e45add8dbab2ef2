import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Sending, and what became of it.
struct SendRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("sendMessage", use: send)
        router.get("messages/:message", use: show)
    }

    @Sendable private func send(_ request: Request, context: LandlordContext) async throws -> Response {
        let wait = try request.number("wait", in: 0...30, default: 0)
        let question = try await request.json(SendRequest.self)
        let cursor = wait > 0 ? try await context.desk.liveSequence() : 0
        var message = try await context.desk.send(question.draft, to: question.addressee)
        if wait > 0, !message.isDecided {
            message = try await Self.outcome(of: message, after: cursor, within: .seconds(wait), desk: context.desk)
        }
        return .json(MessageJSON.receipt(message), status: wait > 0 && message.isDecided ? .ok : .accepted)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("message", of: Message.self)
        let message = try await context.desk.message(id), attempts = try await context.desk.attempts(of: id)
        guard case .object(var members) = MessageJSON.message(message) else { throw NotFound() }
        members["attempts"] = .array(attempts.map(MessageJSON.attempt))
        return .json(.object(members))
    }

    /// Follows the landlord's changes until Meta has taken or refused the message, or the time is over.
    private static func outcome(of message: Message, after cursor: Int64, within time: Duration, desk: Desk) async throws -> Message {
        try await withThrowingTaskGroup(of: Message?.self) { group in
            group.addTask {
                do {
                    try await desk.follow(after: cursor) { update in
                        guard update.concerns(message.messageId) else { return }
                        let now = try await desk.message(message.messageId)
                        if now.isDecided { throw Decided(message: now) }
                    }
                    return nil
                } catch let outcome as Decided {
                    return outcome.message
                }
            }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            return try await desk.message(message.messageId)
        }
    }
}

/// Ends the waiting.
private struct Decided: Error {
    let message: Message
}

extension Message {
    /// Whether Meta, or our own rules, have said yes or no.
    fileprivate var isDecided: Bool {
        switch status {
        case .accepted, .sent, .delivered, .read, .failed: true
        case .received, .queued, .sending, .unknown, .probablyNotSent: false
        }
    }
}

extension LiveUpdate {
    fileprivate func concerns(_ message: Message.ID) -> Bool {
        switch self {
        case .events(let events): events.contains { $0.kind == .message && $0.subjectId == message.rawValue }
        case .reset: true
        case .quiet, .presence: false
        }
    }
}
