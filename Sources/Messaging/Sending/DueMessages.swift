import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A connected line that may send, its pace locked until commit.
struct DueLine: Decodable {
    let landlordId: Landlord.ID
    let lineId: Line.ID
    let phoneNumberId: String
    let throughput: String?
    let onBusinessApp: Bool
    let accountId: Identifier<WhatsAppAccount>
    let tokenSealed: String?
    let busyUntil: Date
    let speed: Int
    let slowedAt: Date?
    let holdUntil: Date?

    var key: LineKey { LineKey(landlord: landlordId, line: lineId) }

    var pace: Pace {
        Pace(
            throughput: throughput, onBusinessApp: onBusinessApp, busyUntil: busyUntil, speed: speed, slowedAt: slowedAt,
            holdUntil: holdUntil)
    }
}

/// The first message of a conversation's queue.
struct DueMessage: ReadsColumns {
    let messageId: Message.ID
    let conversationId: Conversation.ID
    let tries: Int
    let content: String
    let replyTo: String?
    let contactId: Contact.ID
    let pairBusyUntil: Date?
    let addressKind: String?
    let addressValue: String?

    init(_ columns: inout Columns) throws {
        (messageId, conversationId, tries) = (try columns.value(), try columns.value(), try columns.integer())
        (content, replyTo) = (try columns.text(), try columns.optionalText())
        (addressKind, addressValue) = (try columns.optionalText(), try columns.optionalText())
        (contactId, pairBusyUntil) = (try columns.value(), try columns.optionalDate())
    }

    /// Whom to address; nil when nothing is known of the person any more.
    var recipient: OutgoingMessage.Recipient? {
        guard let addressKind, let addressValue else { return nil }
        return addressKind == Identity.Kind.number.rawValue
            ? .to("+" + addressValue) : .user(BusinessScopedUserID(rawValue: addressValue))
    }
}

/// A line with messages that wait, by the first one.
struct QueuedLine: Decodable {
    let landlordId: Landlord.ID?
    let lineId: Line.ID?
    let dueAt: Date?
    let isOpen: Bool
}

extension Sender {
    /// Steps along the queue's index, and lines served, in one claim.
    static let stepsPerClaim = 600, linesPerClaim = 64

    /// Connected lines whose first message is due, line after line from where the last claim stopped.
    func dueLines(after start: LineKey, _ claim: inout SendClaim) throws -> [LineKey] {
        var due: [LineKey] = []
        claim.resumeAfter = start
        for row in try db.all(QueuedLine.self, Self.queuedLines(after: start)) {
            guard let landlord = row.landlordId, let line = row.lineId, let dueAt = row.dueAt else {
                claim.resumeAfter = nil
                break
            }
            let key = LineKey(landlord: landlord, line: line)
            claim.resumeAfter = key
            guard row.isOpen else { continue }
            if dueAt > now { claim.look(at: dueAt) } else { due.append(key) }
            if due.count == Self.linesPerClaim { break }
        }
        return due
    }

    /// Reads the index of ready messages at its edges only: a few steps per line, however long its queue is. Every part is a subquery of one
    /// row, so that no planner has anything to decide. The last row is empty once all lines were passed.
    static func queuedLines(after start: LineKey) -> SQL {
        """
        WITH RECURSIVE queue (landlord_id, line_id, place) AS (
            SELECT CAST(\(start.landlord) AS TEXT), CAST(\(start.line) AS TEXT), 1
            UNION ALL
            SELECT
                CASE WHEN q.line_id IS NOT NULL THEN q.landlord_id ELSE (
                    SELECT o.landlord_id FROM outbox o WHERE o.ready AND o.landlord_id > q.landlord_id
                    ORDER BY o.landlord_id LIMIT 1) END,
                CASE WHEN q.line_id IS NULL THEN '' ELSE (
                    SELECT o.line_id FROM outbox o WHERE o.ready AND o.landlord_id = q.landlord_id AND o.line_id > q.line_id
                    ORDER BY o.line_id LIMIT 1) END,
                q.place + 1
            FROM queue q WHERE q.landlord_id IS NOT NULL AND q.place < \(Self.stepsPerClaim))
        SELECT q.landlord_id, q.line_id,
            (SELECT o.due_at FROM outbox o WHERE o.ready AND o.landlord_id = q.landlord_id AND o.line_id = q.line_id
             ORDER BY o.due_at LIMIT 1) AS due_at,
            EXISTS (
                SELECT 1 FROM lines l WHERE l.landlord_id = q.landlord_id AND l.line_id = q.line_id AND l.status = 'connected'
                    AND 'connected' = (
                        SELECT a.status FROM accounts a WHERE a.landlord_id = l.landlord_id AND a.account_id = l.account_id)) AS is_open
        FROM queue q WHERE q.place > 1 AND (q.line_id > '' OR q.landlord_id IS NULL) ORDER BY q.place
        """
    }

