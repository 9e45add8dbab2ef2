import Foundation
import SQLDatabase

/// Shows a tenant that somebody is writing. Meta takes it together with "read", and lets it vanish after 25 seconds (fact sheet, section 3.2).
enum TypingSigns {
    /// Between two signs in one conversation.
    static let pause: TimeInterval = 25

    /// Leaves a sign for Meta where the tenant has the last word and saw none for a while. Answers whether there is any.
    static func show(_ notes: [PresenceNote], on db: any Connection, now: Date) throws -> Bool {
        let typing = notes.filter { $0.state == .typing }
        guard !typing.isEmpty else { return false }
        let shown = try db.execute(each: typing) { note in
            """
            INSERT INTO typing_signs (landlord_id, conversation_id, shown_at)
            SELECT c.landlord_id, c.conversation_id, CAST(\(now) AS BIGINT) \(asked(by: note, now: now))
            ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET shown_at = excluded.shown_at
                WHERE typing_signs.shown_at <= \(now - pause)
            """
        }
        let fresh = zip(typing, shown).filter { $0.1 > 0 }.map(\.0)
        try db.execute(each: fresh) { note in
            """
            INSERT INTO read_receipts (landlord_id, conversation_id, line_id, wamid, due_at, typing)
            SELECT c.landlord_id, c.conversation_id, c.line_id, m.wamid, CAST(\(now) AS BIGINT), TRUE \(asked(by: note, now: now))
            ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET wamid = excluded.wamid, due_at = excluded.due_at, tries = 0,
                typing = TRUE
            """
        }
        return !fresh.isEmpty
    }

    /// The conversation with its last message, if that is one of the tenant's to which one may write freely.
    private static func asked(by note: PresenceNote, now: Date) -> SQL {
        """
        FROM conversations c JOIN messages m ON m.landlord_id = c.landlord_id AND m.message_id = c.last_message_id
        WHERE c.landlord_id = \(note.place.landlord) AND c.conversation_id = \(note.conversation)
            AND m.direction = 'in' AND m.wamid IS NOT NULL AND c.last_inbound_at > \(now - CustomerServiceWindow.length)
        """
    }
}
