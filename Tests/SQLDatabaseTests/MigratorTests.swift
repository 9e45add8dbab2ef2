import SQLDatabase
import TestSupport
import Testing

@Suite("Migrations are applied once, in order, unchanged")
struct MigratorTests {
    private static let landlords = (name: "Migrations/0001_landlords.sql", text: "CREATE TABLE landlords (id TEXT PRIMARY KEY);")
    private static let olga = (
        name: "0002_olga.sql", text: "INSERT INTO landlords (id) VALUES ('olga'); INSERT INTO landlords (id) VALUES ('pavel');"
    )
    private static let photos = [
        (name: "0003_photos.sqlite.sql", text: "CREATE TABLE photos (bytes BLOB);"),
        (name: "0003_photos.postgres.sql", text: "CREATE TABLE photos (bytes BYTEA);"),
    ]

    @Test("An empty database gets everything, then is current, and nothing is applied twice", arguments: TestEngine.allCases)
    func fromEmpty(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let migrator = try Migrator(series: "data", files: Self.photos + [Self.olga, Self.landlords])
            let empty = try await migrator.check(db)

            let applied = try await migrator.migrate(db)
            let again = try await migrator.migrate(db)

            #expect(empty == .behind(["landlords", "olga", "photos"]))
            #expect(applied == ["landlords", "olga", "photos"])
            #expect(again == [])
            let state = try await migrator.check(db)
            #expect(state == .current)
            let landlords = try await db.read { try $0.all(String.self, "SELECT id FROM landlords ORDER BY id") }
            #expect(landlords == ["olga", "pavel"])
        }
    }

    @Test("Two series share a database without knowing of each other", arguments: TestEngine.allCases)
    func twoSeries(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let data = try Migrator(series: "data", files: [Self.landlords])
            let ledger = try Migrator(series: "ledger", files: [("0001_ledger.sql", "CREATE TABLE ledger (id TEXT PRIMARY KEY)")])

            try await _ = data.migrate(db)

            let before = try await ledger.check(db)
            let applied = try await ledger.migrate(db)
            #expect(before == .behind(["ledger"]))
            #expect(applied == ["ledger"])
        }
    }

    @Test("A failing migration leaves no trace, and the ones before it stay", arguments: TestEngine.allCases)
    func failing(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let broken = ("0002_broken.sql", "CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1);")
            let migrator = try Migrator(series: "data", files: [Self.landlords, broken])

            await #expect(throws: DatabaseError.self) { try await migrator.migrate(db) }

            let state = try await migrator.check(db)
            #expect(state == .behind(["broken"]))
            await #expect(throws: DatabaseError.self) { try await db.read { try $0.rows("SELECT * FROM half") } }
        }
    }

    @Test("An edited, renamed or missing migration is refused, and so is a database of a newer release", arguments: TestEngine.allCases)
    func refusals(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            try await _ = Migrator(series: "data", files: [Self.landlords, Self.olga]).migrate(db)
            let edited = try Migrator(series: "data", files: [Self.landlords, (Self.olga.name, Self.olga.text + " ")])
            let renamed = try Migrator(series: "data", files: [("0001_owners.sql", Self.landlords.text), Self.olga])
            let older = try Migrator(series: "data", files: [Self.landlords])
            let same = try Migrator(series: "data", files: [Self.landlords, Self.olga])

            await #expect(throws: MigrationError.schema(series: "data", state: .edited("olga"))) { try await edited.migrate(db) }
            await #expect(throws: MigrationError.schema(series: "data", state: .edited("landlords"))) { try await renamed.migrate(db) }
            await #expect(throws: MigrationError.schema(series: "data", state: .ahead)) { try await older.migrate(db) }
            try await db.write { try $0.execute("DELETE FROM schema_migrations WHERE number = 1") }
            await #expect(throws: MigrationError.schema(series: "data", state: .gap)) { try await same.migrate(db) }
        }
    }

    @Test("Several processes that migrate at once apply each migration once", arguments: TestEngine.allCases)
    func atOnce(on engine: TestEngine) async throws {
        try await withTestDatabaseURL(engine) { url in
            let migrator = try Migrator(series: "data", files: [Self.landlords, Self.olga] + Self.photos)

            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let db = try await Databases.open(url, options: .forTests)
                        let names = try await migrator.migrate(db)
                        await db.close()
                        return names
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }

            #expect(applied.sorted() == ["landlords", "olga", "photos"])
        }
    }

    @Test(
        "Files that form no series are refused",
        arguments: [
            [("0002_b.sql", "")], [("0001_a.sql", ""), ("0003_c.sql", "")], [("0001_a.sql", ""), ("0001_b.sql", "")],
            [("0001_a.sqlite.sql", "")], [("0001_a.sqlite.sql", ""), ("0001_b.postgres.sql", "")], [("1_a.sql", "")], [("0001_a.txt", "")],
            [("0001_a.sql", ""), ("0001_a.postgres.sql", "")],
        ])
    func badFiles(_ files: [(String, String)]) {
        #expect(throws: MigrationError.self) { try Migrator(series: "data", files: files.map { (name: $0.0, text: $0.1) }) }
    }
}
