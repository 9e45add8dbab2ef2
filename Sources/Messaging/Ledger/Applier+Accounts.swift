import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Applier {
    mutating func take(_ update: TemplateStatusUpdate, _ item: LedgerItem) throws {
        guard let account = routing.account(item.item.wabaID) else { return park(item, .unknownLine) }
        applied.append(item)
        guard let name = update.name, let language = update.language else { return }
        let status = update.event == "REINSTATED" || update.event == "UNPAUSED" ? "APPROVED" : update.event
        let time = item.item.entryTime ?? item.receivedAt
        let stored = try db.execute(
            """
            UPDATE templates SET status = \(status), reason = \(update.rejectionDetail ?? update.reason), status_at = \(time)
            WHERE landlord_id = \(account.landlordId) AND waba_id = \(account.wabaId) AND name = \(name) AND language = \(language)
                AND (status_at < \(time) OR (status_at = \(time)
                    AND (\(Self.rank("status")), \(SQL.bytewise("status"))) < (\(Self.rank("\(status)")), \(status))))
            """)
        if stored == 1 { changed(account.landlordId, .template(name)) }
    }

    // Within Meta's second the review comes before its end, and that before whatever takes the template away.
    private static func rank(_ status: SQL) -> SQL {
        "CASE \(status) WHEN 'PENDING' THEN 0 WHEN 'APPROVED' THEN 1 ELSE 2 END"
    }

    /// Meta tells that a connection has ended: sending stops, what arrives is still kept, and the landlord is asked to reconnect.
    mutating func take(_ update: AccountUpdate, _ item: LedgerItem) throws {
        guard let account = routing.account(item.item.wabaID) else {
            return update.event.endsConnection ? applied.append(item) : park(item, .unknownLine)
        }
        applied.append(item)
        let time = item.item.entryTime ?? item.receivedAt
        guard update.event.endsConnection, time >= account.connectedAt.wholeSecond else { return }
        let ended = try db.execute(
            """
            UPDATE accounts SET status = 'reconnect', updated_at = \(now)
            WHERE landlord_id = \(account.landlordId) AND waba_id = \(account.wabaId) AND status = 'connected'
            """)
        if ended == 1 { changed(account.landlordId, Change(kind: .account, subject: account.wabaId, conversation: nil)) }
    }

    /// A person's business-scoped ID changed: the contact is known by both from now on.
    mutating func take(_ update: UserIDUpdate, _ item: LedgerItem) throws {
        switch routing.owner(of: item, at: update.timestamp ?? item.receivedAt) {
        case .failure(let reason): park(item, reason)
        case .success(let owner):
            _ = try people.contact(item.sightings, of: owner.landlordId, random: &random)
            applied.append(item)
        }
    }

    mutating func take(_ preference: UserPreference, _ item: LedgerItem) throws {
        let time = preference.timestamp ?? item.receivedAt
        switch routing.owner(of: item, at: time) {
        case .failure(let reason): park(item, reason)
        case .success(let owner):
            applied.append(item)
            guard !item.identities.isEmpty, preference.category == nil || preference.category == "marketing_messages" else { return }
            let contact = try people.contact(item.sightings, of: owner.landlordId, random: &random)
            try LandlordRows(owner.landlordId, db).note(marketingStopped: preference.value == "stop", of: contact, at: time)
            changed(owner.landlordId, .contact(contact))
        }
    }
}
