import Foundation
import SQLDatabase

/// What a person called themselves in something they wrote.
struct Profile {
    let name: String?
    let username: String?
    let at: Date
    let wamid: String

    var stamp: Stamp { Stamp(at: at, wamid: wamid) }

    var isNewer: SQL {
        "(profile_at IS NULL OR (profile_at, \(SQL.bytewise("profile_wamid"))) < (\(at), \(wamid)))"
    }
}

extension LandlordRows {
    func note(_ profile: Profile, of contact: Contact.ID) throws {
        let (name, username) = (profile.name?.storable, profile.username?.storable)
        try db.execute(
            """
            UPDATE contacts SET profile_name = \(name), username = \(username), profile_at = \(profile.at), profile_wamid = \(profile.wamid),
                search_key = CASE WHEN name IS NULL AND phone IS NULL THEN \(searchKey(name, username)) ELSE search_key END
            WHERE landlord_id = \(landlord) AND contact_id = \(contact) AND \(profile.isNewer)
            """)
    }

    /// Moves to a contact what its conversations know of how long its name has held.
    func settleName(of contact: Contact.ID) throws {
        let ofContact: SQL = "landlord_id = \(landlord) AND contact_id = \(contact)"
        // All of them stay locked: nobody confirms a name meanwhile that is about to change.
        let known = try db.all(
            ConfirmedName.self,
            "SELECT named_at, named_wamid FROM conversations WHERE \(ofContact) ORDER BY conversation_id \(SQL.lockRow)")
        guard let newest = known.compactMap(\.stamp).max() else { return }
        let profile = Profile(name: nil, username: nil, at: newest.at, wamid: newest.wamid)
        try db.execute(
            "UPDATE contacts SET profile_at = \(profile.at), profile_wamid = \(profile.wamid) WHERE \(ofContact) AND \(profile.isNewer)")
        try db.execute("UPDATE conversations SET named_at = NULL, named_wamid = NULL WHERE \(ofContact)")
    }
}

/// What a contact is called, by itself.
struct ContactName: ReadsColumns {
    let contactId: Contact.ID
    let profileName: String?
    let username: String?

    init(_ columns: inout Columns) throws {
        (contactId, profileName, username) = (try columns.value(), try columns.optionalText(), try columns.optionalText())
    }
}

private struct ConfirmedName: Decodable {
    let namedAt: Date?
    let namedWamid: String?

    var stamp: Stamp? { namedAt.map { Stamp(at: $0, wamid: namedWamid ?? "") } }
}
