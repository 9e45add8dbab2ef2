import Foundation
import SQLDatabase
import TestSupport

/// The small schema on which the conformance tests work: what tenants have written to landlords.
enum Tenancy {
    static let schema = """
        CREATE TABLE tenants (
            id TEXT PRIMARY KEY, landlord_id TEXT NOT NULL, phone TEXT, balance BIGINT CONSTRAINT balance_is_sane CHECK (balance < 1000000),
            share DOUBLE PRECISION, opted_in BOOLEAN NOT NULL DEFAULT FALSE, photo BYTES, moved_in_at BIGINT,
            CONSTRAINT tenants_phone UNIQUE (landlord_id, phone));
        CREATE TABLE notes (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE, text TEXT NOT NULL);
        """

    static func create(in db: any Database) async throws {
        let bytes = db.dialect == .sqlite ? "BLOB" : "BYTEA"
        try await db.write { try $0.executeScript(schema.replacing("BYTES", with: bytes)) }
    }
}

struct Tenant: Codable, Equatable, Sendable {
    struct ID: RawRepresentable, Codable, Hashable, Sendable, SQLBindable {
        let rawValue: String
        init(rawValue: String) { self.rawValue = rawValue }
        init(_ rawValue: String) { self.rawValue = rawValue }
    }

    var id: ID
    var landlordID = "olga"
    var phone: String?
    var balance: Int?
    var share: Double?
    var optedIn = false
    var photo: [UInt8]?
    var movedInAt: Date?

    static let nadia = Tenant(
        id: ID("nadia"), phone: "+447700900101", balance: -250, share: 0.1, optedIn: true, photo: [0, 1, 254, 255, 39, 92],
        movedInAt: Date(timeIntervalSince1970: 1_790_000_000.123))
    static let tom = Tenant(id: ID("tom"), phone: "+447700900102")
    static let ines = Tenant(id: ID("ines"))

    var insertion: SQL {
        """
        INSERT INTO tenants (id, landlord_id, phone, balance, share, opted_in, photo, moved_in_at)
        VALUES (\(id), \(landlordID), \(phone), \(balance), \(share), \(optedIn), \(photo), \(movedInAt))
        """
    }
}

/// A database with the schema and the three tenants of Olga.
@discardableResult
func withTenants<T>(
    on engine: TestEngine, options: DatabaseOptions = .forTests, _ body: (any Database) async throws -> T
) async throws -> T {
    try await withTestDatabase(engine, options: options) { db in
        try await Tenancy.create(in: db)
        try await db.write { try $0.execute(each: [Tenant.nadia, .tom, .ines]) { $0.insertion } }
        return try await body(db)
    }
}
