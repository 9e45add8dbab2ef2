import Foundation
import SQLDatabase

/// Who may act for which landlord.
public struct Landlords: Sendable {
    let database: any Database
    let clock: @Sendable () -> Date
    private let lookups: SharedLookups

    init(database: any Database, clock: @escaping @Sendable () -> Date) {
        self.database = database
        self.clock = clock
        lookups = SharedLookups(database: database)
    }

    /// Finds the landlord a person acts for. `chosen` picks among several; a person without any becomes the landlord of that ID
    /// when `creating` allows it. Throws `AccessRefused`.
    /// - Parameters:
    ///   - name: what a landlord is called who is made now.
    ///   - personName: what the platform calls the person, who is then the landlord's owner.
    public func membership(
        of person: Person.ID, chosen: Landlord.ID?, creating: Bool, name: String?, personName: String? = nil
    ) async throws -> Membership {
        let known = try await memberships(of: person)
        if let chosen {
            guard let match = known.first(where: { $0.landlord.landlordID == chosen }) else { throw AccessRefused.notAMember }
            return match
        }
        if known.count > 1 { throw AccessRefused.chooseLandlord(known.map(\.landlord)) }
        if let only = known.first { return only }
        guard creating else { throw AccessRefused.unknownPerson }
        return try await create(landlord: Landlord.ID(person.rawValue), name: name ?? "My tenants", owner: person, ownerName: personName)
    }

    /// Every landlord the person may act for, by name.
    public func memberships(of person: Person.ID) async throws -> [Membership] {
        try await lookups.memberships(of: person)
    }

    /// Makes the landlord and its owner if they are missing; an existing landlord keeps its name. Can be repeated.
    @discardableResult
    public func create(landlord: Landlord.ID, name: String, owner: Person.ID, ownerName: String? = nil) async throws -> Membership {
        let now = clock()
        return try await database.write { db in
            try db.execute(
                "INSERT INTO landlords (landlord_id, name, created_at) VALUES (\(landlord), \(name), \(now)) ON CONFLICT (landlord_id) DO NOTHING"
            )
            try Self.add(owner, to: landlord, role: .owner, name: ownerName, now: now, db: db)
            let stored = try db.first(Landlord.self, "SELECT landlord_id, name FROM landlords WHERE landlord_id = \(landlord)")
            return Membership(
                landlord: stored ?? Landlord(landlordID: landlord, name: name), person: owner, role: .owner, personName: ownerName)
        }
    }

    /// Lets a colleague act for the landlord. Can be repeated; a role that was changed since stays.
    public func add(colleague: Person.ID, named name: String?, to landlord: Landlord.ID, as role: Role = .agent) async throws {
        let now = clock()
        try await database.write { db in
            try Self.add(colleague, to: landlord, role: role, name: name, now: now, db: db)
        }
    }

    /// Whether the landlord exists, for commands that name one.
    public func exists(_ landlord: Landlord.ID) async throws -> Bool {
        try await database.read { try $0.exists("SELECT 1 FROM landlords WHERE landlord_id = \(landlord)") }
    }

    static func add(_ person: Person.ID, to landlord: Landlord.ID, role: Role, name: String?, now: Date, db: any Connection) throws {
        try db.execute(
            """
            INSERT INTO members (landlord_id, person_id, role, name, created_at)
            VALUES (\(landlord), \(person), \(role), \(name), \(now)) ON CONFLICT (landlord_id, person_id) DO NOTHING
            """)
    }
}

struct MembershipRow: Decodable {
    let landlordId: Landlord.ID
    let name: String
    let personId: Person.ID
    let role: Role
    let personName: String?

    var membership: Membership {
        Membership(landlord: Landlord(landlordID: landlordId, name: name), person: personId, role: role, personName: personName)
    }
}

/// Why a signed-in person gets no landlord.
public enum AccessRefused: Error, Equatable {
    /// The chosen landlord is not one of the person's; told as "not found", so that IDs cannot be probed.
    case notAMember
    /// The person acts for several: the request must name one.
    case chooseLandlord([Landlord])
    /// Neither membership nor invitation, and new landlords are not created here.
    case unknownPerson
}
