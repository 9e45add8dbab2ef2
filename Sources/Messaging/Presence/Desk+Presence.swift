import SQLDatabase

extension Desk {
    /// Notes what a page says of itself: which conversation it shows, and whether somebody writes there.
    /// - Parameter tab: what the page calls itself, up to 64 bytes; it speaks for this person's pages only.
    /// - Throws: `NotFound` for a conversation of somebody else's.
    public func report(_ state: PresenceState, tab: String, at conversation: Conversation.ID) async throws {
        guard try await exists(conversation) else { throw NotFound() }
        // Whoever reads along writes to nobody.
        let state = state == .typing && !may(.answer) ? .open : state
        let place = PresenceNote.Place(landlord: landlord.landlordID, person: person, tab: tab)
        await messaging.presence.take(PresenceNote(place: place, conversation: conversation, state: state))
    }

    /// Colleagues who have a conversation open now.
    public func colleagues(at conversation: Conversation.ID) async throws -> [Presence.Attendance] {
        let landlord = landlord.landlordID, leases = messaging.leases
        let presence = try await messaging.database.read { db in
            try PresenceRows.read([landlord], on: db, now: leases.now(on: db))[landlord]
        }
        return (presence?.conversations[conversation] ?? []).filter { $0.person != person }
    }

    /// Conversations that this person has open, as far as this process knows without asking.
    public var attended: Set<Conversation.ID> {
        get async { await messaging.presence.presence(of: landlord.landlordID).attended(by: person) }
    }

    private func exists(_ conversation: Conversation.ID) async throws -> Bool {
        let landlord = landlord.landlordID
        return try await messaging.database.read {
            try $0.exists("SELECT 1 FROM conversations WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)")
        }
    }
}

extension Conversation {
    /// As it is to somebody who has it open: nothing in it is unread.
    public var asAttended: Conversation {
        var copy = self
        // What came in has opened it again.
        if unread > 0 { copy.filing = Filing(assignedTo: filing.assignedTo) }
        copy.unread = 0
        return copy
    }
}
