import Foundation
import SQLDatabase

/// Who is where, as it stands in the database: a row for each page, which its browser renews while the page is open.
enum PresenceRows {
    /// How long a page counts as open without a word from it. Pages speak every 20 seconds.
    static let lease: TimeInterval = 50
    /// How long somebody counts as writing without touching a key.
    static let typing: TimeInterval = 6
    /// Pages of one person that are known at once: more tell nobody anything.
    static let mostTabs = 32

    static func write(_ notes: [PresenceNote], on db: any Connection, now: Date) throws {
        let closed = notes.filter { $0.state == .closed }, open = notes.filter { $0.state != .closed }
        try db.execute(each: closed) { note in
            """
            DELETE FROM presence WHERE landlord_id = \(note.place.landlord) AND person_id = \(note.place.person)
                AND tab_id = \(note.place.tab)
            """
        }
        try db.execute(each: open) { note in
            let typingUntil = note.state == .typing ? now + typing : Date(milliseconds: 0), place = note.place
            return """
                INSERT INTO presence (landlord_id, person_id, tab_id, conversation_id, typing_until, expires_at)
                SELECT CAST(\(place.landlord) AS TEXT), CAST(\(place.person) AS TEXT), CAST(\(place.tab) AS TEXT),
                    CAST(\(note.conversation) AS TEXT), CAST(\(typingUntil) AS BIGINT), CAST(\(now + lease) AS BIGINT)
                WHERE (SELECT COUNT(*) FROM presence WHERE landlord_id = \(place.landlord) AND person_id = \(place.person)
                    AND tab_id <> \(place.tab) AND expires_at > \(now)) < \(mostTabs)
                ON CONFLICT (landlord_id, person_id, tab_id) DO UPDATE SET conversation_id = excluded.conversation_id,
                    typing_until = excluded.typing_until, expires_at = excluded.expires_at
                """
        }
    }

    static func read(_ landlords: [Landlord.ID], on db: any Connection, now: Date) throws -> [Landlord.ID: Presence] {
        let rows = try db.all(
            PresenceRow.self,
            """
            SELECT landlord_id, conversation_id, person_id, MAX(typing_until) AS typing_until FROM presence
            WHERE landlord_id IN \(list: landlords) AND expires_at > \(now) GROUP BY landlord_id, conversation_id, person_id
            """)
        return Dictionary(grouping: rows, by: \.landlordId).mapValues { rows in
            Presence(
                conversations: Dictionary(grouping: rows, by: \.conversationId).mapValues { rows in
                    rows.sorted { $0.personId < $1.personId }.map { .init(person: $0.personId, isTyping: $0.typingUntil > now) }
                })
        }
    }

    /// Whether anybody of the landlord's has the conversation open.
    static func isOpen(_ conversation: Conversation.ID, of landlord: Landlord.ID, on db: any Connection, now: Date) throws -> Bool {
        try db.exists(
            "SELECT 1 FROM presence WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) AND expires_at > \(now)")
    }

    /// Pages that closed without a word.
    static func forgetOld(on db: any Connection, now: Date) throws {
        try db.execute("DELETE FROM presence WHERE expires_at < \(now)")
        try db.execute("DELETE FROM typing_signs WHERE shown_at < \(now - 3_600)")
    }
}

private struct PresenceRow: Decodable {
    let landlordId: Landlord.ID
    let conversationId: Conversation.ID
    let personId: Person.ID
    let typingUntil: Date
}
