import Foundation
import SQLDatabase

/// What stands between the messages of a thread and only the team sees: a note, or a line that says who did what. It never goes to WhatsApp.
public struct Entry: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Entry>

    public enum Kind: String, Codable, Sendable {
        case note
        /// Given to `aboutId`, or to nobody.
        case assigned
        /// Put off until `until`.
        case snoozed
        /// That time has come.
        case awake
        case done
        /// Taken back from what is done or put off.
        case opened
    }

    public let entryId: ID
    public let conversationId: Conversation.ID
    public let kind: Kind
    /// Who did it; nil for what happens by itself.
    public let personId: Person.ID?
    public let aboutId: Person.ID?
    public let until: Date?
    /// What a note says.
    public let text: String?
    public let at: Date

    static let columns: SQL = "entry_id, conversation_id, kind, person_id, about_id, until, text, at"

    init(
        _ kind: Kind, in conversation: Conversation.ID, by person: Person.ID?, about: Person.ID? = nil, until: Date? = nil,
        text: String? = nil, now: Date, random: inout Randomness
    ) {
        entryId = ID(now: now, random: &random)
        (conversationId, self.kind, personId, aboutId) = (conversation, kind, person, about)
        // As it is stored.
        (self.until, self.text, at) = (until, text, Date(milliseconds: now.milliseconds))
    }
}

extension Desk {
    /// The most that one page of a thread shows between two of its ends.
    public static let mostEntries = 500
    /// The longest note, in characters.
    public static let longestNote = 4_096

    /// Keeps a note beside a conversation. Throws `TeamRefusal.words`, or `ClientMessageIDReused` for another note under a known ID.
    public func note(_ text: String, in conversation: Conversation.ID, clientID: String?) async throws -> Entry {
        let person = person, words = text.trimmingCharacters(in: .whitespacesAndNewlines).storable
        return try await write(.organise) { rows, now, random in
            _ = try rows.conversation(conversation)
            guard !words.isEmpty else { throw TeamRefusal.words("Write something first.") }
            guard words.unicodeScalars.count <= Self.longestNote else {
                throw TeamRefusal.words("A note has at most 4,096 characters. Shorten it.")
            }
            let note = Entry(.note, in: conversation, by: person, text: words, now: now, random: &random)
            guard try rows.store(note, clientID: clientID) else {
                let known = try rows.entry(clientID: clientID ?? "")
                guard known.conversationId == conversation, known.personId == person, known.text == words else {
                    throw ClientMessageIDReused()
                }
                return known
            }
            try rows.publish([.entry(note.entryId, in: conversation)], now: now)
            return note
        }
    }

    /// What stands beside a conversation's messages from a time on, and before another, oldest first; the newest `mostEntries` of them.
    public func entries(of conversation: Conversation.ID, from start: Date? = nil, before end: Date? = nil) async throws -> [Entry] {
        try await read { rows in
            _ = try rows.conversation(conversation)
            let later: SQL = start.map { "AND at >= \($0)" } ?? "", earlier: SQL = end.map { "AND at < \($0)" } ?? ""
            return try rows.db.all(
                Entry.self,
                """
                SELECT \(Entry.columns) FROM conversation_entries
                WHERE landlord_id = \(rows.landlord) AND conversation_id = \(conversation) \(later) \(earlier)
                ORDER BY at DESC, entry_id DESC LIMIT \(Self.mostEntries)
                """
            ).reversed()
        }
    }

    /// Entries of a conversation by their IDs, oldest first.
    public func entries(_ ids: [Entry.ID], of conversation: Conversation.ID) async throws -> [Entry] {
        guard !ids.isEmpty else { return [] }
        return try await read { rows in
            try rows.db.all(
                Entry.self,
                """
                SELECT \(Entry.columns) FROM conversation_entries
                WHERE landlord_id = \(rows.landlord) AND conversation_id = \(conversation) AND entry_id IN \(list: ids)
                ORDER BY at, entry_id
                """)
        }
    }
}

extension LandlordRows {
    /// Answers whether it is new: the same client ID again stores nothing.
    @discardableResult
    func store(_ entry: Entry, clientID: String?) throws -> Bool {
        try db.execute(
            """
            INSERT INTO conversation_entries (landlord_id, conversation_id, at, entry_id, kind, person_id, about_id, until, text, client_id)
            VALUES (\(landlord), \(entry.conversationId), \(entry.at), \(entry.entryId), \(entry.kind), \(entry.personId), \(entry.aboutId),
                \(entry.until), \(entry.text), \(clientID))
            ON CONFLICT (landlord_id, client_id) WHERE client_id IS NOT NULL DO NOTHING
            """) == 1
    }

    fileprivate func entry(clientID: String) throws -> Entry {
        let known = try db.first(
            Entry.self, "SELECT \(Entry.columns) FROM conversation_entries WHERE landlord_id = \(landlord) AND client_id = \(clientID)")
        guard let known else { throw NotFound() }
        return known
    }
}
