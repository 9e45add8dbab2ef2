import Foundation
import SQLDatabase

extension Sender {
    /// Attempts whose process died or froze: whether Meta has them is unknown, so they are not sent again. `all` treats every open
    /// attempt so, for the only process on a database that has just started.
    public func recover(all: Bool) throws -> Int {
        let lost = try db.all(
            LostRow.self,
            """
            SELECT o.landlord_id, o.message_id, o.conversation_id FROM outbox o
            JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
            WHERE \(overdue(all: all)) ORDER BY o.lease_until LIMIT \(all ? Int.max : 200) \(SQL.skipLocked)
            """)
        var changes = SendChanges()
        for row in lost {
            try db.execute(
                """
                UPDATE attempts SET outcome = 'unknown', finished_at = \(now), error_details = 'The process that made the call ended.'
                WHERE landlord_id = \(row.landlordId) AND message_id = \(row.messageId) AND outcome = 'calling'
                """)
            try LandlordRows(row.landlordId, db).set(.unknown, of: row.messageId)
            try LandlordRows(row.landlordId, db).leaveOutbox(row.messageId)
            changes.moved(row.messageId, in: row.conversationId, of: row.landlordId)
        }
        try changes.publish(on: db, now: now)
        return lost.count
    }

    /// Whether there is an attempt whose process died or froze.
    func hasLostCalls(all: Bool) throws -> Bool {
        try db.exists("SELECT 1 FROM outbox o WHERE \(overdue(all: all))")
    }

    private func overdue(all: Bool) -> SQL {
        all ? "o.lease_until IS NOT NULL" : "o.lease_until < \(now)"
    }

    /// Whether any message's fate is unknown.
    func hasUnknown() throws -> Bool {
        try db.exists("SELECT 1 FROM messages WHERE state = 'unknown'")
    }

    /// Unknown messages of which ten minutes of otherwise flowing webhooks brought no sign. `webhooksSeen` is when the newest event
    /// arrived of those that are applied.
    public func giveUpUnknown(webhooksSeen: Date?) throws -> Int {
        guard let webhooksSeen else { return 0 }
        let silent = try db.all(
            LostRow.self,
            """
            SELECT m.landlord_id, m.message_id, m.conversation_id FROM messages m
            WHERE m.state = 'unknown' AND m.created_at <= \(webhooksSeen - Self.checking) AND NOT EXISTS (
                SELECT 1 FROM attempts a WHERE a.landlord_id = m.landlord_id AND a.message_id = m.message_id
                    AND a.started_at > \(webhooksSeen - Self.checking))
            LIMIT 200 \(SQL.skipLocked(of: "m"))
            """)
        var changes = SendChanges()
        for row in silent {
            try LandlordRows(row.landlordId, db).set(.probablyNotSent, of: row.messageId)
            changes.add(.message(row.messageId, in: row.conversationId), of: row.landlordId)
        }
        try changes.publish(on: db, now: now)
        return silent.count
    }
}

private struct LostRow: Decodable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let conversationId: Conversation.ID
}
