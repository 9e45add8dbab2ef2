import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Sender {
    /// Writes down what a call came to. Answers false when the attempt is no longer ours: its lease ran out, or a status was quicker.
    @discardableResult
    public mutating func record(_ result: SendResult, of call: SendCall) throws -> Bool {
        let rows = LandlordRows(call.landlord, db)
        switch result {
        case .accepted(let receipt):
            return try accept(receipt, call, rows)
        case .notStarted(let reason), .failed(.notSent(let reason)):
            guard try close(call, as: .notSent, code: nil, details: reason) else { return false }
            try wait(for: now + RetryPolicy.backoff(call.number, random: &random), call, rows, giveUpWith: (nil, reason))
        case .failed(.answerLost(let reason)):
            guard try close(call, as: .unknown, code: nil, details: reason) else { return false }
            try rows.set(.unknown, of: call.messageID)
            try rows.leaveOutbox(call.messageID)
        case .failed(.unreadable(let status, _)):
            guard try close(call, as: .unknown, code: status, details: "Meta answered with something unreadable.") else { return false }
            try rows.set(.unknown, of: call.messageID)
            try rows.leaveOutbox(call.messageID)
        case .failed(.refused(let error)):
            guard try close(call, as: .refused, code: error.code, details: error.details ?? error.message) else { return false }
            try refused(error, call, rows)
        }
        try publish([call.landlord: [.message(call.messageID, in: call.conversationID)]])
        return true
    }

    // Only the attempt that holds this fence and is still open may be closed, and exactly one row must change.
    private func close(_ call: SendCall, as outcome: Attempt.Outcome, wamid: String? = nil, code: Int?, details: String?) throws -> Bool {
        try db.execute(
            """
            UPDATE attempts SET outcome = \(outcome), wamid = \(wamid), error_code = \(code), error_details = \(details), finished_at = \(now)
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID) AND number = \(call.number)
                AND fence = \(call.fence) AND outcome = 'calling'
            """) == 1
    }

    private func accept(_ receipt: SendReceipt, _ call: SendCall, _ rows: LandlordRows) throws -> Bool {
        let ours = try close(call, as: .accepted, wamid: receipt.wamid.rawValue, code: nil, details: nil)
        // Even a late answer is proof that Meta has the message: an attempt given up as unknown is known again.
        let late =
            try !ours
            && db.execute(
                """
                UPDATE attempts SET outcome = 'accepted', wamid = \(receipt.wamid.rawValue), finished_at = \(now)
                WHERE landlord_id = \(call.landlord) AND fence = \(call.fence) AND outcome = 'unknown'
                """) == 1
        let identities = Identity.all(waID: receipt.waID, userID: receipt.userID, parentID: nil)
        // If one of them is somebody else's, statuses will tell who is who.
        if try identities.allSatisfy({ try rows.holder(of: $0).map { $0.contactId == call.contactID } ?? true }) {
            try rows.learn(identities, of: call.contactID, at: now, fromMeta: true)
        }
        guard ours || late else { return false }
        try rows.markAccepted(
            call.messageID, wamid: receipt.wamid.rawValue, phoneNumberID: call.phoneNumberID.rawValue, fence: call.fence, now: now)
        try publish([call.landlord: [.message(call.messageID, in: call.conversationID)]])
        return true
    }

    private mutating func refused(_ error: GraphError, _ call: SendCall, _ rows: LandlordRows) throws {
        let entry = error.entry
        if case .reconnect = entry.remedy {
            // Messages wait rather than fail: reconnecting takes a minute.
            try db.execute(
                """
                UPDATE accounts SET status = 'reconnect', updated_at = \(now)
                WHERE landlord_id = \(call.landlord) AND account_id = \(call.accountID) AND status = 'connected'
                """)
            try wait(for: now, call, rows, giveUpWith: (error.code, entry.forLandlord))
            try publish([call.landlord: [.account(call.lineID)]])
        } else if let next = RetryPolicy.next(after: entry.remedy, tries: call.number, now: now, random: &random) {
            try wait(for: next, call, rows, giveUpWith: (error.code, entry.forLandlord))
        } else {
            try rows.refuse(call.messageID, code: error.code, details: entry.forLandlord, now: now)
        }
    }

    private func wait(for next: Date, _ call: SendCall, _ rows: LandlordRows, giveUpWith reason: (code: Int?, words: String)) throws {
        let waiting = try db.execute(
            """
            UPDATE outbox SET due_at = \(next), lease_until = NULL
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID) AND give_up_at > \(next)
            """)
        guard waiting == 1 else { return try rows.refuse(call.messageID, code: reason.code, details: reason.words, now: now) }
        try rows.set(.queued, of: call.messageID)
    }

    /// Attempts whose process died or froze: whether Meta has them is unknown, so they are not sent again. `all` treats every open
    /// attempt so, for the only process on a database that has just started.
    public func recover(all: Bool) throws -> Int {
        let overdue: SQL = all ? "lease_until IS NOT NULL" : "lease_until < \(now)"
        let lost = try db.all(
            LostRow.self, "SELECT landlord_id, message_id, conversation_id FROM outbox WHERE \(overdue) \(SQL.skipLocked)")
        var changes: [Landlord.ID: [Change]] = [:]
        for row in lost {
            let rows = LandlordRows(row.landlordId, db)
            try db.execute(
                """
                UPDATE attempts SET outcome = 'unknown', finished_at = \(now), error_details = 'The process that made the call ended.'
                WHERE landlord_id = \(row.landlordId) AND message_id = \(row.messageId) AND outcome = 'calling'
                """)
            try rows.set(.unknown, of: row.messageId)
            try rows.leaveOutbox(row.messageId)
            changes[row.landlordId, default: []] += [.message(row.messageId, in: row.conversationId)]
        }
        try publish(changes)
        return lost.count
    }

    /// Unknown messages of which ten minutes of otherwise flowing webhooks brought no sign. `webhooksSeen` is when the newest event
    /// arrived of those that are applied.
    public func giveUpUnknown(webhooksSeen: Date?) throws -> Int {
        guard let webhooksSeen else { return 0 }
        let silent = try db.all(
            LostRow.self,
            """
            SELECT m.landlord_id, m.message_id, m.conversation_id FROM messages m
            WHERE m.state = 'unknown' AND m.created_at <= \(webhooksSeen - Self.checking) AND NOT EXISTS (
                SELECT 1 FROM attempts a WHERE a.landlord_id = m.landlord_id AND a.message_id = m.message_id
                    AND a.started_at > \(webhooksSeen - Self.checking))
            LIMIT 200
            """)
        var changes: [Landlord.ID: [Change]] = [:]
        for row in silent {
            try LandlordRows(row.landlordId, db).set(.probablyNotSent, of: row.messageId)
            changes[row.landlordId, default: []] += [.message(row.messageId, in: row.conversationId)]
        }
        try publish(changes)
        return silent.count
    }
}

