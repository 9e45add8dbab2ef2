import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A connected line whose conversations have something to send.
struct DueLine: Decodable {
    let landlordId: Landlord.ID
    let lineId: Line.ID
    let phoneNumberId: String
    let throughput: String?
    let onBusinessApp: Bool
    let accountId: Identifier<WhatsAppAccount>
    let tokenSealed: String?
    /// When its earliest message may go.
    let dueAt: Date

    var key: LineKey { LineKey(landlord: landlordId, line: lineId) }
}

/// The first message of a conversation's queue.
struct DueMessage: Decodable {
    let messageId: Message.ID
    let conversationId: Conversation.ID
    let tries: Int
    let content: String
    let replyTo: String?
    let contactId: Contact.ID
    let pairBusyUntil: Date?
    let addressKind: String?
    let addressValue: String?

    /// Whom to address; nil when nothing is known of the person any more.
    var recipient: OutgoingMessage.Recipient? {
        guard let addressKind, let addressValue else { return nil }
        return addressKind == Identity.Kind.number.rawValue
            ? .to("+" + addressValue) : .user(BusinessScopedUserID(rawValue: addressValue))
    }
}

private struct QueuedLine: Decodable {
    let landlordId: Landlord.ID
    let lineId: Line.ID?
    let phoneNumberId: String?
    let throughput: String?
    let onBusinessApp: Bool?
    let accountId: Identifier<WhatsAppAccount>?
    let tokenSealed: String?
    let dueAt: Date?

    var due: DueLine? {
        guard let lineId, let phoneNumberId, let accountId, let dueAt else { return nil }
        return DueLine(
            landlordId: landlordId, lineId: lineId, phoneNumberId: phoneNumberId, throughput: throughput,
            onBusinessApp: onBusinessApp ?? false, accountId: accountId, tokenSealed: tokenSealed, dueAt: dueAt)
    }
}

extension Sender {
    /// Landlords looked at, and lines served, in one claim.
    static let landlordsPerClaim = 200, linesPerClaim = 64

    /// Lines with something to send, landlord after landlord from where the last claim stopped. The index is read at its edges only: one
    /// step per landlord and line, however long their queues are.
    func waitingLines(after start: Landlord.ID, _ claim: inout SendClaim) throws -> [DueLine] {
        let rows = try db.all(QueuedLine.self, Self.waitingLines(after: start))
        var lines: [DueLine] = []
        var landlords = 0
        var last: Landlord.ID?
        for row in rows {
            if row.landlordId != last {
                if lines.count(where: { $0.dueAt <= now }) >= Self.linesPerClaim { break }
                landlords += 1
                last = row.landlordId
            }
            if let due = row.due { lines.append(due) }
        }
        let sawAll = landlords < Self.landlordsPerClaim && last == rows.last?.landlordId
        claim.resumeAfter = sawAll ? nil : last
        return lines
    }

    static func waitingLines(after start: Landlord.ID) -> SQL {
        """
        WITH RECURSIVE queue (landlord_id, place) AS (
            SELECT (SELECT o.landlord_id FROM outbox o WHERE o.ready AND o.landlord_id > \(start) ORDER BY o.landlord_id LIMIT 1), 1
            UNION ALL
            SELECT (SELECT o.landlord_id FROM outbox o WHERE o.ready AND o.landlord_id > q.landlord_id ORDER BY o.landlord_id LIMIT 1),
                q.place + 1
            FROM queue q WHERE q.landlord_id IS NOT NULL AND q.place < \(Self.landlordsPerClaim))
        SELECT q.landlord_id, l.line_id, l.phone_number_id, l.throughput, l.on_business_app, a.account_id, a.token_sealed,
            (SELECT o.due_at FROM outbox o WHERE o.ready AND o.landlord_id = l.landlord_id AND o.line_id = l.line_id
             ORDER BY o.due_at LIMIT 1) AS due_at
        FROM queue q
        LEFT JOIN lines l ON l.landlord_id = q.landlord_id AND l.status = 'connected'
        LEFT JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id AND a.status = 'connected'
        WHERE q.landlord_id IS NOT NULL ORDER BY q.place, l.line_id
        """
    }

    /// Takes messages whose conversation's turn it is. Who wrote too much to one person waits for that person alone.
    func heads(of line: DueLine, limit: Int, _ claim: inout SendClaim) throws -> [DueMessage] {
        let heads = try db.all(DueMessage.self, Self.heads(of: line.key, now: now, limit: limit))
        var taken: [DueMessage] = []
        var pairs: [(Conversation.ID, PairPace)] = []
        var postponed: [(Message.ID, Date)] = []
        for head in heads {
            var pair = PairPace(busyUntil: head.pairBusyUntil)
            guard pair.free <= now else {
                postponed.append((head.messageId, pair.free))
                claim.look(at: pair.free)
                continue
            }
            pair.spend(at: now)
            pairs.append((head.conversationId, pair))
            taken.append(head)
        }
        try db.execute(each: postponed) { message, free in
            "UPDATE outbox SET due_at = \(free) WHERE landlord_id = \(line.landlordId) AND message_id = \(message)"
        }
        try LandlordRows(line.landlordId, db).store(pairs)
        return taken
    }

    static func heads(of line: LineKey, now: Date, limit: Int) -> SQL {
        """
        SELECT o.message_id, o.conversation_id, o.tries, m.content, m.reply_to, c.contact_id, p.busy_until AS pair_busy_until,
            (SELECT i.kind FROM contact_identities i WHERE i.landlord_id = c.landlord_id AND i.contact_id = c.contact_id
             ORDER BY \(bestAddress) LIMIT 1) AS address_kind,
            (SELECT i.value FROM contact_identities i WHERE i.landlord_id = c.landlord_id AND i.contact_id = c.contact_id
             ORDER BY \(bestAddress) LIMIT 1) AS address_value
        FROM outbox o
        JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
        JOIN conversations c ON c.landlord_id = o.landlord_id AND c.conversation_id = o.conversation_id
        LEFT JOIN pair_paces p ON p.landlord_id = o.landlord_id AND p.conversation_id = o.conversation_id
        WHERE o.ready AND o.landlord_id = \(line.landlord) AND o.line_id = \(line.line) AND o.due_at <= \(now)
        ORDER BY o.due_at, o.position LIMIT \(limit) \(SQL.skipLocked(of: "o"))
        """
    }

    // The number if there is one, else the newest business-scoped ID, as `LandlordRows.address` has it.
    private static let bestAddress: SQL =
        "CASE i.kind WHEN 'number' THEN 0 WHEN 'bsuid' THEN 1 ELSE 2 END, i.seen_at DESC, i.identity_key"
}
