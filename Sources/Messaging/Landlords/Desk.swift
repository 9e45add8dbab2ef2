import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Everything one landlord may see and do. It is made from a membership, and every row is reached through it.
public struct Desk: Sendable {
    public let membership: Membership
    let messaging: Messaging

    public var landlord: Landlord { membership.landlord }
    public var person: Person.ID { membership.person }
    public var now: Date { messaging.clock() }

    func read<T: Sendable>(_ work: @escaping @Sendable (LandlordRows) throws -> T) async throws -> T {
        let id = landlord.landlordID
        return try await messaging.database.read { try work(LandlordRows(id, $0)) }
    }

    /// Whether the person's role allows it.
    public func may(_ deed: Deed) -> Bool { membership.role.may(deed) }

    /// The only way to change rows: it names what the change is about. Throws `NotAllowed` when the person's role does not allow that.
    func write<T: Sendable>(
        _ deed: Deed, _ work: @escaping @Sendable (LandlordRows, Date, inout Randomness) throws -> T
    ) async throws -> T {
        try membership.check(deed)
        let id = landlord.landlordID, now = now, random = messaging.random()
        let result = try await messaging.database.write { db in
            var random = random
            return try work(LandlordRows(id, db), now, &random)
        }
        await messaging.wakeEverybody(id)
        return result
    }
}

/// Lines and connecting them.
extension Desk {
    public func lines() async throws -> [Line] { try await read { try $0.lines() } }

    /// Ends a line. Meta is told to send no more webhooks; should that fail, they are kept unapplied like those of any unknown number.
    public func disconnect(_ line: Line.ID) async throws {
        let ended = try await write(.connect) { rows, now, _ in try rows.disconnect(line, now: now) }
        guard let ended, let sealed = ended.tokenSealed,
            let token = try? messaging.keys.open(sealed, for: tokenRow(landlord.landlordID, ended.accountId))
        else { return }
        do throws(GraphFailure) {
            try await messaging.graph.unsubscribe(from: WABAID(rawValue: ended.wabaId), token: AccessToken(token))
        } catch {
            messaging.logger.warning(
                "Meta was not told of a disconnected account", metadata: ["waba": "\(ended.wabaId)", "failure": "\(error)"])
        }
    }

    /// Begins connecting with what Meta's popup handed to the browser.
    public func connect(_ result: SignupResult) async throws -> Onboarding {
        let person = person, keys = messaging.keys
        return try await write(.connect) { rows, now, random in
            let id = try rows.begin(result, by: person, keys: keys, now: now, random: &random)
            return try rows.onboarding(id)
        }
    }

    /// Goes on after a problem that a person has solved.
    public func goOn(_ id: Onboarding.ID, pin: String?) async throws -> Onboarding {
        let keys = messaging.keys
        return try await write(.connect) { rows, now, _ in
            try rows.goOn(id, pin: pin, keys: keys, now: now)
            return try rows.onboarding(id)
        }
    }

    public func onboarding(_ id: Onboarding.ID) async throws -> (onboarding: Onboarding, steps: [Onboarding.Step]) {
        try await read { (try $0.onboarding(id), try $0.steps(of: id)) }
    }

    public func latestOnboarding() async throws -> (onboarding: Onboarding, steps: [Onboarding.Step])? {
        try await read { rows in
            try rows.latestOnboarding().map { ($0, try rows.steps(of: $0.onboardingId)) }
        }
    }
}

/// Contacts.
extension Desk {
    /// Brings tenants in, up to 1,000 at once.
    public func sync(_ inputs: [ContactInput]) async throws -> [SyncResult] {
        try await write(.organise) { rows, now, random in
            var sync = ContactSync(rows, now: now, random: random)
            return try sync.run(inputs)
        }
    }

    public func contacts(search: String? = nil, after cursor: Cursor? = nil, limit: Int = 100) async throws -> Page<Contact> {
        try await read { try $0.contacts(search: search, after: cursor, limit: limit) }
    }

    public func contact(_ id: Contact.ID) async throws -> Contact { try await read { try $0.contact(id) } }

