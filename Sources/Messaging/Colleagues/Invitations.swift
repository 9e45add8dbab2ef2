import Foundation
import SQLDatabase

/// A way in for one person, with a role. Its secret is told once and not kept.
public struct Invitation: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Invitation>

    /// How long it may be used.
    public static let lifetime: TimeInterval = 7 * 86_400
    /// How many of a landlord's may be open at once.
    static let most = 50

    public let invitationId: ID
    public let role: Role
    /// Whom it is for, as the owner wrote it.
    public let name: String?
    public let createdAt: Date
    public let expiresAt: Date
}

/// What somebody holds who was invited, told before they accept.
public struct InvitedTo: Sendable, Equatable {
    public let landlord: Landlord
    public let role: Role
    public let isMember: Bool
}

extension Desk {
    /// Makes an invitation and tells its secret, which is kept as a digest only. Throws `TeamRefusal`.
    public func invite(as role: Role, name: String?) async throws -> (invitation: Invitation, secret: String) {
        try membership.check(.manage)
        let secret = newSecret(), person = person
        let name = try name.flatMap { $0.isEmpty ? nil : try GivenName($0, longest: 80, what: "name").text }
        let invitation = try await write(.manage) { rows, now, random in
            let invitation = Invitation(
                invitationId: Invitation.ID(now: now, random: &random), role: role, name: name, createdAt: now,
                expiresAt: now + Invitation.lifetime)
            try rows.store(invitation, secret: secret, by: person, now: now)
            return invitation
        }
        return (invitation, secret)
    }

    /// Those that can still be used, the newest first. Throws `NotAllowed`: who is asked to join is the owners' business.
    public func invitations() async throws -> [Invitation] {
        try membership.check(.manage)
        let now = now
        return try await read { rows in
            try rows.db.all(
                Invitation.self,
                """
                SELECT invitation_id, role, name, created_at, expires_at FROM invitations
                WHERE landlord_id = \(rows.landlord) AND expires_at > \(now) ORDER BY created_at DESC, invitation_id DESC
                """)
        }
    }

    /// Makes an invitation worthless. Throws `NotFound` for one that is not there any more.
    public func withdraw(_ invitation: Invitation.ID) async throws {
        try await write(.manage) { rows, _, _ in
            let withdrawn = try rows.db.execute(
                "DELETE FROM invitations WHERE landlord_id = \(rows.landlord) AND invitation_id = \(invitation)")
            guard withdrawn == 1 else { throw NotFound() }
        }
    }
}

extension LandlordRows {
    fileprivate func store(_ invitation: Invitation, secret: String, by person: Person.ID, now: Date) throws {
        try db.execute("DELETE FROM invitations WHERE landlord_id = \(landlord) AND expires_at <= \(now)")
        let open = try db.first(Int.self, "SELECT COUNT(*) FROM invitations WHERE landlord_id = \(landlord)") ?? 0
        guard open < Invitation.most else {
            throw TeamRefusal.tooMany("\(Invitation.most) invitations are open. Withdraw some first.")
        }
        try db.execute(
            """
            INSERT INTO invitations (landlord_id, invitation_id, secret_hash, role, name, invited_by, created_at, expires_at)
            VALUES (\(landlord), \(invitation.invitationId), \(secretHash(secret)), \(invitation.role), \(invitation.name), \(person), \(now),
                \(invitation.expiresAt))
            """)
    }
}

extension Messaging {
    /// Spends an invitation, once: the person is a member from now on. Who is one already stays what they are, and the invitation open.
    /// Throws `TeamRefusal.invitationOver`.
    public func join(_ secret: String, person: Person.ID, name: String?) async throws -> Membership {
        let membership = try await landlords.join(secret, person: person, name: name)
        await hub.wake([membership.landlord.landlordID])
        return membership
    }
}

extension Landlords {
    /// What an invitation is to, without spending it. Throws `TeamRefusal.invitationOver`.
    public func look(at secret: String, by person: Person.ID) async throws -> InvitedTo {
        let now = clock()
        return try await database.read { db in
            guard let found = try OpenInvitation.find(secret, on: db, now: now) else { throw TeamRefusal.invitationOver }
            let isMember = try db.exists("SELECT 1 FROM members WHERE landlord_id = \(found.landlordId) AND person_id = \(person)")
            return InvitedTo(landlord: Landlord(landlordID: found.landlordId, name: found.name), role: found.role, isMember: isMember)
        }
    }

    fileprivate func join(_ secret: String, person: Person.ID, name: String?) async throws -> Membership {
        let now = clock(), name = name.flatMap { try? GivenName($0, longest: 80, what: "name").text }
        return try await database.write { db in
            guard let found = try OpenInvitation.find(secret, on: db, now: now) else { throw TeamRefusal.invitationOver }
            let rows = LandlordRows(found.landlordId, db)
            if try !db.exists("SELECT 1 FROM members WHERE landlord_id = \(found.landlordId) AND person_id = \(person)") {
                let spent = try db.execute(
                    "DELETE FROM invitations WHERE landlord_id = \(found.landlordId) AND secret_hash = \(secretHash(secret))")
                guard spent == 1 else { throw TeamRefusal.invitationOver }
                try Self.add(person, to: found.landlordId, role: found.role, name: name ?? found.invitedName, now: now, db: db)
                try db.execute("DELETE FROM former_members WHERE landlord_id = \(found.landlordId) AND person_id = \(person)")
                try rows.publish([.person(person)], now: now)
            }
            let colleague = try rows.colleague(person)
            return Membership(
                landlord: Landlord(landlordID: found.landlordId, name: found.name), person: person, role: colleague.role,
                personName: colleague.name)
        }
    }

    /// The name that the platform gives a person, where the person has none yet.
    public func learn(name: String, of person: Person.ID) async throws {
        guard let name = try? GivenName(name, longest: 80, what: "name").text else { return }
        _ = try await database.write { try $0.execute("UPDATE members SET name = \(name) WHERE person_id = \(person) AND name IS NULL") }
    }
}

private struct OpenInvitation: Decodable {
    let landlordId: Landlord.ID
    let name: String
    let role: Role
    let invitedName: String?

    static func find(_ secret: String, on db: any Connection, now: Date) throws -> OpenInvitation? {
        try db.first(
            OpenInvitation.self,
            """
            SELECT i.landlord_id, l.name, i.role, i.name AS invited_name FROM invitations i
            JOIN landlords l ON l.landlord_id = i.landlord_id
            WHERE i.secret_hash = \(secretHash(secret)) AND i.expires_at > \(now)
            """)
    }
}
