import Foundation
import SQLDatabase

extension Identity {
    /// Puts the address to write to first: the number if there is one, else the newest business-scoped ID.
    static let addressFirst: SQL = """
        CASE i.kind WHEN 'number' THEN 0 WHEN 'bsuid' THEN 1 ELSE 2 END, i.seen_at DESC, \(SQL.bytewise("i.identity_key"))
        """
}

extension LandlordRows {
    /// Whom an identity belongs to.
    func holder(of identity: Identity) throws -> Contact? {
        try db.first(
            Contact.self,
            """
            SELECT \(Contact.columns) FROM contacts WHERE landlord_id = \(landlord) AND contact_id =
                (SELECT contact_id FROM contact_identities WHERE landlord_id = \(landlord) AND identity_key = \(identity.key))
            """)
    }

    /// Notes identities of a contact. Of several sightings the newest counts, whatever the order in which they are told. A number that
    /// Meta gave replaces the spelling that somebody typed, since Meta accepts its own.
    func learn(_ sightings: [Sighting], of contact: Contact.ID, fromMeta: Bool = false) throws {
        let value: SQL = fromMeta ? "excluded.value" : "contact_identities.value"
        try db.executeWithNext(each: sightings) { sighting in
            """
            INSERT INTO contact_identities (landlord_id, identity_key, kind, value, contact_id, seen_at)
            VALUES (\(landlord), \(sighting.identity.key), \(sighting.identity.kind), \(sighting.identity.value), \(contact), \(sighting.at))
            ON CONFLICT (landlord_id, identity_key) DO UPDATE SET contact_id = excluded.contact_id, value = \(value), seen_at =
                CASE WHEN contact_identities.seen_at < excluded.seen_at THEN excluded.seen_at ELSE contact_identities.seen_at END
            WHERE contact_identities.contact_id <> excluded.contact_id OR contact_identities.value <> \(value)
                OR contact_identities.seen_at < excluded.seen_at
            """
        }
    }

    func forget(_ identity: Identity, of contact: Contact.ID) throws {
        try db.execute(
            """
            DELETE FROM contact_identities
            WHERE landlord_id = \(landlord) AND identity_key = \(identity.key) AND contact_id = \(contact)
            """)
    }

    /// Two contacts turn out to be one person: everything of `one` goes over to `other`, and `one` is gone.
    func merge(_ one: Contact.ID, into other: Contact.ID, now: Date) throws {
        for contact in [one, other] { try settleName(of: contact) }
        try db.execute(
            "UPDATE contact_identities SET contact_id = \(other) WHERE landlord_id = \(landlord) AND contact_id = \(one)")
        let threads = try db.all(
            MergedThread.self,
            "SELECT conversation_id, line_id FROM conversations WHERE landlord_id = \(landlord) AND contact_id = \(one) \(SQL.lockRow)")
        for thread in threads {
            try merge(thread, into: other)
        }
        try takeOver(from: one, into: other, now: now)
        try db.execute("DELETE FROM contacts WHERE landlord_id = \(landlord) AND contact_id = \(one)")
    }

    private func merge(_ thread: MergedThread, into contact: Contact.ID) throws {
        let kept = try db.first(
            Conversation.ID.self,
            """
            SELECT conversation_id FROM conversations
            WHERE landlord_id = \(landlord) AND contact_id = \(contact) AND line_id = \(thread.lineId) \(SQL.lockRow)
            """)
        guard let kept else {
            try db.execute(
                """
                UPDATE conversations SET contact_id = \(contact)
                WHERE landlord_id = \(landlord) AND conversation_id = \(thread.conversationId)
                """)
            return
        }
        for table: SQL in ["messages", "outbox"] {
            try db.execute(
                """
                UPDATE \(table) SET conversation_id = \(kept)
                WHERE landlord_id = \(landlord) AND conversation_id = \(thread.conversationId)
                """)
        }
        try moveEntriesAndLabels(of: thread.conversationId, to: kept)
        try moveLiveEvents(of: thread.conversationId, to: kept)
        try settleQueue(of: kept)
        try addUp(thread.conversationId, into: kept)
    }

