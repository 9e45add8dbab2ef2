import Foundation
import Hummingbird
import Messaging
import NIOCore

/// What can be done with one message: react, and read what happened to it.
struct AnswerRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/inbox/:conversation/messages/:message/react", use: choose)
        router.post("/inbox/:conversation/messages/:message/react", use: react)
        router.get("/inbox/:conversation/messages/:message/story", use: tell)
    }

    @Sendable private func choose(_ request: Request, context: LandlordContext) async throws -> Response {
        let (message, conversation) = try await found(context)
        let picker = try await picker(for: message, in: conversation, context)
        guard request.headers[.fragment] == nil else { return .html(try views.fragment(picker)) }
        return .html(try views.page(try await page(message, in: conversation, context, picker: picker)))
    }

    @Sendable private func tell(_ request: Request, context: LandlordContext) async throws -> Response {
        let (message, conversation) = try await found(context)
        let story = MessageStory(
            message, attempts: try await context.desk.attempts(of: message.messageId), name: conversation.contact.firstName,
            words: context.inbox.words)
        guard request.headers[.fragment] == nil else { return .html(try views.fragment(story)) }
        return .html(try views.page(try await page(message, in: conversation, context, story: story)))
    }

    /// A script gets the message as it stands now, a plain form goes back to it in its thread.
    @Sendable private func react(_ request: Request, context: LandlordContext) async throws -> Response {
        let (message, conversation) = try await found(context)
        let form = FormFields(try await request.bytes(upTo: longestBody))
        let emoji = (form["emoji"] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        let isScript = request.headers[.fragment] != nil
        do {
            _ = try await context.desk.react(to: message.messageId, with: emoji, clientMessageID: form.clientMessageID)
        } catch let refusal as SendRefusal {
            let html =
                isScript
                ? try await views.fragment(context.inbox.composer(of: conversation, notice: (refusal.message, "")))
                : try await views.page(
                    page(
                        message, in: conversation, context, picker: picker(for: message, in: conversation, context),
                        notice: refusal.message))
            return .html(html, status: .unprocessableContent)
        }
        guard isScript else {
            return .seeOther(Paths.conversation(conversation.id.rawValue) + "#message-\(message.messageId)")
        }
        let bubbles = try await context.inbox.bubbles(of: [message], in: conversation)
        return .html(try bubbles.map { try views.fragment($0) }.joined())
    }

    /// A message of this very conversation.
    private func found(_ context: LandlordContext) async throws -> (Message, Conversation) {
        let message = try await context.desk.message(context.id("message"))
        let conversation: Conversation.ID = try context.id("conversation")
        guard message.conversationId == conversation, message.reactionTarget == nil else { throw NotFound() }
        return (message, try await context.desk.conversation(conversation))
    }

    private func picker(for message: Message, in conversation: Conversation, _ context: LandlordContext) async throws -> EmojiPicker {
        let reactions = try await context.desk.reactions(to: [message.wamid].compactMap { $0 }, on: conversation.lineID)
        let ours = reactions.first { reaction in
            reaction.direction == .outbound && (reaction.state == .standing || reaction.state == .underWay)
        }
        return EmojiPicker(
            for: message.messageId.rawValue, in: conversation.id.rawValue, standing: ours?.emoji,
            clientMessageID: UUID().uuidString.lowercased(), csrf: context.inbox.csrf)
    }

    private func page(
        _ message: Message, in conversation: Conversation, _ context: LandlordContext, story: MessageStory? = nil,
        picker: EmojiPicker? = nil, notice: String? = nil
    ) async throws -> MessagePage {
        let inbox = context.inbox
        let bubble = try await inbox.bubbles(of: [message], in: conversation)[0]
        return MessagePage(
            frame: try await context.desk.frame(title: conversation.contact.displayName, csrf: inbox.csrf, section: .inbox),
            bubble: bubble, in: conversation.id.rawValue, name: conversation.contact.firstName, story: story, picker: picker,
            notice: notice)
    }
}
