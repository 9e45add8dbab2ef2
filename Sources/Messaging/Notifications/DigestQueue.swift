import Foundation
import SQLDatabase

/// Who has just waited for too long.
struct WaitingTenants: Sendable {
    struct One: Decodable, Sendable {
        let landlordId: Landlord.ID
        let conversationId: Conversation.ID
        /// The first message that nobody answered.
        let messageId: Message.ID
    }

    /// Up to when changes had been looked at before, and are now.
    let from: Date
    let to: Date
    let tenants: [One]
    /// Whether there is more to look at.
    let isFull: Bool
}

/// What became of a list.
enum DigestOutcome: Sendable {
    case taken
    case again
    /// Everybody was answered meanwhile.
    case empty
}

/// Decides which conversations the platform is told of. Pure steps over a connection; `DigestLoop` posts.
///
/// Changes of live pages are kept with their time: what changed an hour ago is looked at an hour later, once, whoever it belongs to. So nobody
/// who brings messages in does anything for this, and a look costs what happened then.
struct DigestQueue {
    /// Between looks: what falls due in the same minute makes one list.
    static let step: TimeInterval = 60
    /// A list that nobody took is dropped after a day.
    static let patience: TimeInterval = 86_400
    /// Conversations in one list.
    static let longest = 100
    /// How far back the last answer is looked for.
    private static let memory: TimeInterval = 7 * 86_400
    private static let fact = "digestedUntil"
    private static let blocks = 100

    let db: any Connection
    /// The clock of messages.
    let now: Date
    let after: TimeInterval

    /// Reads who has waited for too long since the last look. Nil when it is not time yet.
    func waiting() throws -> WaitingTenants? {
        let end = now - after
        guard let from = try looked() else { return WaitingTenants(from: end, to: end, tenants: [], isFull: false) }
        guard end.timeIntervalSince(from) >= Self.step else { return nil }
        let full = try db.first(
            Date.self,
            "SELECT at FROM live_blocks WHERE at > \(from) AND at <= \(end) ORDER BY at LIMIT 1 OFFSET \(Self.blocks - 1)")
        let to = full ?? end
        let changes = try db.all(
            ChangeRow.self,
            """
            SELECT landlord_id, last_sequence, first_sequence, changes, at FROM live_blocks WHERE at > \(from) AND at <= \(to)
            ORDER BY at
            """)
        var threads: Set<Thread> = []
        for row in changes {
            for event in row.block.events where event.kind == .message {
                if let id = event.conversationId { threads.insert(Thread(landlord: row.landlordId, conversation: id)) }
            }
        }
        return WaitingTenants(from: from, to: to, tenants: try unanswered(threads, before: end), isFull: full != nil && to < end)
    }

    /// Conversations in which the tenant has had the last word since before `end`.
    private func unanswered(_ threads: Set<Thread>, before end: Date) throws -> [WaitingTenants.One] {
        guard !threads.isEmpty else { return [] }
        let here: SQL = "landlord_id = c.landlord_id AND conversation_id = c.conversation_id"
        let answered: SQL = """
            COALESCE((SELECT at FROM messages WHERE \(here) AND direction = 'out' AND failed_at IS NULL AND state <> 'refused'
                AND at > \(end - Self.memory) ORDER BY at DESC LIMIT 1), 0)
            """
        let found = try db.all(
            FoundRow.self,
            """
            WITH wanted (owner, wanted_id) AS \(pairs: threads.map { ($0.landlord, $0.conversation) })
            SELECT c.landlord_id, c.conversation_id, (
                SELECT f.message_id FROM messages f WHERE f.landlord_id = c.landlord_id AND f.conversation_id = c.conversation_id
                    AND f.direction = 'in' AND f.type <> 'system' AND f.revoked_at IS NULL
                    AND f.at > \(end - Self.memory) AND f.at <= \(end) AND f.at > \(answered)
                ORDER BY f.at, f.message_id LIMIT 1) AS message_id
            FROM wanted CROSS JOIN conversations c JOIN messages m ON m.landlord_id = c.landlord_id AND m.message_id = c.last_message_id
            WHERE c.landlord_id = owner AND c.conversation_id = wanted_id AND m.direction = 'in'
            """)
        return found.compactMap { row in
            row.messageId.map { WaitingTenants.One(landlordId: row.landlordId, conversationId: row.conversationId, messageId: $0) }
        }
    }

    /// Makes a list for each landlord of those that no list has held yet. Does nothing when another process was faster.
    func file(_ waiting: WaitingTenants, random: inout Randomness) throws {
        try db.execute(
            "INSERT INTO installation (name, value) VALUES (\(Self.fact), \(Self.text(waiting.from))) ON CONFLICT (name) DO NOTHING")
        let moved = try db.execute(
            """
            UPDATE installation SET value = \(Self.text(waiting.to)) WHERE name = \(Self.fact) AND value = \(Self.text(waiting.from))
            """)
        guard moved > 0 else { return }
        for (landlord, tenants) in Dictionary(grouping: waiting.tenants, by: \.landlordId).sorted(by: { $0.key < $1.key }) {
            let id = uuidV7(now: now, random: &random)
            let listed = try db.execute(each: tenants.sorted { $0.conversationId < $1.conversationId }) { tenant in
                """
                INSERT INTO digest_items (landlord_id, conversation_id, message_id, digest_id)
                VALUES (\(landlord), \(tenant.conversationId), \(tenant.messageId), \(id))
                ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET message_id = excluded.message_id, digest_id = excluded.digest_id
                    WHERE digest_items.message_id <> excluded.message_id
                """
            }
            guard listed.contains(where: { $0 > 0 }) else { continue }
            try db.execute(
                "INSERT INTO digests (landlord_id, digest_id, created_at, due_at) VALUES (\(landlord), \(id), \(now), \(now))")
        }
    }

    private func looked() throws -> Date? {
        let text = try db.first(String.self, "SELECT value FROM installation WHERE name = \(Self.fact)")
        return text.flatMap { Int64($0) }.map { Date(milliseconds: $0) }
    }

    private static func text(_ time: Date) -> String { String(time.milliseconds) }

    private struct Thread: Hashable {
        let landlord: Landlord.ID
        let conversation: Conversation.ID
    }
}

private struct ChangeRow: Decodable {
    let landlordId: Landlord.ID
    let block: LiveBlock

    enum CodingKeys: String, CodingKey { case landlordId }

    init(from decoder: any Decoder) throws {
        landlordId = try decoder.container(keyedBy: CodingKeys.self).decode(Landlord.ID.self, forKey: .landlordId)
        block = try LiveBlock(from: decoder)
    }
}

private struct FoundRow: Decodable {
    let landlordId: Landlord.ID
    let conversationId: Conversation.ID
    let messageId: Message.ID?
}