    /// Locks a line's pace; nil while another process is serving the line.
    func lock(_ line: LineKey) throws -> DueLine? {
        let query = Self.lockedLine(line)
        if let known = try db.first(DueLine.self, query) { return known }
        let made = try db.execute(
            """
            INSERT INTO paces (landlord_id, line_id, busy_until, speed) VALUES (\(line.landlord), \(line.line), 0, 1000)
            ON CONFLICT (landlord_id, line_id) DO NOTHING
            """)
        return made == 1 ? try db.first(DueLine.self, query) : nil
    }

    private static func lockedLine(_ line: LineKey) -> SQL {
        """
        SELECT l.landlord_id, l.line_id, l.phone_number_id, l.throughput, l.on_business_app, a.account_id, a.token_sealed,
            p.busy_until, p.speed, p.slowed_at, p.hold_until
        FROM lines l
        JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id AND a.status = 'connected'
        JOIN paces p ON p.landlord_id = l.landlord_id AND p.line_id = l.line_id
        WHERE l.landlord_id = \(line.landlord) AND l.line_id = \(line.line) AND l.status = 'connected' \(SQL.skipLocked(of: "p"))
        """
    }

    /// Takes messages whose conversation's turn it is. Who wrote too much to one person waits for that person alone.
    func takeHeads(of line: LineKey, limit: Int, _ claim: inout SendClaim) throws -> [DueMessage] {
        var taken: [DueMessage] = []
        var pairs: [(Conversation.ID, PairPace)] = []
        var postponed: [(Message.ID, Date)] = []
        for head in try db.all(DueMessage.self, Self.heads(of: line, now: now, limit: limit)) {
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
        try db.executeWithNext(each: postponed) { message, free in
            "UPDATE outbox SET due_at = \(free) WHERE landlord_id = \(line.landlord) AND message_id = \(message)"
        }
        if !postponed.isEmpty { claim.look(at: now) }
        try LandlordRows(line.landlord, db).store(pairs)
        return taken
    }

    static func heads(of line: LineKey, now: Date, limit: Int) -> SQL {
        // The conversation is named too, so that even the wrong index finds one row.
        let message: SQL = """
            FROM messages m WHERE m.landlord_id = o.landlord_id AND m.message_id = o.message_id AND m.conversation_id = o.conversation_id
            """
        let address: SQL = """
            FROM contact_identities i WHERE i.landlord_id = o.landlord_id AND i.contact_id = (
                SELECT c.contact_id FROM conversations c WHERE c.landlord_id = o.landlord_id AND c.conversation_id = o.conversation_id)
            ORDER BY \(Identity.addressFirst) LIMIT 1
            """
        return """
            SELECT o.message_id, o.conversation_id, o.tries, (SELECT m.content \(message)) AS content,
                (SELECT m.reply_to \(message)) AS reply_to, (SELECT i.kind \(address)) AS address_kind,
                (SELECT i.value \(address)) AS address_value,
                (SELECT c.contact_id FROM conversations c
                 WHERE c.landlord_id = o.landlord_id AND c.conversation_id = o.conversation_id) AS contact_id,
                (SELECT p.busy_until FROM pair_paces p
                 WHERE p.landlord_id = o.landlord_id AND p.conversation_id = o.conversation_id) AS pair_busy_until
            FROM outbox o
            WHERE o.ready AND o.landlord_id = \(line.landlord) AND o.line_id = \(line.line) AND o.due_at <= \(now)
            ORDER BY o.due_at, o.position LIMIT \(limit) \(SQL.skipLocked)
            """
    }
}
