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
        try db.executeWithNext(each: paces) { key, pace in
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
        try db.executeWithNext(each: pairs) { conversation, pair in
            """
            INSERT INTO pair_paces (landlord_id, conversation_id, busy_until) VALUES (\(landlord), \(conversation), \(pair.busyUntil))
            ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET busy_until = excluded.busy_until
            """
        }
    }
}

extension Messaging {
    /// Forgets how fast people were written to where that holds nobody up any more, some rows per transaction and `most` in one turn: the
    /// next turn goes on. Answers how many.
    func forgetIdlePaces(most: Int = 20_000) async throws -> Int {
        let leases = leases, page = 200
        var last = PairRow(landlordId: Landlord.ID(""), conversationId: Conversation.ID("")), forgotten = 0
        while forgotten < most {
            let after = last
            let idle = try await database.read { try PairRow.idle(after: after, limit: page, now: leases.now(on: $0), on: $0) }
            guard let end = idle.last else { break }
            forgotten += try await database.write { try PairRow.delete(idle, now: leases.now(on: $0), on: $0) }
            last = end
        }
        return forgotten
    }
}

/// A conversation's pace. Once its time has passed it is as if it had never been; an hour more, so that nobody is just using it.
private struct PairRow: Decodable, Sendable {
    private static let margin: TimeInterval = 3_600

    let landlordId: Landlord.ID
    let conversationId: Conversation.ID

    // Along the key: an index by time would have to be changed with every message that is sent.
    static func idle(after last: PairRow, limit: Int, now: Date, on db: any Connection) throws -> [PairRow] {
        try db.all(
            PairRow.self,
            """
            SELECT landlord_id, conversation_id FROM pair_paces
            WHERE (landlord_id, conversation_id) > (\(last.landlordId), \(last.conversationId)) AND busy_until < \(now - margin)
            ORDER BY landlord_id, conversation_id LIMIT \(limit)
            """)
    }

    static func delete(_ rows: [PairRow], now: Date, on db: any Connection) throws -> Int {
        try db.execute(each: rows) { row in
            """
            DELETE FROM pair_paces
            WHERE landlord_id = \(row.landlordId) AND conversation_id = \(row.conversationId) AND busy_until < \(now - margin)
            """
        }.reduce(0, +)
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
