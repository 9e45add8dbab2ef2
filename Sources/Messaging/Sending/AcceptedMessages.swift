import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Sender {
    /// Meta has these messages: they get their wamids, leave the outbox, and whatever was reported about them before is applied next.
    /// Answers whether there was anything.
    func markAccepted(_ accepted: [(call: SendCall, receipt: SendReceipt)]) throws -> Bool {
        guard !accepted.isEmpty else { return false }
        try db.execute(each: accepted) { call, receipt in
            """
            UPDATE messages SET state = 'accepted', wamid = COALESCE(wamid, \(receipt.wamid.rawValue)),
                accepted_at = COALESCE(accepted_at, \(now))
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID)
            """
        }
        try db.execute(each: accepted) { call, _ in
            "DELETE FROM outbox WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID)"
        }
        try db.execute(each: accepted) { call, receipt in
            """
            INSERT INTO wamid_routes (phone_number_id, wamid, landlord_id, message_id)
            VALUES (\(call.phoneNumberID.rawValue), \(receipt.wamid.rawValue), \(call.landlord), \(call.messageID))
            ON CONFLICT (phone_number_id, wamid) DO NOTHING
            """
        }
        return try releaseEvents(of: accepted)
    }

    private func releaseEvents(of accepted: [(call: SendCall, receipt: SendReceipt)]) throws -> Bool {
        let numbers = accepted.map(\.call.phoneNumberID.rawValue).padded, wamids = accepted.map(\.receipt.wamid.rawValue).padded
        let byWamid = try db.execute(
            """
            UPDATE waiting_items SET released_at = \(now) WHERE reason = 'unknownTarget' AND released_at IS NULL
                AND phone_number_id IN \(list: numbers) AND wamid IN \(list: wamids)
            """)
        let byFence = try db.execute(
            """
            UPDATE waiting_items SET released_at = \(now) WHERE reason = 'unknownTarget' AND released_at IS NULL
                AND callback_data IN \(list: accepted.map(\.call.fence).padded)
            """)
        return byWamid + byFence > 0
    }

    /// Receipts tell how Meta spells a person's number. What somebody else is known by is left alone.
    func learn(_ receipts: [(call: SendCall, receipt: SendReceipt)]) throws {
        let told = receipts.flatMap { call, receipt in
            Identity.all(waID: receipt.waID, userID: receipt.userID, parentID: nil).map { (call: call, identity: $0) }
        }
        guard !told.isEmpty else { return }
        let holders = try db.all(
            IdentityHolder.self,
            """
            SELECT landlord_id, identity_key, contact_id, value FROM contact_identities
            WHERE landlord_id IN \(list: told.map(\.call.landlord).padded) AND identity_key IN \(list: told.map(\.identity.key).padded)
            """)
        let known = Dictionary(holders.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (call, identity) in told {
            let holder = known[IdentityHolder.Key(landlord: call.landlord, identity: identity.key)]
            guard holder.map({ $0.contactId == call.contactID && $0.value != identity.value }) ?? true else { continue }
            try LandlordRows(call.landlord, db).learn([identity], of: call.contactID, at: now, fromMeta: true)
        }
    }
}

private struct IdentityHolder: Decodable {
    struct Key: Hashable {
        let landlord: Landlord.ID
        let identity: String
    }

    let landlordId: Landlord.ID
    let identityKey: String
    let contactId: Contact.ID
    let value: String

    var key: Key { Key(landlord: landlordId, identity: identityKey) }
}
