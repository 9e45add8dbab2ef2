import Foundation
import SQLDatabase

/// What a landlord's drafts need to know about whom they are for, read for all of them in a handful of statements.
struct Correspondents {
    private let lines: [Line]
    private var numbers: [String: Result<PhoneNumber, NotAPhoneNumber>] = [:]
    private var threads: [Conversation.ID: ConversationRecord] = [:]
    private var contacts: [Addressee: Contact] = [:]
    private var threadsOf: [Contact.ID: [ConversationRecord]] = [:]
    private var reachable: Set<Contact.ID> = []
    private var earlier: [String: EarlierMessage] = [:]

    init(of orders: [SendOrder], in rows: LandlordRows) throws {
        lines = try rows.lines(includingDisconnected: true)
        for case .number(let text) in orders.map(\.addressee) where numbers[text] == nil { numbers[text] = Self.number(text) }
        try readEarlier(orders.compactMap(\.draft.clientMessageID), rows)
        try readContacts(orders.map(\.addressee), rows)
        let known = Set(contacts.values.map(\.contactId)).sorted()
        guard !known.isEmpty else { return }
        try readThreads(of: known, rows)
        reachable = Set(
            try rows.db.all(
                Contact.ID.self,
                """
                WITH wanted (owner, wanted_id) AS \(rows.wanted(known))
                SELECT DISTINCT contact_id FROM wanted CROSS JOIN contact_identities WHERE landlord_id = owner AND contact_id = wanted_id
                """))
    }

    /// What is stored under a client's ID.
    func earlier(_ clientMessageID: String?) -> EarlierMessage? { clientMessageID.flatMap { earlier[$0] } }

    /// Whom a draft is for; nil when a number is nobody's whom we know. Throws `NotFound`, or `SendRefusal.text` for what is no number.
    func contact(_ addressee: Addressee) throws -> Contact? {
        if let known = contacts[addressee] { return known }
        guard case .number(let text) = addressee else { throw NotFound() }
        if case .failure(let problem)? = numbers[text] { throw SendRefusal.text(problem.description) }
        return nil
    }

    /// Whether there is an address to write to.
    func hasAddress(_ contact: Contact.ID) -> Bool { reachable.contains(contact) }

    /// The thread's own line if there is one, else the newest connected line. Throws `SendRefusal.noLine`.
    func place(of contact: Contact, for addressee: Addressee) throws -> (Line, ConversationRecord?) {
        let usable = lines.filter(\.isUsable)
        func line(of thread: ConversationRecord) -> Line? { usable.first { $0.lineId == thread.lineId } }
        if case .conversation(let id) = addressee {
            guard let thread = threads[id] else { throw NotFound() }
            guard let line = line(of: thread) else { throw SendRefusal.noLine }
            return (line, thread)
        }
        for thread in threadsOf[contact.contactId] ?? [] {
            if let line = line(of: thread) { return (line, thread) }
        }
        guard let line = usable.first else { throw SendRefusal.noLine }
        return (line, nil)
    }

    /// A thread that was opened for one draft is there for the next.
    mutating func remember(_ thread: ConversationRecord) {
        threadsOf[thread.contactId, default: []].append(thread)
    }

    private static func number(_ text: String) -> Result<PhoneNumber, NotAPhoneNumber> {
        do throws(NotAPhoneNumber) {
            return .success(try PhoneNumber(text))
        } catch {
            return .failure(error)
        }
    }

    private mutating func readEarlier(_ ids: [String], _ rows: LandlordRows) throws {
        guard !ids.isEmpty else { return }
        let found = try rows.db.all(
            EarlierMessage.self,
            """
            WITH wanted (owner, wanted_id) AS \(rows.wanted(ids))
            SELECT message_id, client_message_id, request_hash FROM wanted CROSS JOIN messages
            WHERE landlord_id = owner AND client_message_id = wanted_id
            """)
        for message in found { earlier[message.clientMessageId] = message }
    }

    private mutating func readContacts(_ addressees: [Addressee], _ rows: LandlordRows) throws {
        var tenants: [String] = [], ids: [Contact.ID] = [], places: [Conversation.ID] = [], keys: [String: [Addressee]] = [:]
        for addressee in Set(addressees) {
            switch addressee {
            case .tenant(let id): tenants.append(id)
            case .contact(let id): ids.append(id)
            case .conversation(let id): places.append(id)
            case .number(let text):
                guard case .success(let number)? = numbers[text] else { continue }
                keys[Identity.number(number.digits).key, default: []].append(addressee)
            }
        }
        if !tenants.isEmpty {
            for contact in try rows.tenants(tenants) { contacts[.tenant(contact.externalId ?? "")] = contact }
        }
        if !ids.isEmpty {
            for contact in try rows.contacts(ids, removedToo: false) { contacts[.contact(contact.contactId)] = contact }
        }
        try readFamiliar(places, keys, rows)
    }

    // Whoever has a thread or goes by a number can be answered, also when the platform has removed them since.
    private mutating func readFamiliar(_ places: [Conversation.ID], _ keys: [String: [Addressee]], _ rows: LandlordRows) throws {
        var wanted: [(Addressee, Contact.ID)] = []
        if !places.isEmpty {
            let found = try rows.db.all(
                ConversationRecord.self,
                """
                WITH wanted (owner, wanted_id) AS \(rows.wanted(places))
                SELECT \(ConversationRecord.columns) FROM wanted CROSS JOIN conversations
                WHERE landlord_id = owner AND conversation_id = wanted_id
                """)
            for thread in found { threads[thread.conversationId] = thread }
            wanted += found.map { (.conversation($0.conversationId), $0.contactId) }
        }
        if !keys.isEmpty {
            let found = try rows.db.all(
                Holder.self,
                """
                WITH wanted (owner, wanted_id) AS \(rows.wanted(keys.keys))
                SELECT identity_key, contact_id FROM wanted CROSS JOIN contact_identities
                WHERE landlord_id = owner AND identity_key = wanted_id
                """)
            for holder in found { wanted += (keys[holder.identityKey] ?? []).map { ($0, holder.contactId) } }
        }
        guard !wanted.isEmpty else { return }
        let people = Dictionary(
            try rows.contacts(Set(wanted.map(\.1)).sorted(), removedToo: true).map { ($0.contactId, $0) }, uniquingKeysWith: { $1 })
        for (addressee, contact) in wanted { contacts[addressee] = people[contact] }
    }

    private mutating func readThreads(of contacts: [Contact.ID], _ rows: LandlordRows) throws {
        let found = try rows.db.all(
            ConversationRecord.self,
            """
            WITH wanted (owner, wanted_id) AS \(rows.wanted(contacts))
            SELECT \(ConversationRecord.columns) FROM wanted CROSS JOIN conversations WHERE landlord_id = owner AND contact_id = wanted_id
            ORDER BY last_message_at DESC, conversation_id DESC
            """)
        threadsOf = Dictionary(grouping: found, by: \.contactId)
    }
}

private struct Holder: ReadsColumns {
    let identityKey: String
    let contactId: Contact.ID

    init(_ columns: inout Columns) throws {
        (identityKey, contactId) = (try columns.text(), try columns.value())
    }
}

/// A message as a client's ID finds it.
struct EarlierMessage: ReadsColumns {
    let messageId: Message.ID
    let clientMessageId: String
    let requestHash: String?

    init(_ columns: inout Columns) throws {
        (messageId, clientMessageId, requestHash) = (try columns.value(), try columns.text(), try columns.optionalText())
    }
}
