import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Upgrading tables that are made anew")
struct UpgradeTests {
    private static let dataTables = [
        "contacts", "contact_identities", "conversations", "messages", "wamid_routes", "live_blocks", "attempts",
    ]
    private static let ledgerTables = ["webhook_batches", "webhook_bodies"]

    @Test("Landlords' rows come through as they were, those with all columns filled and those with few", arguments: TestEngine.allCases)
    func data(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { database in
            _ = try await Schema.early("data", through: 8).migrate(database)
            let before = try await filled(Self.dataTables, in: database)

            _ = try await Schema.data().migrate(database)

            for table in before { #expect(try await table.read(in: database) == table.rows) }
            let named = try await database.read { try $0.exists("SELECT 1 FROM conversations WHERE named_at IS NOT NULL") }
            #expect(!named)
            let misplaced = try await database.read {
                try $0.exists("SELECT 1 FROM conversations WHERE active_slot <> last_message_at / 600000")
            }
            #expect(!misplaced)
        }
    }

    @Test("The ledger's rows come through as they were; bodies go by the account of their batch", arguments: TestEngine.allCases)
    func ledger(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { database in
            _ = try await Schema.early("ledger", through: 2).migrate(database)
            let before = try await filled(Self.ledgerTables, in: database)

            _ = try await Schema.ledger().migrate(database)

            for table in before { #expect(try await table.read(in: database) == table.rows) }
            let named = try await database.read { try $0.exists("SELECT 1 FROM webhook_bodies WHERE source IS NOT NULL") }
            #expect(!named)
        }
    }

    @Test("What was refused before is refused afterwards: doubles, and names of nobody", arguments: TestEngine.allCases)
    func rules(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { database in
            _ = try await Schema.early("data", through: 8).migrate(database)
            _ = try await filled(Self.dataTables, in: database)
            _ = try await Schema.data().migrate(database)

            // The first row once more, under another key where there is a second thing that must be unique.
            let doubles: [(table: String, changes: [String: String])] = [
                ("contacts", ["contact_id": "other"]), ("conversations", ["conversation_id": "other"]),
                ("messages", ["message_id": "other"]), ("attempts", ["message_id": "other"]), ("contact_identities", [:]),
                ("wamid_routes", [:]), ("live_blocks", [:]),
            ]
            for (table, changes) in doubles {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.write { try Self.insert(1, of: table, on: $0, changing: changes) }
                }
                if case .uniqueViolation? = error { continue }
                Issue.record("\(table): \(String(describing: error))")
            }
            await #expect(throws: DatabaseError.foreignKeyViolation) {
                try await database.write {
                    try Self.insert(1, of: "contact_identities", on: $0, changing: ["identity_key": "other", "contact_id": "nobody"])
                }
            }
        }
    }

    /// Two rows in each table: one with all its columns, and one with those that it must have.
    private func filled(_ tables: [String], in database: any Database) async throws -> [FilledTable] {
        try await database.write { db in
            if tables.contains("contacts") {
                try db.execute("INSERT INTO landlords (landlord_id, name, created_at) VALUES ('olga', 'Brandt Lettings', 1)")
            }
            return try tables.map { table in
                for row in 1...2 { try Self.insert(row, of: table, on: db) }
                let columns = try Column.all(of: table, on: db).map(\.name)
                return FilledTable(name: table, columns: columns, rows: try FilledTable.read(table, columns, on: db))
            }
        }
    }

    private static func insert(_ row: Int, of table: String, on db: any Connection, changing changes: [String: String] = [:]) throws {
        let columns = try Column.all(of: table, on: db).filter { row == 1 || $0.isRequired }
        let names = SQL(stringLiteral: columns.map(\.name).joined(separator: ", "))
        let values: [SQL] = columns.enumerated().map { place, column in
            let value = changes[column.name].map { SQLValue.text($0) } ?? column.value(in: table, row: row, place: place)
            return "\(value)"
        }
        try db.execute("INSERT INTO \(SQL(stringLiteral: table)) (\(names)) VALUES (\(SQL.join(values, separator: ", ")))")
    }
}

extension Schema {
    /// A series as it was in an earlier release.
    static func early(_ series: String, through number: Int) throws -> Migrator {
        let folder = "Migrations/\(series)/"
        let files = Embedded.files.filter { $0.key.hasPrefix(folder) }
            .map { (name: String($0.key.dropFirst(folder.count)), text: $0.value) }
        return try Migrator(series: series, files: files.filter { Int($0.name.prefix(4)).map { $0 <= number } ?? false })
    }
}

/// What a table held before the upgrade.
private struct FilledTable {
    let name: String
    let columns: [String]
    let rows: [String]

    /// What those columns hold now.
    func read(in database: any Database) async throws -> [String] {
        try await database.read { try Self.read(name, columns, on: $0) }
    }

    static func read(_ table: String, _ columns: [String], on db: any Connection) throws -> [String] {
        let names = SQL(stringLiteral: columns.joined(separator: ", "))
        return try db.rows("SELECT \(names) FROM \(SQL(stringLiteral: table))").map { row in
            columns.indices.map { "\(columns[$0]): \(row[$0])" }.joined(separator: ", ")
        }.sorted()
    }
}

private struct Column: Decodable {
    // What a rule, or another table, asks for.
    private static let fixed = ["landlord_id": "olga", "kind": "bsuid", "direction": "out", "state": "accepted", "outcome": "refused"]

    let name: String
    let kind: String
    let isRequired: Bool

    static func all(of table: String, on db: any Connection) throws -> [Column] {
        try db.all(
            Column.self,
            SQL(
                sqlite: """
                    SELECT name, type AS kind, ("notnull" = 1 OR pk > 0) AS is_required FROM pragma_table_info(\(table)) ORDER BY cid
                    """,
                postgres: """
                    SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind, is_nullable = 'NO' AS is_required
                    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = \(table)
                    ORDER BY ordinal_position
                    """))
    }

    /// A value that no other column has, so that none can be taken for another.
    func value(in table: String, row: Int, place: Int) -> SQLValue {
        if let text = Self.fixed[name] { return .text(text) }
        switch kind.uppercased() {
        case "BIGINT": return .integer(Int64(row * 1_000 + place))
        case "BYTEA": return .blob([0, UInt8(row), 255])
        default: return .text(name == "contact_id" ? "contact \(row)" : "\(table) \(name) \(row)")
        }
    }
}