    private func addUp(_ thread: Conversation.ID, into kept: Conversation.ID) throws {
        let one: SQL =
            "SELECT \(ConversationRecord.columns) FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(thread)"
        guard let gone = try db.first(ConversationRecord.self, one) else { return }
        try db.execute(
            """
            UPDATE conversations SET unread = unread + \(gone.unread),
                last_inbound_at = CASE WHEN COALESCE(last_inbound_at, 0) >= \(gone.lastInboundAt?.milliseconds ?? 0) THEN last_inbound_at
                    ELSE CAST(\(gone.lastInboundAt) AS BIGINT) END
            WHERE landlord_id = \(landlord) AND conversation_id = \(kept)
            """)
        try db.execute("DELETE FROM pair_paces WHERE landlord_id = \(landlord) AND conversation_id = \(thread)")
        // A thread that was only opened holds the time of its making, which is no message's.
        if let last = gone.lastMessageId {
            try db.execute(
                """
                UPDATE conversations SET last_message_id = \(last), last_message_at = \(gone.lastMessageAt),
                    active_slot = \(ActiveSlot(of: gone.lastMessageAt))
                WHERE landlord_id = \(landlord) AND conversation_id = \(kept)
                    AND (last_message_id IS NULL OR last_message_at < \(gone.lastMessageAt))
                """)
        }
        try db.execute("DELETE FROM read_receipts WHERE landlord_id = \(landlord) AND conversation_id = \(thread)")
        try db.execute("DELETE FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(thread)")
    }

    // What only the vanishing contact knew is kept. Where both know something, the newer word of the person wins, and for the rest the
    // surviving contact.
    private func takeOver(from one: Contact.ID, into other: Contact.ID, now: Date) throws {
        guard let gone = try db.first(MergedContact.self, "SELECT * FROM contacts WHERE landlord_id = \(landlord) AND contact_id = \(one)")
        else { return }
        try db.execute(
            """
            UPDATE contacts SET name = COALESCE(name, \(gone.name)), phone = COALESCE(phone, \(gone.phone)),
                opt_in_at = COALESCE(opt_in_at, \(gone.optInAt)), opt_in_source = COALESCE(opt_in_source, \(gone.optInSource)),
                opt_in_wording = COALESCE(opt_in_wording, \(gone.optInWording)), updated_at = \(now)
            WHERE landlord_id = \(landlord) AND contact_id = \(other)
            """)
        if let at = gone.consentAt {
            try note(consent: gone.optedOutAt == nil, of: other, at: at, wamid: gone.consentWamid ?? "")
        }
        if let at = gone.marketingAt {
            try note(marketingStopped: gone.marketingStoppedAt != nil, of: other, at: at)
        }
        guard let seen = gone.profileAt else { return }
        try db.execute(
            """
            UPDATE contacts SET profile_name = \(gone.profileName), username = \(gone.username), profile_at = \(seen),
                profile_wamid = \(gone.profileWamid)
            WHERE landlord_id = \(landlord) AND contact_id = \(other)
                AND (profile_at IS NULL OR (profile_at, \(SQL.bytewise("profile_wamid"))) < (\(seen), \(gone.profileWamid)))
            """)
    }
}

private struct MergedThread: Decodable {
    let conversationId: Conversation.ID
    let lineId: Line.ID
}

private struct MergedContact: Decodable {
    let name: String?
    let phone: String?
    let optInSource: String?
    let optInAt: Date?
    let optInWording: String?
    let optedOutAt: Date?
    let consentAt: Date?
    let consentWamid: String?
    let marketingStoppedAt: Date?
    let marketingAt: Date?
    let profileName: String?
    let username: String?
    let profileAt: Date?
    let profileWamid: String?
}
