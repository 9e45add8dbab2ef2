import Foundation
import SQLDatabase

/// Signed-in browsers and one-use sign-in links. Only hashes are stored: the database never holds a usable secret.
public struct Sessions: Sendable {
    let database: any Database
    let clock: @Sendable () -> Date

    /// How long a browser stays signed in.
    public static let lifetime = Duration.seconds(12 * 3600)
    /// How long a sign-in link may be used: at most a minute, since it travels in a URL.
    public static let linkLifetime = Duration.seconds(60)

    /// Signs a person in and answers the cookie's secret, which is not kept.
    public func begin(_ membership: Membership) async throws -> String {
        let secret = newSecret(), now = clock()
        try await database.write { db in
            try Self.insert(secret, landlord: membership.landlord.landlordID, person: membership.person, now: now, db: db)
            try db.execute("DELETE FROM sessions WHERE expires_at < \(now)")
        }
        return secret
    }

    /// Who a cookie belongs to, while the session lives and the membership lasts.
    public func membership(of secret: String) async throws -> Membership? {
        let now = clock()
        return try await database.read { db in
            try db.first(
                MembershipRow.self,
                """
                SELECT l.landlord_id, l.name, m.person_id, m.role, m.name AS person_name FROM sessions s
                JOIN members m ON m.landlord_id = s.landlord_id AND m.person_id = s.person_id
                JOIN landlords l ON l.landlord_id = s.landlord_id
                WHERE s.token_hash = \(secretHash(secret)) AND s.expires_at > \(now)
                """
            )?.membership
        }
    }

    /// Signs out: the cookie is worthless from now on, wherever a copy of it is.
    public func end(_ secret: String) async throws {
        try await database.write { try $0.execute("DELETE FROM sessions WHERE token_hash = \(secretHash(secret))") }
    }

    /// Goes over to another landlord of the person's: the cookie is a new one, and the old one worthless. Nil when the session has ended or
    /// the person is no member there.
    public func switchOver(_ secret: String, to landlord: Landlord.ID) async throws -> String? {
        let fresh = newSecret(), now = clock()
        return try await database.write { db in
            let person = try db.first(
                Person.ID.self,
                """
                SELECT m.person_id FROM sessions s JOIN members m ON m.landlord_id = \(landlord) AND m.person_id = s.person_id
                WHERE s.token_hash = \(secretHash(secret)) AND s.expires_at > \(now)
                """)
            guard let person else { return nil }
            try db.execute("DELETE FROM sessions WHERE token_hash = \(secretHash(secret))")
            try Self.insert(fresh, landlord: landlord, person: person, now: now, db: db)
            return fresh
        }
    }

    /// A link's secret, with which the platform sends its landlord straight in.
    public func makeLink(for membership: Membership) async throws -> (secret: String, expiresAt: Date) {
        let secret = newSecret(), now = clock()
        let expiresAt = now + Self.linkLifetime.seconds
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO sign_in_links (token_hash, landlord_id, person_id, expires_at)
                VALUES (\(secretHash(secret)), \(membership.landlord.landlordID), \(membership.person), \(expiresAt))
                """)
            try db.execute("DELETE FROM sign_in_links WHERE expires_at < \(now - 86_400)")
        }
        return (secret, expiresAt)
    }

    /// The landlord a link would sign into, without spending it: a preview may look, only a person's POST spends.
    public func peek(link secret: String) async throws -> Landlord? {
        let now = clock()
        return try await database.read { db in
            try db.first(
                Landlord.self,
                """
                SELECT l.landlord_id, l.name FROM sign_in_links s JOIN landlords l ON l.landlord_id = s.landlord_id
                WHERE s.token_hash = \(secretHash(secret)) AND s.spent_at IS NULL AND s.expires_at > \(now)
                """)
        }
    }

    /// Spends a link, once, and answers a cookie's secret; nil when it is spent, expired or unknown.
    public func spend(link secret: String) async throws -> String? {
        let session = newSecret(), now = clock()
        return try await database.write { db in
            let spent = try db.execute(
                """
                UPDATE sign_in_links SET spent_at = \(now)
                WHERE token_hash = \(secretHash(secret)) AND spent_at IS NULL AND expires_at > \(now)
                """)
            guard spent == 1,
                let link = try db.first(
                    LinkRow.self, "SELECT landlord_id, person_id FROM sign_in_links WHERE token_hash = \(secretHash(secret))")
            else { return nil }
            try Self.insert(session, landlord: link.landlordId, person: link.personId, now: now, db: db)
            return session
        }
    }

    private static func insert(_ secret: String, landlord: Landlord.ID, person: Person.ID, now: Date, db: any Connection) throws {
        try db.execute(
            """
            INSERT INTO sessions (token_hash, landlord_id, person_id, created_at, expires_at)
            VALUES (\(secretHash(secret)), \(landlord), \(person), \(now), \(now + lifetime.seconds))
            """)
    }
}

private struct LinkRow: Decodable {
    let landlordId: Landlord.ID
    let personId: Person.ID
}
