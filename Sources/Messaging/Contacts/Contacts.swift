import Foundation
import SQLDatabase

/// A place in a list: the sort key and the ID of the last row seen, so that rows sharing a key are never skipped.
public struct Cursor: Sendable, Equatable {
    public let key: String
    public let id: String

    public init(key: String, id: String) {
        self.key = key
        self.id = id
    }

    /// Reads what `text` made; nil for anything else.
    public init?(_ text: String) {
        guard let bytes = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")),
            let parts = try? JSONDecoder().decode([String].self, from: bytes), parts.count == 2
        else { return nil }
        self.init(key: parts[0], id: parts[1])
    }

    /// Opaque text for a `next` field, safe in URLs.
    public var text: String {
        let bytes = (try? JSONEncoder().encode([key, id])) ?? Data()
        return bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}

/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    public let items: [Item]
    /// Where the next page starts; nil at the end.
    public let next: Cursor?

    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// Cuts a list that was read with one row more than `limit`.
    init(_ rows: [Item], limit: Int, cursor: (Item) -> Cursor) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }
}

/// What may be changed about a contact by hand; nil leaves as it is.
public struct ContactPatch: Codable, Sendable {
    public var name: String?
    public var property: String?
    public var unit: String?
    public var language: String?
    public var optIn: ContactInput.OptIn?
    /// True records that the person wants no more messages; false takes that back.
    public var optedOut: Bool?

    public init(optedOut: Bool? = nil) {
        self.optedOut = optedOut
    }
}

extension LandlordRows {
    func contact(_ id: Contact.ID) throws -> Contact {
        guard let found = try contacts([id], removedToo: false).first else { throw NotFound() }
        return found
    }

    func contact(externalID: String) throws -> Contact {
        guard let found = try tenants([externalID]).first else { throw NotFound() }
        return found
    }

    /// Contacts by the platform's tenant IDs.
    func tenants(_ externalIDs: [String]) throws -> [Contact] {
        try db.all(
            Contact.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(externalIDs))
            SELECT \(Contact.columns) FROM wanted CROSS JOIN contacts
            WHERE landlord_id = owner AND external_id = wanted_id AND removed_at IS NULL
            """)
    }

    /// Contacts by their IDs; those whom the platform has removed only when asked for.
    func contacts(_ ids: [Contact.ID], removedToo: Bool) throws -> [Contact] {
        let filter: SQL = removedToo ? "" : "AND removed_at IS NULL"
        return try db.all(
            Contact.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(ids))
            SELECT \(Contact.columns) FROM wanted CROSS JOIN contacts WHERE landlord_id = owner AND contact_id = wanted_id \(filter)
            """)
    }

    /// Contacts by home and name; `search` finds each of its words, folded, anywhere in home, name or number.
    func contacts(search: String?, after cursor: Cursor?, limit: Int) throws -> Page<Contact> {
        let patterns = search.map(ContactWords.init)?.patterns ?? []
        let filter = SQL.join(patterns.map { "AND search_key LIKE \($0) ESCAPE '!'" }, separator: " ")
        let start: SQL = cursor.map { "AND (search_key, contact_id) > (\($0.key), \($0.id))" } ?? ""
        let found = try db.all(
            Contact.self,
            """
            SELECT \(Contact.columns) FROM contacts WHERE landlord_id = \(landlord) AND removed_at IS NULL \(filter) \(start)
            ORDER BY search_key, contact_id LIMIT \(limit + 1)
            """)
        return Page(found, limit: limit) { Cursor(key: $0.searchKey, id: $0.contactId.rawValue) }
    }

    func patch(_ id: Contact.ID, _ patch: ContactPatch, now: Date) throws -> Contact {
        let before = try contact(id)
        let key = searchKey(patch.property ?? before.property, patch.unit ?? before.unit, patch.name ?? before.name, before.phone)
        try db.execute(
            """
            UPDATE contacts SET name = COALESCE(\(patch.name), name), property = COALESCE(\(patch.property), property),
                unit = COALESCE(\(patch.unit), unit), language = COALESCE(\(patch.language), language),
                opt_in_source = COALESCE(\(patch.optIn?.source), opt_in_source), opt_in_at = COALESCE(\(patch.optIn?.at), opt_in_at),
                opt_in_wording = COALESCE(\(patch.optIn?.wording), opt_in_wording), search_key = \(key), updated_at = \(now)
            WHERE landlord_id = \(landlord) AND contact_id = \(id)
            """)
        if let optedOut = patch.optedOut {
            // What is noted here comes after everything the person had said until then, also in the very same moment.
            try db.execute(
                """
                UPDATE contacts SET opted_out_at = \(optedOut ? now : Date?.none), consent_at = \(now + 0.001), consent_wamid = ''
                WHERE landlord_id = \(landlord) AND contact_id = \(id)
                """)
        }
        try publish([.contact(id)], now: now)
        return try contact(id)
    }

    /// Takes the person off the list. What was said stays; the platform may sync them again.
    func remove(_ id: Contact.ID, now: Date) throws {
        let removed = try db.execute(
            """
            UPDATE contacts SET removed_at = \(now), external_id = NULL, updated_at = \(now)
            WHERE landlord_id = \(landlord) AND contact_id = \(id) AND removed_at IS NULL
            """)
        guard removed == 1 else { throw NotFound() }
        try publish([.contact(id)], now: now)
    }
}

/// Nothing of that ID among the landlord's own rows; somebody else's looks just the same.
public struct NotFound: Error, Equatable {
    public init() {}
}
