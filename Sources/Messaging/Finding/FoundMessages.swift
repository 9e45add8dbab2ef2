import SQLDatabase

/// A message that somebody looked for.
public struct FoundMessage: Sendable {
    public let message: Message
    /// Whose conversation it stands in.
    public let contact: Contact
    public let excerpt: Excerpt
}

extension Desk {
    /// Messages that hold every word of a question, the newest first.
    public func search(_ query: SearchQuery, before cursor: Cursor? = nil, limit: Int = 20) async throws -> Page<FoundMessage> {
        let id = landlord.landlordID
        return try await messaging.database.read { try LandlordRows(id, $0).found(query, before: cursor, limit: limit) }
    }
}

extension LandlordRows {
    /// Boxes that are asked at once at most; two of each size from one on.
    private static let mostBoxes: Int64 = 64

    func found(_ query: SearchQuery, before cursor: Cursor?, limit: Int) throws -> Page<FoundMessage> {
        guard !query.isEmpty, let progress = try searchProgress() else { return Page(items: [], next: nil) }
        let before = cursor.flatMap { Int64($0.key) } ?? progress.nextNumber
        let numbers = try numbers(finding: query, below: before, atMost: limit + 1, progress)
        let page = Page(numbers, limit: limit) { Cursor(key: "\($0.number)", id: $0.messageId.rawValue) }
        let messages = try messages(ids: page.items.map(\.messageId))
        let contacts = try contacts(of: Set(messages.values.map(\.conversationId)))
        return Page(
            items: page.items.compactMap { number in
                guard let message = messages[number.messageId], let contact = contacts[message.conversationId] else { return nil }
                return FoundMessage(message: message, contact: contact, excerpt: Excerpt(of: message.searchable, finding: query))
            }, next: page.next)
    }

    /// Asks box after box, the newest first, in ever larger portions, until there is enough: a word that is in every message is found in the
    /// first, one that was said once costs a look into each.
    private func numbers(finding query: SearchQuery, below limit: Int64, atMost most: Int, _ progress: SearchProgress) throws
        -> [FoundNumber]
    {
        let oldest = SearchIndex.box(of: progress.backNumber + 1)
        var box = SearchIndex.box(of: min(limit, progress.nextNumber) - 1), portion: Int64 = 1, found: [FoundNumber] = []
        while found.count < most, box >= oldest {
            let last = max(oldest, box - portion + 1)
            found += try db.all(
                FoundNumber.self,
                SearchIndex.numbers(finding: query, in: last...box, below: limit, atMost: most - found.count, of: progress))
            (box, portion) = (last - 1, min(portion * 2, Self.mostBoxes))
        }
        return found
    }

    private struct FoundNumber: Decodable {
        let number: Int64
        let messageId: Message.ID
    }

    private func contacts(of conversations: Set<Conversation.ID>) throws -> [Conversation.ID: Contact] {
        let owners = try db.all(
            Owner.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(conversations))
            SELECT c.conversation_id, c.contact_id FROM wanted CROSS JOIN conversations c
            WHERE c.landlord_id = owner AND c.conversation_id = wanted_id
            """)
        let contacts = try contacts(owners.map(\.contactId), removedToo: true)
        let known = Dictionary(contacts.map { ($0.contactId, $0) }, uniquingKeysWith: { first, _ in first })
        return Dictionary(owners.compactMap { owner in known[owner.contactId].map { (owner.conversationId, $0) } }) { first, _ in first }
    }

    private struct Owner: Decodable {
        let conversationId: Conversation.ID
        let contactId: Contact.ID
    }
}
