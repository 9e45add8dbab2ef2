import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Finds the contact behind the identities that events give, making and merging contacts as the identities tell.
struct People {
    private struct Known: ReadsColumns {
        let landlordId: Landlord.ID
        let identityKey: String
        let value: String
        let contactId: Contact.ID
        let seenAt: Date

        init(_ columns: inout Columns) throws {
            (landlordId, identityKey, value) = (try columns.value(), try columns.text(), try columns.text())
            (contactId, seenAt) = (try columns.value(), try columns.date())
        }
    }

    private struct Holder {
        var contact: Contact.ID
        var value: String
        var seenAt: Date
    }

    private struct Key: Hashable {
        let landlord: Landlord.ID
        let key: String
    }

    private struct Noted {
        let landlord: Landlord.ID
        let conversation: Conversation.ID?
        let profile: Profile
    }

    private let db: any Connection
    private let now: Date
    private var known: [Key: Holder] = [:]
    private var seen: Set<Key> = []
    private var stored: [Contact.ID: (name: String?, username: String?)] = [:]
    private var profiles: [Contact.ID: Noted] = [:]
    private(set) var changes: [Landlord.ID: [Change]] = [:]

    init(_ wanted: [(landlord: Landlord.ID, identities: [Identity])], db: any Connection, now: Date) throws {
        self.db = db
        self.now = now
        let keys = Set(wanted.flatMap { person in person.identities.map { Key(landlord: person.landlord, key: $0.key) } })
        let rows = try db.all(
            Known.self,
            """
            WITH wanted (landlord, key) AS \(pairs: keys.map { ($0.landlord.rawValue, $0.key) })
            SELECT i.landlord_id, i.identity_key, i.value, i.contact_id, i.seen_at FROM wanted CROSS JOIN contact_identities i
            WHERE i.landlord_id = wanted.landlord AND i.identity_key = wanted.key
            """)
        known.reserveCapacity(keys.count)
        for row in rows {
            known[Key(landlord: row.landlordId, key: row.identityKey)] = Holder(
                contact: row.contactId, value: row.value, seenAt: row.seenAt)
        }
    }

    /// Reads what the contacts are called. Their conversations must be locked by then: whoever gives a contact another name locks them too.
    mutating func readNames() throws {
        var seen: Set<Contact.ID> = []
        let contacts = known.compactMap { key, holder in seen.insert(holder.contact).inserted ? (key.landlord, holder.contact) : nil }
        guard !contacts.isEmpty else { return }
        let rows = try db.all(
            ContactName.self,
            """
            WITH wanted (landlord, contact) AS \(pairs: contacts)
            SELECT c.contact_id, c.profile_name, c.username FROM wanted CROSS JOIN contacts c
            WHERE c.landlord_id = wanted.landlord AND c.contact_id = wanted.contact
            """)
        stored.reserveCapacity(rows.count)
        for row in rows { stored[row.contactId] = (row.profileName, row.username) }
    }

    /// The contact that is known by one of these identities already.
    func known(_ identities: [Identity], of landlord: Landlord.ID) -> Contact.ID? {
        identities.lazy.compactMap { known[Key(landlord: landlord, key: $0.key)]?.contact }.first
    }

    /// What a person called themselves when they wrote: the newest wins, whatever the order of events.
    mutating func note(_ profile: Profile, of contact: Contact.ID, in conversation: Conversation.ID?, landlord: Landlord.ID) {
        guard profile.name != nil || profile.username != nil else { return }
        if let other = profiles[contact]?.profile, other.stamp >= profile.stamp { return }
        profiles[contact] = Noted(landlord: landlord, conversation: conversation, profile: profile)
    }

    /// The name that a contact bears once more, by the conversation it was used in: that row changes with each message anyway.
    var confirmed: [Conversation.ID: Profile] {
        var confirmed: [Conversation.ID: Profile] = [:]
        for (contact, noted) in profiles where isKnown(noted.profile, of: contact) {
            if let conversation = noted.conversation { confirmed[conversation] = noted.profile }
        }
        return confirmed
    }

    /// Writes down what was noted of people.
    func write() throws {
        try writeNames()
        try db.executeWithNext(each: seen.sorted { ($0.landlord, $0.key) < ($1.landlord, $1.key) }) { key in
            let time = known[key]?.seenAt
            return """
                UPDATE contact_identities SET seen_at = \(time)
                WHERE landlord_id = \(key.landlord) AND identity_key = \(key.key) AND seen_at < \(time)
                """
        }
    }

    // New ones only, one for each contact.
    private func writeNames() throws {
        for (contact, noted) in profiles.sorted(by: { $0.key < $1.key })
        where noted.conversation == nil || !isKnown(noted.profile, of: contact) {
            let rows = LandlordRows(noted.landlord, db)
            try rows.settleName(of: contact)
            try rows.note(noted.profile, of: contact)
        }
    }

    private func isKnown(_ profile: Profile, of contact: Contact.ID) -> Bool {
        stored[contact].map { $0 == (profile.name?.storable, profile.username?.storable) } ?? false
    }

