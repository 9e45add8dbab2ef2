import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// What a call came to, on its way to being written down.
struct SendAnswer: Sendable {
    let call: SendCall
    let result: SendResult
}

/// What was written down.
struct SendRecording: Sendable {
    /// Fences of the attempts that were still ours to close.
    var closed: Set<String> = []
    /// Landlords with something new to see.
    var changed: Set<Landlord.ID> = []
    /// Whether events had been waiting for one of the messages.
    var releasedEvents = false
}

extension Sender {
    /// Writes down what a call came to. Answers false when that was no news: a status was quicker, or nobody can know any more.
    @discardableResult
    public mutating func record(_ result: SendResult, of call: SendCall) throws -> Bool {
        try record([SendAnswer(call: call, result: result)]).closed.contains(call.fence)
    }

    /// Writes down what many calls came to, in a handful of statements.
    mutating func record(_ answers: [SendAnswer]) throws -> SendRecording {
        try slowDown(answers.compactMap { answer in answer.throttling.map { (answer.call, $0) } })
        // The applier locks messages in this order too.
        let answers = answers.sorted { ($0.call.landlord, $0.call.messageID) < ($1.call.landlord, $1.call.messageID) }
        let places = try lockMessages(answers)
        let closed = try close(answers)
        var recording = SendRecording(closed: Set(closed.map(\.call.fence)))
        var changes = SendChanges()
        for answer in closed {
            guard let conversation = places[answer.call.messageID] else { continue }
            changes.moved(answer.call.messageID, in: conversation, of: answer.call.landlord)
            try settle(answer, in: conversation, &changes)
        }
        let accepted = closed.compactMap { answer in answer.receipt.map { (answer.call, $0) } }
        recording.releasedEvents = try markAccepted(accepted)
        // A receipt tells who somebody is, whoever closed the attempt.
        try learn(answers.compactMap { answer in answer.receipt.map { (answer.call, $0) } })
        try changes.publish(on: db, now: now)
        recording.changed = changes.landlords
        return recording
    }

    private func lockMessages(_ answers: [SendAnswer]) throws -> [Message.ID: Conversation.ID] {
        let places = try db.all(
            MessagePlace.self,
            """
            WITH wanted (landlord, message) AS \(pairs: answers.map { ($0.call.landlord, $0.call.messageID) })
            SELECT m.message_id, m.conversation_id FROM wanted CROSS JOIN messages m
            WHERE m.landlord_id = landlord AND m.message_id = message ORDER BY m.landlord_id, m.message_id \(SQL.lock("m"))
            """)
        return Dictionary(places.map { ($0.messageId, $0.conversationId) }, uniquingKeysWith: { first, _ in first })
    }

    // Only the attempt that holds this fence and is still open may be closed, and exactly one row must change. Whoever knows for certain what
    // became of the call may say so however late: an attempt given up as unknown is known again. Its message has left the outbox for good, so
    // that one which Meta does not have is told as not sent (`wait` finds no row) and never called again; a person may send it anew.
    private func close(_ answers: [SendAnswer]) throws -> [SendAnswer] {
        let counts = try db.execute(each: answers) { answer in
            let (outcome, code, details) = answer.closing
            let open: SQL = outcome == .unknown ? "outcome = 'calling'" : "outcome IN ('calling', 'unknown')"
            return """
                UPDATE attempts SET outcome = \(outcome), wamid = \(answer.receipt?.wamid.rawValue), error_code = \(code),
                    error_details = \(details), finished_at = \(now)
                WHERE landlord_id = \(answer.call.landlord) AND message_id = \(answer.call.messageID) AND number = \(answer.call.number)
                    AND fence = \(answer.call.fence) AND \(open)
                """
        }
        return zip(answers, counts).filter { $0.1 == 1 }.map(\.0)
    }

    // What becomes of a message that Meta did not take.
    private mutating func settle(_ answer: SendAnswer, in conversation: Conversation.ID, _ changes: inout SendChanges) throws {
        let rows = LandlordRows(answer.call.landlord, db)
        switch answer.result {
        case .accepted: break
        case .notStarted(let reason), .failed(.notSent(let reason)):
            let next = now + RetryPolicy.backoff(answer.call.number, random: &random)
            try wait(until: next, answer.call, giveUpWith: (nil, reason))
        case .failed(.answerLost), .failed(.unreadable):
            try rows.set(.unknown, of: answer.call.messageID)
            try rows.leaveOutbox(answer.call.messageID)
        case .failed(.refused(let error)):
            try refused(error, answer.call, in: conversation, &changes)
        }
    }

    private mutating func refused(
        _ error: GraphError, _ call: SendCall, in conversation: Conversation.ID, _ changes: inout SendChanges
    ) throws {
        let entry = error.entry, rows = LandlordRows(call.landlord, db)
        if case .reconnect = entry.remedy {
            // Messages wait rather than fail: reconnecting takes a minute. A late answer says nothing of a token that has been renewed since.
            try db.execute(
                """
                UPDATE accounts SET status = 'reconnect', updated_at = \(now)
                WHERE landlord_id = \(call.landlord) AND account_id = \(call.accountID) AND status = 'connected'
                    AND (token_sealed IS NULL OR token_sealed = \(call.sealedToken))
                """)
            changes.add(.account(call.lineID), of: call.landlord)
            return try wait(until: now, call, giveUpWith: (error.code, entry.forLandlord))
        }
        if error.exhaustsPair { try rows.store([(conversation, .exhausted(at: now))]) }
        guard let next = RetryPolicy.next(after: entry.remedy, tries: call.number, now: now, random: &random) else {
            return try rows.refuse(call.messageID, code: error.code, details: entry.forLandlord, now: now)
        }
        let asked = error.retryAfter.map { now + $0.seconds } ?? next
        try wait(until: max(next, asked), call, giveUpWith: (error.code, entry.forLandlord))
    }

    private func wait(until next: Date, _ call: SendCall, giveUpWith reason: (code: Int?, words: String)) throws {
        let waiting = try db.execute(
            """
            UPDATE outbox SET due_at = \(next), lease_until = NULL, claimed_by = NULL
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID) AND give_up_at > \(next)
            """)
        guard waiting == 0 else { return }
        try LandlordRows(call.landlord, db).refuse(call.messageID, code: reason.code, details: reason.words, now: now)
    }
}

private struct MessagePlace: ReadsColumns {
    let messageId: Message.ID
    let conversationId: Conversation.ID

    init(_ columns: inout Columns) throws {
        (messageId, conversationId) = (try columns.value(), try columns.value())
    }
}

extension SendAnswer {
    var receipt: SendReceipt? {
        if case .accepted(let receipt) = result { receipt } else { nil }
    }

    /// Meta's word that the line is too fast.
    var throttling: GraphError? {
        if case .failed(.refused(let error)) = result, error.throttlesLine { error } else { nil }
    }

    /// Meta's code, when Meta refused.
    var errorCode: Int? {
        if case .failed(.refused(let error)) = result { error.code } else { nil }
    }

    /// How the attempt ends.
    var closing: (outcome: Attempt.Outcome, code: Int?, details: String?) {
        switch result {
        case .accepted: (.accepted, nil, nil)
        case .notStarted(let reason), .failed(.notSent(let reason)): (.notSent, nil, reason)
        case .failed(.answerLost(let reason)): (.unknown, nil, reason)
        case .failed(.unreadable(let status, _)): (.unknown, status, "Meta answered with something unreadable.")
        case .failed(.refused(let error)): (.refused, error.code, error.details ?? error.message)
        }
    }
}
