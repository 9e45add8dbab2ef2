import Foundation
import SQLDatabase

/// The unit of isolation: a customer of the platform, identified by the platform's `auth.user.id`.
public struct Landlord: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Landlord>

    public let landlordID: ID
    public let name: String

    enum CodingKeys: String, CodingKey {
        case landlordID = "landlordId"
        case name
    }
}

/// Somebody who signs in: a landlord in person or a colleague.
public enum Person {
    public typealias ID = Identifier<Person>
}

/// A person's right to act for a landlord: proof that somebody looked it up. Only `Landlords` makes one.
public struct Membership: Sendable, Equatable {
    public let landlord: Landlord
    public let person: Person.ID
    public let role: Role
    /// What colleagues call the person, if anybody has said.
    public let personName: String?
}

/// A landlord's rows. This handle is the only way to them: whoever holds one cannot reach anybody else's.
struct LandlordRows {
    let landlord: Landlord.ID
    let db: any Connection

    init(_ landlord: Landlord.ID, _ db: any Connection) {
        self.landlord = landlord
        self.db = db
    }

    /// IDs of this landlord's to be looked up one by one, for `WITH wanted (owner, wanted_id) AS`. With `IN` and a list PostgreSQL reads all
    /// rows of a landlord whom it takes for a small one: its statistics lag behind.
    func wanted<Key>(_ ids: some Sequence<Identifier<Key>>) -> SQL {
        wanted(ids.map(\.rawValue))
    }

    func wanted(_ ids: some Sequence<String>) -> SQL {
        "\(pairs: Set(ids).sorted().map { (landlord.rawValue, $0) })"
    }
}