    /// The contact with these identities. New ones are noted, and two contacts that turn out to be one person are merged.
    mutating func contact(_ sightings: [Sighting], of landlord: Landlord.ID, random: inout Randomness) throws -> Contact.ID {
        if let familiar = familiar(sightings, of: landlord) { return familiar }
        let rows = LandlordRows(landlord, db), identities = sightings.map(\.identity)
        let found = identities.compactMap { known[Key(landlord: landlord, key: $0.key)]?.contact }
        let contact: Contact.ID
        if let first = found.first {
            contact = try Set(found).count > 1 ? merge(Set(found), rows) ?? first : first
        } else {
            contact = try create(identities, rows, random: &random)
        }
        let fresh = sightings.filter { sighting in
            let holder = known[Key(landlord: landlord, key: sighting.identity.key)]
            return holder == nil || (holder?.contact == contact && holder?.value != sighting.identity.value)
        }
        try rows.learn(fresh, of: contact, fromMeta: true)
        for sighting in fresh {
            let key = Key(landlord: landlord, key: sighting.identity.key), before = known[key]?.seenAt ?? sighting.at
            known[key] = Holder(contact: contact, value: sighting.identity.value, seenAt: max(before, sighting.at))
        }
        for sighting in sightings { see(sighting, contact, Key(landlord: landlord, key: sighting.identity.key)) }
        return contact
    }

    // Nearly always there is nothing new about a person.
    private mutating func familiar(_ sightings: [Sighting], of landlord: Landlord.ID) -> Contact.ID? {
        var contact: Contact.ID?, newer: [(Sighting, Key)] = []
        for sighting in sightings {
            let key = Key(landlord: landlord, key: sighting.identity.key)
            guard let holder = known[key], holder.value == sighting.identity.value, contact == nil || contact == holder.contact else {
                return nil
            }
            contact = holder.contact
            if holder.seenAt < sighting.at { newer.append((sighting, key)) }
        }
        if let contact { newer.forEach { see($0, contact, $1) } }
        return contact
    }

    // Written at the end, once for each name.
    private mutating func see(_ sighting: Sighting, _ contact: Contact.ID, _ key: Key) {
        guard let holder = known[key], holder.contact == contact, holder.seenAt < sighting.at else { return }
        known[key]?.seenAt = sighting.at
        seen.insert(key)
    }

    /// Whether any of these identities is known.
    func knowsAny(_ identities: [Identity], of landlord: Landlord.ID) -> Bool {
        identities.contains { known[Key(landlord: landlord, key: $0.key)] != nil }
    }

    /// Whether everything about these identities is known already.
    func knows(_ identities: [Identity], as contact: Contact.ID, of landlord: Landlord.ID) -> Bool {
        identities.allSatisfy { known[Key(landlord: landlord, key: $0.key)]?.contact == contact }
    }

    // The tenant that the platform knows survives; among equals the oldest. Two of the platform's tenants are never made one.
    private mutating func merge(_ contacts: Set<Contact.ID>, _ rows: LandlordRows) throws -> Contact.ID? {
        let candidates = try rows.contacts(contacts.sorted(), removedToo: true).sorted {
            ($0.externalId == nil ? 1 : 0, $0.createdAt, $0.contactId) < ($1.externalId == nil ? 1 : 0, $1.createdAt, $1.contactId)
        }
        guard let survivor = candidates.first else { return nil }
        for other in candidates.dropFirst() where other.externalId == nil {
            try rows.merge(other.contactId, into: survivor.contactId, now: now)
            for (key, value) in known where key.landlord == rows.landlord && value.contact == other.contactId {
                known[key] = Holder(contact: survivor.contactId, value: value.value, seenAt: value.seenAt)
            }
        }
        // It may bear the other one's name now.
        stored[survivor.contactId] = nil
        changes[rows.landlord, default: []].append(.contact(survivor.contactId))
        return survivor.contactId
    }

    private mutating func create(_ identities: [Identity], _ rows: LandlordRows, random: inout Randomness) throws -> Contact.ID {
        let id = Contact.ID(now: now, random: &random)
        let number = identities.first { $0.kind == .number }.map { "+" + $0.value }
        try db.executeWithNext(
            """
            INSERT INTO contacts (landlord_id, contact_id, phone, search_key, created_at, updated_at)
            VALUES (\(rows.landlord), \(id), \(number), \(searchKey(number)), \(now), \(now))
            """)
        changes[rows.landlord, default: []].append(.contact(id))
        return id
    }
}

extension LandlordRows {
    /// STOP and START, whatever the order in which they arrive.
    func note(consent agreed: Bool, of contact: Contact.ID, at time: Date, wamid: String) throws {
        try db.executeWithNext(
            """
            UPDATE contacts SET opted_out_at = \(agreed ? Date?.none : time), consent_at = \(time), consent_wamid = \(wamid)
            WHERE landlord_id = \(landlord) AND contact_id = \(contact)
                AND (consent_at IS NULL OR (consent_at, \(SQL.bytewise("consent_wamid"))) < (\(time), \(wamid)))
            """)
    }

    /// The person's wish about advertising, set in WhatsApp itself. Of two wishes within Meta's second "stop" wins.
    func note(marketingStopped stopped: Bool, of contact: Contact.ID, at time: Date) throws {
        try db.executeWithNext(
            """
            UPDATE contacts SET marketing_stopped_at = \(stopped ? time : Date?.none), marketing_at = \(time)
            WHERE landlord_id = \(landlord) AND contact_id = \(contact) AND (marketing_at IS NULL OR marketing_at < \(time)
                OR (marketing_at = \(time) AND marketing_stopped_at IS NULL))
            """)
    }
}
