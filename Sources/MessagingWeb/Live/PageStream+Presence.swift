import Foundation
import Messaging
import WhatsAppCloudAPI

extension PageStream {
    /// Who else has what open, for all conversations at once, so that a page that was away ends right. What the reader no longer has before
    /// their eyes counts as unread again.
    func text(of now: Presence, before: Presence?, _ reader: InboxReader) async throws -> String {
        let me = reader.desk.person
        let others = now.conversations.mapValues { $0.filter { $0.person != me } }.filter { !$0.value.isEmpty }
        let names = others.isEmpty ? [:] : try await reader.desk.colleagues()
        let html = try others.sorted { $0.key < $1.key }.map { conversation, people in
            try views.fragment(PresenceWords(of: people, in: conversation, named: names))
        }
        return Self.event("presence", html.joined()) + (try await leftBehind(now, before: before, reader))
    }

    private func leftBehind(_ now: Presence, before: Presence?, _ reader: InboxReader) async throws -> String {
        let me = reader.desk.person, attended = now.attended(by: me)
        let left = (before?.attended(by: me) ?? []).subtracting(attended)
        var html = ""
        for id in left.sorted() {
            let conversation = try await unlessGone { try await reader.desk.conversation(id) }
            guard let conversation, conversation.unread > 0 else { continue }
            html += try views.fragment(try await reader.row(conversation))
        }
        guard !html.isEmpty else { return "" }
        let count = UnreadCount(try await reader.desk.unreadConversations(besides: attended))
        return Self.event("fragment", try html + views.fragment(count))
    }
}

/// A message that somebody who does not look at the page may want to be told of.
struct MessageNews {
    /// What came in long ago, while nothing was connected, is no news.
    private static let fresh: TimeInterval = 600

    let json: String

    /// Nil unless the conversation's last message is a tenant's, is new, and nobody has read it.
    init?(_ conversation: Conversation, _ events: [LiveEvent], now: Date) {
        guard conversation.unread > 0, let message = conversation.lastMessage, message.direction == .inbound,
            message.at > now - Self.fresh,
            events.contains(where: { $0.kind == .message && $0.subjectId == message.messageId.rawValue })
        else { return nil }
        let news: JSONValue = [
            "conversation": .string(conversation.id.rawValue), "message": .string(message.messageId.rawValue),
            "title": .string(conversation.contact.displayName), "body": .string(MessageBubble.Body(message).preview.text),
            "unread": .integer(Int64(conversation.unread)),
        ]
        json = news.text
    }
}