    public func contact(externalID: String) async throws -> Contact { try await read { try $0.contact(externalID: externalID) } }

    public func patch(_ id: Contact.ID, _ patch: ContactPatch) async throws -> Contact {
        try await write(.organise) { rows, now, _ in try rows.patch(id, patch, now: now) }
    }

    public func remove(_ id: Contact.ID) async throws {
        try await write(.organise) { rows, now, _ in try rows.remove(id, now: now) }
    }
}

/// Conversations and messages.
extension Desk {
    public func conversations(
        of contact: Contact.ID? = nil, matching filter: ConversationFilter? = nil, property: String? = nil, before cursor: Cursor? = nil,
        limit: Int = 50
    ) async throws -> Page<Conversation> {
        let now = now, person = person
        return try await read { rows in
            let condition = filter.map { $0.condition(now: now, for: person) }
            return try rows.conversations(contact: contact, matching: condition, property: property, before: cursor, limit: limit)
        }
    }

    public func conversation(_ id: Conversation.ID) async throws -> Conversation { try await read { try $0.conversation(id) } }

    /// How many conversations hold something that nobody has read.
    /// - Parameter attended: those that the reader has open; what comes in there is seen.
    public func unreadConversations(besides attended: Set<Conversation.ID> = []) async throws -> Int {
        let others: SQL = attended.isEmpty ? "" : "AND conversation_id NOT IN \(list: attended.sorted())"
        return try await read { rows in
            try rows.db.first(
                Int.self, "SELECT COUNT(*) FROM conversations WHERE landlord_id = \(rows.landlord) AND unread > 0 \(others)") ?? 0
        }
    }

    /// How many contacts the landlord has.
    public func contactCount() async throws -> Int {
        try await read { rows in
            try rows.db.first(Int.self, "SELECT COUNT(*) FROM contacts WHERE landlord_id = \(rows.landlord) AND removed_at IS NULL") ?? 0
        }
    }

