import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// "I have read this", told to Meta so that the person's ticks turn blue. Lost ones harm nobody; each newer one covers the older.
enum ReadReceipts {
    static let lease: TimeInterval = 35

    struct Due: Decodable, Sendable {
        let landlordId: Landlord.ID
        let conversationId: Conversation.ID
        let wamid: String
        let tries: Int
        /// Whether the person is also shown that somebody writes.
        let typing: Bool
        let phoneNumberId: String
        let accountId: String
        let tokenSealed: String?
    }

    static func claim(on db: any Connection, now: Date) throws -> [Due] {
        let due = try db.all(
            Due.self,
            """
            SELECT r.landlord_id, r.conversation_id, r.wamid, r.tries, r.typing, l.phone_number_id, a.account_id, a.token_sealed
            FROM read_receipts r
            JOIN lines l ON l.landlord_id = r.landlord_id AND l.line_id = r.line_id AND l.status = 'connected'
            JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id AND a.status = 'connected'
            WHERE r.due_at <= \(now) AND (r.lease_until IS NULL OR r.lease_until < \(now))
            ORDER BY r.due_at LIMIT 16 \(SQL.skipLocked(of: "r"))
            """)
        try db.execute(each: due) { receipt in
            """
            UPDATE read_receipts SET lease_until = \(now + lease), tries = tries + 1
            WHERE landlord_id = \(receipt.landlordId) AND conversation_id = \(receipt.conversationId)
            """
        }
        return due
    }

    /// What could not be told for a day, since the line is closed, is not told any more; some at a time.
    static func forgetOld(on db: any Connection, now: Date) throws {
        try db.execute(
            """
            DELETE FROM read_receipts WHERE (landlord_id, conversation_id) IN (
                SELECT landlord_id, conversation_id FROM read_receipts WHERE due_at < \(now - 86_400) ORDER BY due_at LIMIT 500)
            """)
    }

    static func record(_ receipt: Due, failure: GraphFailure?, on db: any Connection, now: Date) throws {
        let mine: SQL = "landlord_id = \(receipt.landlordId) AND conversation_id = \(receipt.conversationId) AND wamid = \(receipt.wamid)"
        if failure == nil || receipt.tries >= 4 {
            try db.execute("DELETE FROM read_receipts WHERE \(mine)")
        } else {
            // Who was writing may be done by then.
            try db.execute("UPDATE read_receipts SET lease_until = NULL, typing = FALSE, due_at = \(now + 10) WHERE \(mine)")
        }
    }
}
