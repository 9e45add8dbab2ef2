import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Sender {
    /// Meta has these messages: they get their wamids, leave the outbox, and whatever was reported about them before is applied next.
    /// Answers whether there was anything.
    func markAccepted(_ accepted: [(call: SendCall, receipt: SendReceipt)]) throws -> Bool {
        guard !accepted.isEmpty else { return false }
        try db.executeWithNext(each: accepted) { call, receipt in
            """
            UPDATE messages SET state = 'accepted', wamid = COALESCE(wamid, \(receipt.wamid.rawValue)),
                accepted_at = COALESCE(accepted_at, \(now))
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID)
            """
        }
        try db.executeWithNext(each: accepted) { call, _ in
            "DELETE FROM outbox WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID)"
        }
        let names = try RouteNames(on: db)
        try db.executeWithNext(each: accepted) { call, receipt in
            """
            INSERT INTO wamid_routes (phone_number_id, wamid, landlord_id, message_id)
            VALUES (\(call.phoneNumberID.rawValue), \(names.name(of: receipt.wamid.rawValue)), \(call.landlord), \(call.messageID))
            ON CONFLICT (phone_number_id, wamid) DO NOTHING
            """
        }
        return try releaseEvents(of: accepted)
    }

    private func releaseEvents(of accepted: [(call: SendCall, receipt: SendReceipt)]) throws -> Bool {
        let byNumber = Dictionary(grouping: accepted, by: \.call.phoneNumberID.rawValue).sorted { $0.key < $1.key }
        let whose: [SQL] =
            ["callback_data IN \(list: accepted.map(\.call.fence))"]
            + byNumber.map { number, accepted in
                "phone_number_id = \(number) AND wamid IN \(list: accepted.map(\.receipt.wamid.rawValue))"
            }
        let released = try db.execute(each: whose) { whose in
            """
            UPDATE waiting_items SET released_at = \(now) WHERE reason IN ('unknownTarget', 'unknownLine') AND released_at IS NULL
                AND \(whose)
            """
        }
        return released.contains { $0 > 0 }
    }

    /// Receipts tell how Meta spells a person's number, not that it is the newest one: they name whom we named. When one of the names is
    /// somebody else's, statuses will tell who is who.
    func learn(_ receipts: [(call: SendCall, receipt: SendReceipt)]) throws {
        let told = receipts.map { call, receipt in
            (call: call, identities: Identity.all(waID: receipt.waID, userID: receipt.userID, parentID: nil))
        }
        let keys = told.flatMap { told in told.identities.map { (told.call.landlord.rawValue, $0.key) } }
        guard !keys.isEmpty else { return }
        let holders = try db.all(
            IdentityHolder.self,
            """
            WITH wanted (landlord, key) AS \(pairs: keys)
            SELECT i.landlord_id, i.identity_key, i.contact_id, i.value FROM wanted CROSS JOIN contact_identities i
            WHERE i.landlord_id = wanted.landlord AND i.identity_key = wanted.key
            """)
        let known = Dictionary(holders.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (call, identities) in told {
            let holders = identities.map { known[IdentityHolder.Key(landlord: call.landlord, identity: $0.key)] }
            guard holders.allSatisfy({ $0 == nil || $0?.contactId == call.contactID }) else { continue }
            let news = zip(identities, holders).filter { $0.1?.value != $0.0.value }.map { Sighting(identity: $0.0, at: Sighting.longAgo) }
            try LandlordRows(call.landlord, db).learn(news, of: call.contactID, fromMeta: true)
        }
    }
}

private struct IdentityHolder: ReadsColumns {
    struct Key: Hashable {
        let landlord: Landlord.ID
        let identity: String
    }

    let landlordId: Landlord.ID
    let identityKey: String
    let contactId: Contact.ID
    let value: String

    init(_ columns: inout Columns) throws {
        (landlordId, identityKey) = (try columns.value(), try columns.text())
        (contactId, value) = (try columns.value(), try columns.text())
    }

    var key: Key { Key(landlord: landlordId, identity: identityKey) }
}
