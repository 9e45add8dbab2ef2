import Foundation
import SQLDatabase

/// Somebody who may act for a landlord.
public struct Colleague: Codable, Sendable, Equatable {
    public let personId: Person.ID
    /// What the others call the person; nil when nobody has said.
    public let name: String?
    public let role: Role
    public let createdAt: Date
}

extension Desk {
    /// Names by person, for those who have one; also of those who have left.
    public func colleagues() async throws -> [Person.ID: String] {
        try await read { rows in
            let named = try rows.db.all(
                Named.self,
                """
                SELECT person_id, name FROM members WHERE landlord_id = \(rows.landlord) AND name IS NOT NULL UNION ALL
                SELECT person_id, name FROM former_members WHERE landlord_id = \(rows.landlord) AND name IS NOT NULL
                """)
            return Dictionary(named.map { ($0.personId, $0.name) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private struct Named: Decodable {
        let personId: Person.ID
        let name: String
    }

    /// Everybody who works here, those who came first before the others.
    public func people() async throws -> [Colleague] { try await read { try $0.people() } }

    /// The other landlords whom the person serves.
    public func otherLandlords() async throws -> [Landlord] {
        try await messaging.landlords.memberships(of: person).map(\.landlord).filter { $0.landlordID != landlord.landlordID }
    }

    /// Gives a colleague another role. Throws `NotFound`, or `TeamRefusal.lastOwner`.
    public func change(_ person: Person.ID, to role: Role) async throws {
        try await write(.manage) { rows, now, _ in try rows.change(person, to: role, now: now) }
    }

    /// Takes a colleague away: sessions end, and nothing of the landlord's opens any more. Throws `NotFound`, or `TeamRefusal.lastOwner`.
    public func takeAway(_ person: Person.ID) async throws {
        try await write(.manage) { rows, now, _ in try rows.takeAway(person, now: now) }
    }

    /// The name under which the others see whoever sits at this desk. Throws `TeamRefusal.words`.
    public func goBy(_ name: String) async throws {
        let person = person, name = try GivenName(name, longest: 80, what: "name").text
        try await write(.own) { rows, now, _ in
            try rows.db.execute("UPDATE members SET name = \(name) WHERE landlord_id = \(rows.landlord) AND person_id = \(person)")
            try rows.publish([.person(person)], now: now)
        }
    }
}

extension LandlordRows {
    func people() throws -> [Colleague] {
        try db.all(
            Colleague.self,
            "SELECT person_id, name, role, created_at FROM members WHERE landlord_id = \(landlord) ORDER BY created_at, person_id")
    }

    func colleague(_ person: Person.ID) throws -> Colleague {
        let found = try db.first(
            Colleague.self,
            "SELECT person_id, name, role, created_at FROM members WHERE landlord_id = \(landlord) AND person_id = \(person)")
        guard let found else { throw NotFound() }
        return found
    }

    fileprivate func change(_ person: Person.ID, to role: Role, now: Date) throws {
        try lockPeople()
        guard try colleague(person).role != role else { return }
        if role != .owner { try keepAnOwner(besides: person) }
        try db.execute("UPDATE members SET role = \(role) WHERE landlord_id = \(landlord) AND person_id = \(person)")
        if role == .readOnly { try holdBack(wordsOf: person, now: now) }
        try publish([.person(person)], now: now)
    }

    fileprivate func takeAway(_ person: Person.ID, now: Date) throws {
        try lockPeople()
        let colleague = try colleague(person)
        try keepAnOwner(besides: person)
        for table: SQL in ["members", "sessions", "sign_in_links"] {
            try db.execute("DELETE FROM \(table) WHERE landlord_id = \(landlord) AND person_id = \(person)")
        }
        try db.execute(
            """
            INSERT INTO former_members (landlord_id, person_id, name, left_at) VALUES (\(landlord), \(person), \(colleague.name), \(now))
            ON CONFLICT (landlord_id, person_id) DO UPDATE SET name = excluded.name, left_at = excluded.left_at
            """)
        try holdBack(wordsOf: person, now: now)
        try publish([.person(person)], now: now)
    }

    // Two owners who take each other away at the same moment wait for each other here.
    private func lockPeople() throws {
        _ = try db.rows("SELECT landlord_id FROM landlords WHERE landlord_id = \(landlord) \(SQL.lockRow)")
    }

    private func keepAnOwner(besides person: Person.ID) throws {
        let isThere = try db.exists(
            "SELECT 1 FROM members WHERE landlord_id = \(landlord) AND person_id <> \(person) AND role = \(Role.owner)")
        guard isThere else { throw TeamRefusal.lastOwner }
    }

    // What waits for an answer would go out by itself in the name of somebody who may not write any more.
    private func holdBack(wordsOf person: Person.ID, now: Date) throws {
        let held = try db.all(
            Conversation.ID.self,
            """
            UPDATE waiting_answers SET problem = 'Who wrote it may not write here any more.'
            WHERE landlord_id = \(landlord) AND person_id = \(person) AND problem IS NULL RETURNING conversation_id
            """)
        try publish(held.sorted().map { .conversation($0) }, now: now)
    }
}
