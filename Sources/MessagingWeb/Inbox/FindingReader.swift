import Foundation
import Messaging

/// Reads what the inbox shows of a search.
struct FindingReader: Sendable {
    let desk: Desk
    let words: TimeWords

    /// Conversations with tenants whose name, home or number matches.
    func conversations(_ search: String) async throws -> [Conversation] {
        var found: [Conversation] = []
        for contact in try await desk.contacts(search: search, limit: 30).items {
            found += try await desk.conversations(of: contact.contactId, limit: 5).items
        }
        return found
    }

    /// Messages with all the words.
    func messages(_ part: ListPart, after cursor: Cursor?, open place: StretchPlace) async throws -> FoundList {
        let colleagues = try await desk.colleagues()
        let page = try await desk.search(SearchQuery(part.search), before: cursor)
        let rows = page.items.map { found in
            let message = found.message
            return FoundRow(
                message: message.messageId.rawValue, conversation: message.conversationId.rawValue, part: part, plate: found.contact.plate,
                name: found.contact.displayName, at: message.at, speaker: speaker(of: message, colleagues),
                excerpt: found.excerpt.parts.map { ($0.text, $0.isFound) }, isOpen: message.messageId == place.message, words: words)
        }
        return FoundList(rows, older: page.next.map { Paths.inbox(part, after: $0.text) })
    }

    /// Pictures, films, sounds and documents of a conversation.
    func gallery(of conversation: Conversation, before cursor: Cursor?, frame: Frame) async throws -> GalleryPage {
        let colleagues = try await desk.colleagues(), page = try await desk.files(of: conversation.id, before: cursor)
        let media = try await desk.media(of: page.items.map(\.messageId)), name = conversation.contact.firstName
        let items = page.items.compactMap { message -> GalleryPage.Item? in
            let place = MessageBubble.Media.Place(media[message.messageId], of: message, from: name)
            guard case .media(let media, _) = MessageBubble.Body(message, file: place) else { return nil }
            return GalleryPage.Item(
                message: message.messageId.rawValue, conversation: conversation.id.rawValue, media: media,
                by: speaker(of: message, colleagues) ?? name, at: message.at, words: words)
        }
        return GalleryPage(
            frame: frame, conversation: conversation.id.rawValue, name: conversation.contact.displayName, items: items,
            next: page.next.map { Paths.gallery(of: conversation.id.rawValue, after: $0.text) })
    }

    private func speaker(of message: Message, _ colleagues: [Person.ID: String]) -> String? {
        guard message.direction == .outbound else { return nil }
        return message.sentBy.map { $0 == desk.person ? "You" : colleagues[$0] ?? "A colleague" } ?? "You"
    }
}

extension StretchPlace {
    var isNewest: Bool { if case .newest = self { true } else { false } }
    /// The message in its middle.
    var message: Message.ID? { if case .around(let message) = self { message } else { nil } }
}

extension ListChoice {
    /// As the rules know it.
    var filter: ConversationFilter { ConversationFilter(rawValue: rawValue) ?? .open }
}