    /// When each contact last had a message, for those who had any.
    public func lastMessages(of contacts: [Contact.ID]) async throws -> [Contact.ID: Date] {
        try await read { rows in
            let found = try rows.db.all(
                LastMessage.self,
                """
                SELECT contact_id, MAX(last_message_at) AS at FROM conversations
                WHERE landlord_id = \(rows.landlord) AND contact_id IN \(list: contacts) AND last_message_id IS NOT NULL GROUP BY contact_id
                """)
            return Dictionary(found.map { ($0.contactId, $0.at) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private struct LastMessage: Decodable {
        let contactId: Contact.ID
        let at: Date
    }

    /// The thread with a contact, made when it is missing, on the newest usable line. Throws `SendRefusal.noLine` without one.
    public func openConversation(with contact: Contact.ID) async throws -> Conversation.ID {
        // Somebody who reads along opens what is there.
        let known = try await read { rows in
            _ = try rows.contact(contact)
            return try rows.conversations(contact: contact, before: nil, limit: 1).items.first
        }
        if let known { return known.id }
        return try await write(.answer) { rows, now, random in
            guard let line = try rows.lines().first(where: \.isUsable) else {
                throw SendRefusal.noLine
            }
            return try rows.openConversation(with: contact, on: line.lineId, now: now, random: &random).conversationId
        }
    }

    /// A conversation's messages, the newest first.
    public func messages(of conversation: Conversation.ID, before cursor: Cursor? = nil, limit: Int = 50) async throws -> Page<Message> {
        try await read { rows in
            _ = try rows.conversation(conversation)
            return try rows.messages(of: conversation, before: cursor, limit: limit)
        }
    }

    public func message(_ id: Message.ID) async throws -> Message { try await read { try $0.message(id) } }

    public func messages(ids: [Message.ID]) async throws -> [Message.ID: Message] { try await read { try $0.messages(ids: ids) } }

    public func attempts(of message: Message.ID) async throws -> [Attempt] { try await read { try $0.attempts(of: message) } }

    /// What stands under messages of a line, by their wamids.
    public func reactions(to wamids: [String], on line: Line.ID) async throws -> [Reaction] {
        try await read { try $0.reactions(to: wamids, on: line) }
    }

    /// Messages by wamid, for showing what was quoted.
    public func messages(wamids: [String], in conversation: Conversation.ID) async throws -> [Message] {
        try await read { try $0.messages(wamids: wamids, in: conversation) }
    }

    /// The files of messages, for those that have one.
    public func media(of messages: [Message.ID]) async throws -> [Message.ID: MediaFile] {
        try await read { try $0.media(of: messages) }
    }

    public func markRead(_ conversation: Conversation.ID, through message: Message.ID? = nil) async throws {
        try await write(.organise) { rows, now, _ in try rows.markRead(conversation, through: message, now: now) }
    }

    /// Sends, if the rules allow it. Throws `SendRefusal`, `ClientMessageIDReused` or `NotFound`; nothing is stored then.
    public func send(_ draft: Draft, to addressee: Addressee) async throws -> Message {
        do {
            return try await sendOnce(draft, to: addressee)
        } catch DatabaseError.uniqueViolation where draft.clientMessageID != nil {
            // The same message came twice at the same moment: the second one finds the first.
            return try await sendOnce(draft, to: addressee)
        }
    }

    private func sendOnce(_ draft: Draft, to addressee: Addressee) async throws -> Message {
        try membership.check(.answer)
        let id = landlord.landlordID, person = person, now = now, random = messaging.random()
        let order = SendOrder(draft: draft, addressee: addressee, person: person, now: now, random: random)
        return try await messaging.sends.perform(order, for: id)
    }

    /// Sends a failed or probably unsent message again, as a new message: what became of the first one stays readable.
    public func sendAgain(_ id: Message.ID, clientMessageID: String?) async throws -> Message {
        try membership.check(.answer)
        let old = try await message(id)
        guard old.status == .failed || old.status == .probablyNotSent else { throw SendRefusal.stillChecking }
        let content = try JSONDecoder().decode(OutgoingMessage.Content.self, from: Data(old.content.utf8))
        var draft = Draft(content, replyTo: old.replyTo, clientMessageID: clientMessageID)
        if case .stored(let file)? = try await media(of: [id])[id]?.state {
            // Perhaps it was the file that WhatsApp could not use.
            (draft.content, draft.file, draft.isFileRenewed) = (content.with(nil), file.digest, true)
        }
        return try await send(draft, to: .conversation(old.conversationId))
    }
}

/// What waits for an answer.
extension Desk {
    /// Words that go out once the person has written again; nil when there are none.
    public func waitingAnswer(in conversation: Conversation.ID) async throws -> WaitingAnswer? {
        try await read { try $0.waitingAnswer(in: conversation) }
    }

    /// Keeps words until the person writes; those that waited before make way. Throws `SendRefusal.text`.
    public func sendWhenAnswered(_ text: String, in conversation: Conversation.ID) async throws {
        let person = person
        try await write(.answer) { rows, now, random in try rows.keep(answer: text, in: conversation, by: person, now: now, random: &random)
        }
    }

    /// Takes waiting words back.
    public func takeBack(answer id: String, in conversation: Conversation.ID) async throws {
        try await write(.answer) { rows, now, _ in try rows.drop(answer: id, in: conversation, now: now) }
    }
}

/// Templates and live changes.
extension Desk {
    public func templates(on line: Line.ID) async throws -> [Template] {
        try await read { try $0.templates(of: $0.line(line).wabaId) }
    }

    /// Tells changes after a cursor (from now on, without one) until `tell` throws, until `end`, or until the server stops.
    public func follow(after cursor: Int64?, until end: Date? = nil, _ tell: (LiveUpdate) async throws -> Void) async throws {
        try await LiveFeed(
            landlord: landlord.landlordID, database: messaging.database, hub: messaging.hub, presence: messaging.presence
        ).follow(after: cursor, until: end, tell)
    }

    public func liveSequence() async throws -> Int64 { try await read { try $0.liveSequence() } }
}
