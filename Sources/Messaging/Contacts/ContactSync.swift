import Foundation
import SQLDatabase

/// One tenant as the platform knows them.
public struct ContactInput: Codable, Sendable, Equatable {
    /// When and how the person agreed to be written to on WhatsApp; Meta asks for the proof.
    public struct OptIn: Codable, Sendable, Equatable {
        public var source: String
        public var at: Date
        public var wording: String?

        public init(source: String, at: Date, wording: String? = nil) {
            self.source = source
            self.at = at
            self.wording = wording
        }
    }

    public var externalId: String
    public var name: String?
    /// As typed; blank means none.
    public var phone: String?
    public var property: String?
    public var unit: String?
    public var language: String?
    public var optIn: OptIn?

    public init(
        externalId: String, name: String?, phone: String?, property: String? = nil, unit: String? = nil, language: String? = nil,
        optIn: OptIn? = nil
    ) {
        self.externalId = externalId
        self.name = name
        self.phone = phone
        self.property = property
        self.unit = unit
        self.language = language
        self.optIn = optIn
    }
}

/// What became of one synced row.
public struct SyncResult: Codable, Sendable, Equatable {
    public enum Outcome: String, Codable, Sendable {
        case created, updated, unchanged, rejected
    }

    public struct Problem: Codable, Sendable, Equatable {
        public let code: String
        public let message: String
    }

    public let externalId: String
    public let id: Contact.ID?
    public let outcome: Outcome
    public let error: Problem?
}

/// Brings the platform's tenants in: one row's fault never keeps the others out, and a repetition changes nothing.
struct ContactSync {
    let rows: LandlordRows
    let now: Date
    var random: Randomness
    private var changes: [Change] = []

    init(_ rows: LandlordRows, now: Date, random: Randomness) {
        self.rows = rows
        self.now = now
        self.random = random
    }

    mutating func run(_ inputs: [ContactInput]) throws -> [SyncResult] {
        let known = try rows.contacts(externalIDs: inputs.map(\.externalId).filter { !$0.contains("\0") })
        try releaseOldNumbers(inputs, known: known)
        var seen: Set<String> = []
        let results = try inputs.map { input in
            guard seen.insert(input.externalId).inserted else {
                return rejected(input, "repeated", "This externalId stands in the list twice; the first row counts.")
            }
            return try take(input, known: known[input.externalId])
        }
        try rows.publish(changes, now: now)
        return results
    }

    // Numbers move between tenants. All that were given up are free before any is claimed, so the order of the rows does not matter.
    private func releaseOldNumbers(_ inputs: [ContactInput], known: [String: Contact]) throws {
        for input in inputs {
            guard let contact = known[input.externalId], let old = contact.phone, (try? number(of: input))??.e164 != old else { continue }
            try rows.forget(.number(String(old.dropFirst())), of: contact.contactId)
        }
    }

    private mutating func take(_ input: ContactInput, known: Contact?) throws -> SyncResult {
        if let problem = problem(with: input) { return problem }
        let phone: PhoneNumber?
        do throws(NotAPhoneNumber) {
            phone = try number(of: input)
        } catch {
            return rejected(input, "notAPhoneNumber", error.description)
        }
        let holder = try phone.flatMap { try rows.holder(of: .number($0.digits)) }
        if let holder, holder.contactId != known?.contactId, let other = holder.externalId {
            return rejected(
                input, "numberInUse", "This number already belongs to the tenant with externalId \(other). Correct one of them.")
        }
        return try store(input, phone: phone, known: known, holder: holder)
    }

    private mutating func store(_ input: ContactInput, phone: PhoneNumber?, known: Contact?, holder: Contact?) throws -> SyncResult {
        if let known, let holder, holder.contactId != known.contactId {
            // Somebody unknown wrote from this number before the platform told whose it is.
            try rows.merge(holder.contactId, into: known.contactId, now: now)
        }
        let existing = known ?? holder
        let id = existing?.contactId ?? Contact.ID(now: now, random: &random)
        let unchanged = existing.map { $0.says(the: input, phone: phone) } ?? false
        if !unchanged {
            existing == nil ? try rows.insert(id, input, phone: phone, now: now) : try rows.update(id, input, phone: phone, now: now)
            changes.append(.contact(id))
        }
        if let phone { try rows.learn([Sighting(identity: .number(phone.digits), at: seenAt(phone, of: known))], of: id) }
        let outcome: SyncResult.Outcome = existing == nil ? .created : unchanged ? .unchanged : .updated
        return SyncResult(externalId: input.externalId, id: id, outcome: outcome, error: nil)
    }

