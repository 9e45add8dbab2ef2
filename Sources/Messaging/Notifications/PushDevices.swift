import Crypto
import Foundation
import SQLDatabase

/// A browser that is told of messages while its pages are closed.
public struct PushDevice: Codable, Sendable, Equatable {
    /// Names it to its owner; no secret.
    public let deviceId: String
    public let name: String
    /// Whether it is told what was written, or only who wrote.
    public let showsWords: Bool
    public let createdAt: Date

    static let columns: SQL = "device_id, name, shows_words, created_at"
    /// Of one person; the oldest makes way.
    static let most = 20

    /// What a browser's secret is known by.
    public static func id(of secret: String) -> String { secretHash(secret) }
}

extension LandlordRows {
    func pushDevices(of person: Person.ID) throws -> [PushDevice] {
        try db.all(
            PushDevice.self,
            """
            SELECT \(PushDevice.columns) FROM push_devices WHERE landlord_id = \(landlord) AND person_id = \(person)
            ORDER BY created_at DESC, device_id
            """)
    }

    /// Notes a browser. What is known of it, or of the same place at its push service, makes way.
    func add(_ device: PushDevice, of person: Person.ID, endpoint: String, sealed: String) throws {
        let digest = secretHash(endpoint)
        let isFirst = try !db.exists("SELECT 1 FROM push_devices WHERE landlord_id = \(landlord)")
        try db.execute(
            "DELETE FROM push_devices WHERE landlord_id = \(landlord) AND (endpoint_digest = \(digest) OR device_id = \(device.deviceId))")
        try db.execute(
            """
            INSERT INTO push_devices (landlord_id, person_id, device_id, name, endpoint_digest, subscription_sealed, shows_words, created_at)
            VALUES (\(landlord), \(person), \(device.deviceId), \(device.name), \(digest), \(sealed), \(device.showsWords),
                \(device.createdAt))
            ON CONFLICT (landlord_id, person_id, device_id) DO NOTHING
            """)
        for old in try pushDevices(of: person).dropFirst(PushDevice.most) { _ = try removePushDevice(old.deviceId, of: person) }
        // What came in before anybody was to be told is no news.
        let from: SQL = isFirst ? "excluded.sequence" : "push_watches.sequence"
        try db.execute(
            """
            INSERT INTO push_watches (landlord_id, sequence, looked_at)
            SELECT landlord_id, live_sequence, 0 FROM landlords WHERE landlord_id = \(landlord)
            ON CONFLICT (landlord_id) DO UPDATE SET sequence = \(from)
            """)
    }

    func change(pushDevice id: String, of person: Person.ID, showsWords: Bool) throws {
        let changed = try db.execute(
            """
            UPDATE push_devices SET shows_words = \(showsWords)
            WHERE landlord_id = \(landlord) AND person_id = \(person) AND device_id = \(id)
            """)
        guard changed > 0 else { throw NotFound() }
    }

    /// Answers whether there was one.
    func removePushDevice(_ id: String, of person: Person.ID) throws -> Bool {
        let mine: SQL = "landlord_id = \(landlord) AND person_id = \(person) AND device_id = \(id)"
        try db.execute("DELETE FROM push_notices WHERE \(mine)")
        return try db.execute("DELETE FROM push_devices WHERE \(mine)") > 0
    }
}
