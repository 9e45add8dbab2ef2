import Foundation
import SQLDatabase
import WhatsAppCloudAPI

private struct PaceRow: Decodable {
    let landlordId: Landlord.ID
    let lineId: Line.ID
    let busyUntil: Date
    let speed: Int
    let slowedAt: Date?
    let holdUntil: Date?
    let throughput: String?
    let onBusinessApp: Bool

    var key: LineKey { LineKey(landlord: landlordId, line: lineId) }

    var pace: Pace {
        Pace(
            throughput: throughput, onBusinessApp: onBusinessApp, busyUntil: busyUntil, speed: speed, slowedAt: slowedAt,
            holdUntil: holdUntil)
    }
}

extension Sender {
    /// The paces of lines, locked until commit. A line that another process is serving in this moment is left out.
    func lockPaces(of lines: [DueLine]) throws -> [LineKey: Pace] {
        let keys = lines.map(\.key)
        let known = try paces(of: keys, SQL.skipLocked(of: "p"))
        guard known.count < keys.count else { return known }
        // Lines that send for the first time; whoever comes second finds their rows.
        let made = try db.execute(each: keys.filter { known[$0] == nil }.sorted()) { key in
            """
            INSERT INTO paces (landlord_id, line_id, busy_until, speed) VALUES (\(key.landlord), \(key.line), 0, 1000)
            ON CONFLICT (landlord_id, line_id) DO NOTHING
            """
        }
        return made.contains(1) ? try paces(of: keys, SQL.skipLocked(of: "p")) : known
    }

    func store(_ paces: [LineKey: Pace]) throws {
        try db.execute(each: paces.sorted { $0.key < $1.key }) { key, pace in
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
        guard !throttled.isEmpty else { return }
        var paces = try paces(of: throttled.map(\.call.line), SQL(sqlite: "", postgres: " FOR UPDATE OF p"))
        for (call, error) in throttled {
            paces[call.line]?.slowDown(claimedAt: call.claimedAt, hold: error.hold, now: now)
        }
        try store(paces)
    }

    private func paces(of lines: [LineKey], _ lock: SQL) throws -> [LineKey: Pace] {
        let rows = try db.all(
            PaceRow.self,
            """
            SELECT p.landlord_id, p.line_id, p.busy_until, p.speed, p.slowed_at, p.hold_until, l.throughput, l.on_business_app
            FROM paces p JOIN lines l ON l.landlord_id = p.landlord_id AND l.line_id = p.line_id
            WHERE p.landlord_id IN \(list: lines.map(\.landlord).padded) AND p.line_id IN \(list: lines.map(\.line).padded)
            ORDER BY p.landlord_id, p.line_id \(lock)
            """)
        let wanted = Set(lines)
        return Dictionary(rows.map { ($0.key, $0.pace) }, uniquingKeysWith: { first, _ in first }).filter { wanted.contains($0.key) }
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

extension Array where Element: Hashable {
    /// The distinct elements, filled up to one of a few lengths, so that lists of any length share a few statement texts.
    var padded: [Element] {
        var distinct = Array(Set(self))
        guard let last = distinct.last else { return [] }
        let length = [1, 4, 16, 64, 256].first { $0 >= distinct.count } ?? distinct.count
        distinct += Array(repeating: last, count: length - distinct.count)
        return distinct
    }
}
