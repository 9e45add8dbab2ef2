import Foundation
import SQLDatabase

/// Parts of events that cannot be applied yet. They name the part; its words stay in the ledger.
enum WaitingItems {
    static let lifetime: TimeInterval = 30 * 86_400
    /// Statuses may belong to messages that another program sent; they are given a little longer than a message lives at Meta.
    static let statusLifetime: TimeInterval = 35 * 86_400

    struct Row: Decodable, Sendable {
        let eventId: String
        let part: Int

        var event: LedgerEvent.ID { LedgerEvent.ID(eventId) }
    }

    static func park(_ items: [(LedgerItem, Waiting, error: String?)], on db: any Connection, now: Date) throws {
        try db.executeWithNext(each: items) { parked in
            let (item, reason, error) = parked
            let wamid = item.item.awaitedWamid
            let expiry = item.receivedAt + (item.item.callbackData == nil ? lifetime : statusLifetime)
            return """
                INSERT INTO waiting_items (event_id, part, reason, phone_number_id, waba_id, wamid, callback_data, error, waiting_since,
                    expires_at)
                VALUES (\("\(item.event)"), \(item.item.part), \(reason), \(item.item.phoneNumberID?.rawValue), \(item.item.wabaID?.rawValue),
                    \(wamid), \(item.item.callbackData), \(error), \(now), \(expiry))
                ON CONFLICT (event_id, part) DO UPDATE SET reason = excluded.reason, error = excluded.error, released_at = NULL
                """
        }
    }

    /// Parts that can be tried again.
    static func released(on db: any Connection, limit: Int) throws -> [Row] {
        try db.all(
            Row.self, "SELECT event_id, part FROM waiting_items WHERE released_at IS NOT NULL ORDER BY event_id, part LIMIT \(limit)")
    }

    // What is applied at its first try has never waited.
    static func done(_ items: [LedgerItem], on db: any Connection) throws {
        try db.executeWithNext(each: items.filter(\.isAgain)) {
            "DELETE FROM waiting_items WHERE event_id = \("\($0.event)") AND part = \($0.item.part)"
        }
    }

    /// What waited for these messages can go on, also on a line that nobody has any more.
    static func release(_ routes: [Routing.Route], on db: any Connection, now: Date) throws {
        guard !routes.isEmpty else { return }
        let waiting = try db.all(
            Row.self,
            """
            WITH wanted (number, id) AS \(pairs: routes.map { ($0.phoneNumberId, $0.wamid) })
            SELECT w.event_id, w.part FROM wanted CROSS JOIN waiting_items w
            WHERE w.phone_number_id = number AND w.wamid = id AND w.reason IN ('unknownTarget', 'unknownLine') AND w.released_at IS NULL
            """)
        try db.executeWithNext(each: waiting) {
            "UPDATE waiting_items SET released_at = \(now) WHERE event_id = \($0.eventId) AND part = \($0.part)"
        }
    }

    /// What waited for this line, or for its account, can go on.
    static func release(number: String, waba: String, on db: any Connection, now: Date) throws {
        try db.execute(
            """
            UPDATE waiting_items SET released_at = \(now)
            WHERE reason = 'unknownLine' AND released_at IS NULL
                AND (phone_number_id = \(number) OR (phone_number_id IS NULL AND waba_id = \(waba)))
            """)
    }

    static func expire(on db: any Connection, now: Date) throws -> Int {
        try db.execute("DELETE FROM waiting_items WHERE expires_at < \(now)")
    }
}
