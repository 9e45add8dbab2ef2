import SQLDatabase
import TestSupport
import Testing

@Suite("Both engines report the same errors")
struct ErrorTests {
    @Test("A second tenant with the same phone is a unique violation that names table and columns", arguments: TestEngine.allCases)
    func unique(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            var twin = Tenant.tom
            twin.id = Tenant.ID("twin")
            let insertion = twin.insertion

            let error = await #expect(throws: DatabaseError.self) { try await db.write { try $0.execute(insertion) } }

            guard case .uniqueViolation(_, let table, let columns) = error else { Issue.record("\(String(describing: error))"); return }
            #expect(table == "tenants")
            #expect(columns == ["landlord_id", "phone"])
        }
    }

    @Test("A primary key used twice is a unique violation, too", arguments: TestEngine.allCases)
    func primaryKey(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let insertion = Tenant.ines.insertion

            let error = await #expect(throws: DatabaseError.self) { try await db.write { try $0.execute(insertion) } }

            guard case .uniqueViolation(_, "tenants", ["id"]) = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test("Foreign keys, checks and missing values have their own cases", arguments: TestEngine.allCases)
    func constraints(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            await #expect(throws: DatabaseError.foreignKeyViolation) {
                try await db.write { try $0.execute("INSERT INTO notes (id, tenant_id, text) VALUES ('1', 'nobody', 'hello')") }
            }
            await #expect(throws: DatabaseError.checkViolation(constraint: "balance_is_sane")) {
                try await db.write { try $0.execute("UPDATE tenants SET balance = \(1_000_000)") }
            }
            await #expect(throws: DatabaseError.notNullViolation(column: "notes.text")) {
                try await db.write { try $0.execute("INSERT INTO notes (id, tenant_id) VALUES ('1', 'tom')") }
            }
        }
    }

    @Test("A misspelt table is an engine error with its code", arguments: TestEngine.allCases)
    func misspelling(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let error = await #expect(throws: DatabaseError.self) { try await db.read { try $0.rows("SELECT * FROM tenents") } }

            guard case .other(let code, let message) = error else { Issue.record("\(String(describing: error))"); return }
            #expect(code == (engine == .sqlite ? "1" : "42P01"))
            #expect(message.contains("tenents"))
        }
    }

    @Test("A script that ends its own transaction is refused", arguments: TestEngine.allCases)
    func scriptWithCommit(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            await #expect(throws: DatabaseError.self) {
                try await db.write { try $0.executeScript("DELETE FROM notes; COMMIT") }
            }

            let stillThere = try await db.write { try $0.execute("DELETE FROM tenants") }
            #expect(stillThere == 3)
        }
    }

    @Test("Work that ends its own transaction is refused", arguments: TestEngine.allCases)
    func statementCommit(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            for ending: SQL in ["COMMIT", "ROLLBACK"] {
                let error = await #expect(throws: DatabaseError.self) { try await db.write { try $0.execute(ending) } }
                #expect(error?.description.contains("remove the COMMIT") == true)
            }

            let stillThere = try await db.write { try $0.execute("DELETE FROM tenants") }
            #expect(stillThere == 3)
        }
    }

    @Test("Every error says what helps")
    func remedies() {
        let errors: [(DatabaseError, String)] = [
            (.uniqueViolation(constraint: "c", table: "tenants", columns: ["phone"]), "phone"), (.busy, "Try again"),
            (.timedOut, "plan"), (.diskFull, "Free"), (.notDurable("EIO"), "must exit"), (.serialization, "Try again"),
        ]
        for (error, words) in errors { #expect("\(error)".contains(words)) }
    }
}
