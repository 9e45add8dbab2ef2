import Foundation
import SQLDatabase

@testable import Messaging

/// What Meta and the landlords reported, without IDs of ours, arrival times, live numbers and decisions. By name, each with its fields.
struct Facts: Sendable {
    private(set) var known: [String: [String: String]] = [:]
    private let people: [String: String]

    /// `event` names a waiting part.
    init(_ db: any Connection, event: (_ id: String, _ part: Int) -> String) throws {
        people = try Self.people(db)
        try addMessages(db)
        try addPeople(db)
        try addRest(db)
        for row in try db.rows("SELECT event_id, part, reason FROM waiting_items") {
            let reason = row["reason"] == .text("beforeProof") ? "beforeProof" : "waits"
            known["part \(event(row["event_id"].words, Int(row["part"].words) ?? 0))"] = ["reason": reason]
        }
    }

    // A contact is the set of identities by which the person is known.
    private static func people(_ db: any Connection) throws -> [String: String] {
        var found: [String: [String]] = [:]
        for row in try db.rows("SELECT landlord_id, contact_id, identity_key FROM contact_identities ORDER BY identity_key") {
            found[row["landlord_id"].words + row["contact_id"].words, default: []].append(row["identity_key"].words)
        }
        return found.mapValues { $0.joined(separator: "+") }
    }

    private func person(_ row: SQLRow) -> String {
        people[row["landlord_id"].words + row["contact_id"].words] ?? "nobody known"
    }

    private mutating func add(_ name: String, _ row: SQLRow, person: String? = nil) {
        var fields = Dictionary(row.columns.map { ($0, row[$0].words) }, uniquingKeysWith: { first, _ in first })
        for ours in ["landlord_id", "contact_id", "address_of"] { fields[ours] = nil }
        if let person { fields["person"] = person }
        known[name] = fields
    }

    private mutating func addMessages(_ db: any Connection) throws {
        let messages = try db.rows(
            """
            SELECT m.landlord_id, m.line_id, m.wamid, c.contact_id, m.direction, m.type, m.content, m.preview, m.richness, m.reply_to, m.at,
                m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.error_code, m.edited_at, m.edited_wamid,
                m.edited_content, m.revoked_at
            FROM messages m JOIN conversations c ON c.landlord_id = m.landlord_id AND c.conversation_id = m.conversation_id
            WHERE m.wamid IS NOT NULL
            """)
        for row in messages {
            add("message \(row["wamid"].words) of \(row["landlord_id"].words) on \(row["line_id"].words)", row, person: person(row))
        }
        for row in try db.rows("SELECT landlord_id, line_id, target_wamid, direction, emoji, at, wamid FROM reactions") {
            add("reaction \(row["direction"].words) to \(row["target_wamid"].words) of \(row["landlord_id"].words)", row)
        }
        let windows = try db.rows(
            "SELECT landlord_id, contact_id, line_id, last_inbound_at FROM conversations WHERE last_inbound_at IS NOT NULL")
        for row in windows { add("window of \(person(row)) at \(row["landlord_id"].words) on \(row["line_id"].words)", row) }
    }

    private mutating func addPeople(_ db: any Connection) throws {
        let contacts = try db.rows(
            """
            SELECT landlord_id, contact_id, external_id, profile_name, username, profile_at, profile_wamid, opted_out_at, consent_at,
                consent_wamid, marketing_stopped_at, marketing_at, opt_in_at FROM contacts
            """)
        for row in contacts {
            let name = "person \(person(row)) of \(row["landlord_id"].words)"
            add(name, row)
            let named = try Self.named(row, db)
            known[name]?["profile_at"] = named.map { "\($0.at.milliseconds)" } ?? "nil"
            known[name]?["profile_wamid"] = named?.wamid ?? "nil"
            known[name]?["address"] = try db.first(
                String.self,
                """
                SELECT i.value FROM contact_identities i
                WHERE i.landlord_id = \(row["landlord_id"].words) AND i.contact_id = \(row["contact_id"].words)
                ORDER BY \(Identity.addressFirst) LIMIT 1
                """)
        }
    }

    // Up to when the name has held: the contact's row knows it, or its conversations do.
    private static func named(_ row: SQLRow, _ db: any Connection) throws -> Stamp? {
        let confirmed = try db.rows(
            """
            SELECT named_at, named_wamid FROM conversations
            WHERE landlord_id = \(row["landlord_id"].words) AND contact_id = \(row["contact_id"].words) AND named_at IS NOT NULL
            """)
        return (confirmed.map { ($0[0], $0[1]) } + [(row["profile_at"], row["profile_wamid"])]).compactMap { at, wamid in
            Int64(at.words).map { Stamp(at: Date(milliseconds: $0), wamid: wamid.words) }
        }.max()
    }

    private mutating func addRest(_ db: any Connection) throws {
        for row in try db.rows("SELECT landlord_id, waba_id, name, status, reason, status_at FROM templates") {
            add("template \(row["name"].words) of \(row["landlord_id"].words) in \(row["waba_id"].words)", row)
        }
        for row in try db.rows("SELECT landlord_id, account_id, status FROM accounts") {
            add("\(row["account_id"].words) of \(row["landlord_id"].words)", row)
        }
    }

    /// What differs from the run in order, in words; empty when nothing does.
    func differences(from inOrder: Facts) -> [String] {
        Set(known.keys).union(inOrder.known.keys).sorted().compactMap { name in
            switch (known[name], inOrder.known[name]) {
            case (let here?, let there?) where here == there: return nil
            // A repetition of something that a former owner of the line has heard waits for the operator.
            case (["reason": "beforeProof"]?, nil): return nil
            case (_?, nil): return "\(name): known here, and not in the run in order"
            case (nil, let there): return "\(name): missing; the run in order knows \(Self.told(there ?? [:]))"
            case (let here?, let there?):
                let fields = Set(here.keys).union(there.keys).filter { here[$0] != there[$0] }.sorted()
                return "\(name): " + fields.map { "\($0) is \(here[$0] ?? "nil"), in order \(there[$0] ?? "nil")" }.joined(separator: "; ")
            }
        }
    }
}

extension Facts {
    private static func told(_ fields: [String: String]) -> String {
        fields.filter { $0.value != "nil" }.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
    }
}

extension SQLValue {
    /// The value as text, the same on both engines.
    var words: String {
        switch self {
        case .null: "nil"
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .text(let text): text
        case .boolean(let value): value ? "1" : "0"
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}
