import Foundation
import WhatsAppCloudAPI

extension Applier {
    mutating func take(_ status: StatusUpdate, _ item: LedgerItem) throws {
        let number = item.item.phoneNumberID
        let attempt = routing.attempt(status.callbackData, on: number)
        guard let id = routing.route(number, status.id)?.messageId ?? attempt?.messageId, let before = threads.message(id) else {
            return park(item, .unknownTarget)
        }
        if let attempt, let number, routing.route(number, status.id) == nil {
            try resolve(attempt, wamid: status.id, before)
            routing.recognise(number, status.id, attempt)
        }
        let differs = threads.change(id) { $0.note(status) }
        applied.append(item)
        if differs || attempt != nil && before.wamid == nil {
            changed(before.landlordId, .message(id, in: before.conversationId))
            changed(before.landlordId, .conversation(before.conversationId))
        }
        try learn(item, before)
    }

    /// A report on one of our attempts proves that Meta has the message, whatever became of the answer to our call.
    private mutating func resolve(_ attempt: Routing.OpenAttempt, wamid: Wamid, _ message: MessageRecord) throws {
        try db.execute(
            """
            UPDATE attempts SET outcome = 'accepted', wamid = \(wamid.rawValue), finished_at = COALESCE(finished_at, \(now))
            WHERE landlord_id = \(attempt.landlordId) AND fence = \(attempt.fence) AND outcome IN ('calling', 'unknown')
            """)
        try LandlordRows(attempt.landlordId, db).leaveOutbox(attempt.messageId)
        let now = now
        threads.change(attempt.messageId) { record in
            record.wamid = record.wamid ?? wamid.rawValue
            record.acceptedAt = record.acceptedAt ?? now
            if record.state != .refused { record.state = .accepted }
            return true
        }
    }

    private mutating func learn(_ item: LedgerItem, _ message: MessageRecord) throws {
        let sightings = item.sightings
        guard !sightings.isEmpty, let contact = threads.contact(of: message.conversationId),
            !people.knows(sightings.map(\.identity), as: contact, of: message.landlordId)
        else { return }
        let rows = LandlordRows(message.landlordId, db)
        // Only what nobody else is known by: a status is no proof that two people are one.
        for sighting in sightings where try rows.holder(of: sighting.identity) == nil {
            try rows.learn([sighting], of: contact, fromMeta: true)
        }
    }
}

extension MessageRecord {
    /// One timestamp per delivery state, the earliest that was reported. Answers whether anything is new.
    mutating func note(_ status: StatusUpdate) -> Bool {
        switch status.status {
        case .sent: return Self.earliest(&sentAt, status.timestamp)
        case .delivered: return Self.earliest(&deliveredAt, status.timestamp)
        case .read: return Self.earliest(&readAt, status.timestamp)
        case .played: return Self.earliest(&playedAt, status.timestamp)
        case .failed:
            let code = status.errors.first?.code
            if let failedAt, (failedAt, errorCode ?? 0) <= (status.timestamp, code ?? 0) { return false }
            failedAt = status.timestamp
            errorCode = code
            errorDetails = status.errors.first?.entry.forLandlord ?? "WhatsApp did not deliver this message and gave no reason."
            return true
        case .other: return false
        }
    }

    private static func earliest(_ known: inout Date?, _ reported: Date) -> Bool {
        guard known.map({ reported < $0 }) ?? true else { return false }
        known = reported
        return true
    }
}