private struct LostRow: Decodable {
    let landlordId: Landlord.ID
    let messageId: Message.ID
    let conversationId: Conversation.ID
}

extension LandlordRows {
    /// Meta has the message: it gets its wamid, leaves the outbox, and whatever was reported about it before is applied next.
    func markAccepted(_ message: Message.ID, wamid: String, phoneNumberID: String, fence: String, now: Date) throws {
        try db.execute(
            """
            UPDATE messages SET state = 'accepted', wamid = COALESCE(wamid, \(wamid)), accepted_at = COALESCE(accepted_at, \(now))
            WHERE landlord_id = \(landlord) AND message_id = \(message)
            """)
        try leaveOutbox(message)
        try db.execute(
            """
            INSERT INTO wamid_routes (phone_number_id, wamid, landlord_id, message_id)
            VALUES (\(phoneNumberID), \(wamid), \(landlord), \(message)) ON CONFLICT (phone_number_id, wamid) DO NOTHING
            """)
        try db.execute(
            """
            UPDATE waiting_items SET released_at = \(now) WHERE reason IN ('unknownTarget', 'unknownLine') AND released_at IS NULL
                AND ((phone_number_id = \(phoneNumberID) AND wamid = \(wamid)) OR callback_data = \(fence))
            """)
    }
}