    // The same list again is no news: a number that the person has left since must not become the newest by it. Of a new tenant the person
    // may know better within the hour.
    private func seenAt(_ phone: PhoneNumber, of known: Contact?) -> Date {
        guard let known else { return now.wholeHour - 0.001 }
        return known.phone == phone.e164 ? Sighting.longAgo : now
    }

    private func number(of input: ContactInput) throws(NotAPhoneNumber) -> PhoneNumber? {
        guard let text = input.phone?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else { return nil }
        return try PhoneNumber(text)
    }

    private func problem(with input: ContactInput) -> SyncResult? {
        if input.externalId.isEmpty || input.externalId.count > 200 {
            return rejected(input, "externalId", "externalId must be the platform's own tenant ID, 1 to 200 characters.")
        }
        let texts = [input.name, input.phone, input.property, input.unit, input.language, input.optIn?.source, input.optIn?.wording]
        if texts.contains(where: { ($0?.count ?? 0) > 2_000 }) {
            return rejected(input, "tooLong", "A field is longer than 2,000 characters. Shorten it.")
        }
        if (texts + [input.externalId]).contains(where: { $0?.contains("\0") == true }) {
            return rejected(input, "notText", "A field holds the character U+0000, which is no text. Remove it.")
        }
        return nil
    }

    private func rejected(_ input: ContactInput, _ code: String, _ message: String) -> SyncResult {
        SyncResult(externalId: input.externalId, id: nil, outcome: .rejected, error: .init(code: code, message: message))
    }
}

extension Contact {
    fileprivate func says(the input: ContactInput, phone: PhoneNumber?) -> Bool {
        externalId == input.externalId && name == input.name && self.phone == phone?.e164 && property == input.property
            && unit == input.unit && language == input.language
            && (input.optIn == nil || (optInSource == input.optIn?.source && optInAt?.milliseconds == input.optIn?.at.milliseconds))
    }
}

extension LandlordRows {
    func contacts(externalIDs: [String]) throws -> [String: Contact] {
        let found = try db.all(
            Contact.self,
            "SELECT \(Contact.columns) FROM contacts WHERE landlord_id = \(landlord) AND external_id IN \(list: externalIDs) \(SQL.lockRow)"
        )
        return Dictionary(found.compactMap { contact in contact.externalId.map { ($0, contact) } }, uniquingKeysWith: { first, _ in first })
    }

    fileprivate func insert(_ id: Contact.ID, _ input: ContactInput, phone: PhoneNumber?, now: Date) throws {
        try db.execute(
            """
            INSERT INTO contacts (landlord_id, contact_id, external_id, name, phone, property, unit, language,
                opt_in_source, opt_in_at, opt_in_wording, search_key, created_at, updated_at)
            VALUES (\(landlord), \(id), \(input.externalId), \(input.name), \(phone?.e164), \(input.property), \(input.unit),
                \(input.language), \(input.optIn?.source), \(input.optIn?.at), \(input.optIn?.wording), \(key(input, phone)), \(now), \(now))
            """)
    }

    // A row without optIn leaves the proof that we have: silence is not a withdrawal.
    fileprivate func update(_ id: Contact.ID, _ input: ContactInput, phone: PhoneNumber?, now: Date) throws {
        try db.execute(
            """
            UPDATE contacts SET external_id = \(input.externalId), name = \(input.name), phone = \(phone?.e164),
                property = \(input.property), unit = \(input.unit), language = \(input.language),
                opt_in_source = COALESCE(\(input.optIn?.source), opt_in_source), opt_in_at = COALESCE(\(input.optIn?.at), opt_in_at),
                opt_in_wording = COALESCE(\(input.optIn?.wording), opt_in_wording),
                search_key = \(key(input, phone)), updated_at = \(now), removed_at = NULL
            WHERE landlord_id = \(landlord) AND contact_id = \(id)
            """)
    }

    private func key(_ input: ContactInput, _ phone: PhoneNumber?) -> String {
        searchKey(input.property, input.unit, input.name, phone?.e164)
    }
}
