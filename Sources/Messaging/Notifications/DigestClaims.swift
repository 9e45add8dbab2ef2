import Foundation
import SQLDatabase

/// A list on its way to the platform, claimed by this process.
struct DueDigest: Sendable {
    let digest: Digest
    /// Which try this is, from 1 on.
    let tries: Int
    let createdAt: Date
}

/// Claims lists and writes down what became of them. Pure steps over a connection.
struct DigestClaims {
    private static let lease: TimeInterval = 60

    let db: any Connection
    /// The clock that leases run by.
    let now: Date

    func isBusy() throws -> Bool {
        try db.exists("SELECT 1 FROM digests WHERE due_at <= \(now) AND (lease_until IS NULL OR lease_until < \(now))")
    }

    func claim() throws -> [DueDigest] {
        let rows = try db.all(
            DigestRow.self,
            """
            SELECT d.landlord_id, d.digest_id, d.tries, d.created_at, l.name FROM digests d JOIN landlords l ON l.landlord_id = d.landlord_id
            WHERE d.due_at <= \(now) AND (d.lease_until IS NULL OR d.lease_until < \(now))
            ORDER BY d.due_at LIMIT 4 \(SQL.skipLocked(of: "d"))
            """)
        try db.execute(each: rows) { row in
            """
            UPDATE digests SET lease_until = \(now + Self.lease), tries = tries + 1
            WHERE landlord_id = \(row.landlordId) AND digest_id = \(row.digestId)
            """
        }
        return try rows.map { row in
            let landlord = Landlord(landlordID: row.landlordId, name: row.name)
            return DueDigest(
                digest: Digest(id: row.digestId, landlord: landlord, items: try items(of: row)), tries: row.tries + 1,
                createdAt: row.createdAt)
        }
    }

    // Who was answered since is not told of.
    private func items(of row: DigestRow) throws -> [Digest.Item] {
        let rows = LandlordRows(row.landlordId, db)
        let listed = try db.all(
            ItemRow.self,
            """
            SELECT i.conversation_id, i.message_id FROM digest_items i JOIN messages m ON m.landlord_id = i.landlord_id AND m.message_id = i.message_id
            WHERE i.landlord_id = \(row.landlordId) AND i.digest_id = \(row.digestId) ORDER BY m.at, m.message_id LIMIT \(DigestQueue.longest)
            """)
        let messages = try rows.messages(ids: listed.map(\.messageId))
        return try listed.compactMap { item in
            guard let conversation = try rows.conversationIfThere(item.conversationId), conversation.lastMessage?.direction == .inbound,
                let message = messages[item.messageId]
            else { return nil }
            return Digest.Item(conversation: conversation, message: message)
        }
    }

    func record(_ outcome: DigestOutcome, of due: DueDigest, random: inout Randomness) throws {
        let mine: SQL = "landlord_id = \(due.digest.landlord.landlordID) AND digest_id = \(due.digest.id)"
        let next = now + 30 + RetryPolicy.backoff(due.tries + 4, random: &random)
        if case .again = outcome, next < due.createdAt + DigestQueue.patience {
            try db.execute("UPDATE digests SET lease_until = NULL, due_at = \(next) WHERE \(mine)")
        } else {
            try db.execute("DELETE FROM digests WHERE \(mine)")
        }
    }
}

private struct DigestRow: Decodable {
    let landlordId: Landlord.ID
    let digestId: String
    let tries: Int
    let createdAt: Date
    let name: String
}

private struct ItemRow: Decodable {
    let conversationId: Conversation.ID
    let messageId: Message.ID
}
