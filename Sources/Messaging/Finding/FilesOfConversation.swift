import SQLDatabase

extension Desk {
    /// A conversation's messages with pictures, films, sounds and documents, the newest first.
    public func files(of conversation: Conversation.ID, before cursor: Cursor? = nil, limit: Int = 48) async throws -> Page<Message> {
        let id = landlord.landlordID
        return try await messaging.database.read { db in
            let rows = LandlordRows(id, db)
            _ = try rows.conversation(conversation)
            return try rows.files(of: conversation, before: cursor, limit: limit)
        }
    }
}

extension LandlordRows {
    func files(of conversation: Conversation.ID, before cursor: Cursor?, limit: Int) throws -> Page<Message> {
        let start: SQL = cursor.map { "AND (at, message_id) < (\(Int64($0.key) ?? 0), \($0.id))" } ?? ""
        // The kinds stand here as they do in the index, which serves no other wording.
        let found = try db.all(
            Message.self,
            """
            SELECT \(Message.columns) FROM messages WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)
                AND type IN ('image', 'video', 'audio', 'document') AND revoked_at IS NULL \(start)
            ORDER BY at DESC, message_id DESC LIMIT \(limit + 1)
            """)
        return Page(found, limit: limit) { Cursor(key: "\($0.at.milliseconds)", id: $0.messageId.rawValue) }
    }
}
