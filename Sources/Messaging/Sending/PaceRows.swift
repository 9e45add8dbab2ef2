import Foundation
import SQLDatabase
import WhatsAppCloudAPI

private struct SlowedLine: Decodable {
    let busyUntil: Date
    let speed: Int
    let slowedAt: Date?
    let holdUntil: Date?

    var pace: Pace {
        Pace(throughput: nil, onBusinessApp: false, busyUntil: busyUntil, speed: speed, slowedAt: slowedAt, holdUntil: holdUntil)
    }
}

extension Sender {
    func store(_ paces: [(LineKey, Pace)]) throws {
        try db.execute(each: paces) { key, pace in
            """
            UPDATE paces SET busy_until = \(pace.busyUntil), speed = \(pace.speed), slowed_at = \(pace.slowedAt),
                hold_until = \(pace.holdUntil)
            WHERE landlord_id = \(key.landlord) AND line_id = \(key.line)
            """
        }
    }

    /// What Meta's throttling of these calls means for their lines' pace. It comes first in its transaction: whoever holds a pace may
    /// wait for a landlord's row, never the other way round.
    func slowDown(_ throttled: [(call: SendCall, error: GraphError)]) throws {
        let lines = Dictionary(grouping: throttled, by: \.call.line)
        for (line, refusals) in lines.sorted(by: { $0.key < $1.key }) {
            let row = try db.first(
                SlowedLine.self,
                """
                SELECT busy_until, speed, slowed_at, hold_until FROM paces
                WHERE landlord_id = \(line.landlord) AND line_id = \(line.line) \(SQL.lockRow)
                """)
            guard var pace = row?.pace else { continue }
            for (call, error) in refusals {
                pace.slowDown(claimedAt: call.claimedAt, hold: error.hold, now: now)
            }
            try store([(line, pace)])
        }
    }
}

extension LandlordRows {
    func store(_ pairs: [(Conversation.ID, PairPace)]) throws {
        try db.execute(each: pairs) { conversation, pair in
            """
            INSERT INTO pair_paces (landlord_id, conversation_id, busy_until) VALUES (\(landlord), \(conversation), \(pair.busyUntil))
            ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET busy_until = excluded.busy_until
            """
        }
    }
}

extension GraphError {
    /// Whether it is about the number's, the account's or the app's speed; the limit between a number and one person is not.
    var throttlesLine: Bool { entry.category == .throttling && !exhaustsPair }

    /// Whether too much went to one person.
    var exhaustsPair: Bool { code == 131_056 }

    /// How long the line must be quiet: what Meta says, or a minute while the account is in maintenance.
    fileprivate var hold: Duration? {
        code == 131_057 ? retryAfter ?? .seconds(60) : retryAfter
    }
}
