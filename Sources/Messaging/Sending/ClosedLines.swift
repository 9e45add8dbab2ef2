import Foundation
import SQLDatabase

/// Messages that cannot go because their line is closed: Meta's permission has ended, or the landlord disconnected it. Nobody tries them, so
/// nobody would ever tell. After half an hour they are told as not sent, instead of arriving out of the blue once the line is open again.
/// What waits on an open line waits for its turn alone, as in a long broadcast, and goes on waiting however long that takes.
extension Sender {
    private static let giveUpsAtOnce = 50
    private static let words =
        "Your number was not connected for half an hour, so this was not sent. Connect it under “Your number”, then send it again."

    /// Closed lines with messages that have waited too long.
    func lateLines() throws -> [LineKey] {
        try db.useIndexes()
        var late: [LineKey] = [], next: LineKey? = LineKey.first
        while let start = next {
            next = nil
            for row in try db.all(QueuedLine.self, Self.queuedLines(after: start)) {
                guard let landlord = row.landlordId, let line = row.lineId, let dueAt = row.dueAt else { return late }
                let key = LineKey(landlord: landlord, line: line)
                if !row.isOpen, dueAt <= now - RetryPolicy.patience { late.append(key) }
                next = key
            }
        }
        return late
    }

    /// Gives up some of what has waited too long on a closed line. Answers whether there was any: whatever stood behind it comes next.
    func giveUpLate(on line: LineKey) throws -> Bool {
        try db.useIndexes()
        let late = try db.all(
            LateMessage.self,
            """
            SELECT o.message_id, o.conversation_id FROM outbox o
            WHERE o.ready AND o.landlord_id = \(line.landlord) AND o.line_id = \(line.line) AND o.due_at <= \(now - RetryPolicy.patience)
                AND NOT EXISTS (
                    SELECT 1 FROM lines l JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id
                    WHERE l.landlord_id = o.landlord_id AND l.line_id = o.line_id AND l.status = 'connected' AND a.status = 'connected')
            ORDER BY o.due_at, o.position LIMIT \(Self.giveUpsAtOnce) \(SQL.skipLocked(of: "o"))
            """)
        var changes = SendChanges()
        for message in late {
            try LandlordRows(line.landlord, db).refuse(message.messageId, code: nil, details: Self.words, now: now)
            changes.moved(message.messageId, in: message.conversationId, of: line.landlord)
        }
        try changes.publish(on: db, now: now)
        return !late.isEmpty
    }
}

private struct LateMessage: Decodable {
    let messageId: Message.ID
    let conversationId: Conversation.ID
}
