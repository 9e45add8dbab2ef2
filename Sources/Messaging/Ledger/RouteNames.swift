import Crypto
import Foundation
import SQLDatabase

/// Under which name a wamid's route is kept: a keyed hash, since routes stay for ever and a wamid holds a person's number.
struct RouteNames {
    private let key: SymmetricKey

    /// Reads the installation's key; the first to ask makes it.
    init(on db: any Connection) throws {
        key = SymmetricKey(data: Array((try Self.known(on: db) ?? Self.make(on: db)).utf8))
    }

    /// Reads the installation's key; nil while there are no routes yet.
    init?(knownOn db: any Connection) throws {
        guard let known = try Self.known(on: db) else { return nil }
        key = SymmetricKey(data: Array(known.utf8))
    }

    private static func known(on db: any Connection) throws -> String? {
        try db.first(String.self, "SELECT value FROM installation WHERE name = 'routeKey'")
    }

    private static func make(on db: any Connection) throws -> String {
        try db.execute("INSERT INTO installation (name, value) VALUES ('routeKey', \(newSecret())) ON CONFLICT (name) DO NOTHING")
        return try db.first(String.self, "SELECT value FROM installation WHERE name = 'routeKey'") ?? ""
    }

    /// 128 bits as text.
    func name(of wamid: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(wamid.utf8), using: key)
        return Data(code.prefix(16)).base64EncodedString()
    }
}

extension Schema {
    /// Gives routes from before their names were hashes their new names, some at a time. Can be repeated; does nothing once it is done.
    public static func nameRoutes(in database: any Database) async throws {
        let fact = "routesAreHashed"
        guard try await Installation.fact(fact, in: database) == nil else { return }
        while try await database.write({ db in try nameSomeRoutes(on: db) }) {}
        _ = try await Installation.note(fact, "yes", in: database)
    }

    private static func nameSomeRoutes(on db: any Connection) throws -> Bool {
        let names = try RouteNames(on: db)
        let old = try db.all(
            OldRoute.self, "SELECT phone_number_id, wamid FROM wamid_routes WHERE wamid LIKE 'wamid.%' LIMIT 500")
        try db.execute(each: old) { route in
            """
            UPDATE wamid_routes SET wamid = \(names.name(of: route.wamid))
            WHERE phone_number_id = \(route.phoneNumberId) AND wamid = \(route.wamid)
            """
        }
        return !old.isEmpty
    }
}

private struct OldRoute: Decodable {
    let phoneNumberId: String
    let wamid: String
}
