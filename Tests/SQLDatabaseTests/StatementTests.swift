import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("Statements mean the same on both engines")
struct StatementTests {
    @Test("What is stored comes back as it was: nulls, signs, fractions, flags, bytes and milliseconds", arguments: TestEngine.allCases)
    func roundTrip(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let tenants = try await db.read { try $0.all(Tenant.self, "SELECT * FROM tenants ORDER BY id") }

            #expect(tenants == [.ines, .nadia, .tom])
        }
    }

    @Test("Text is stored byte for byte, whatever it contains", arguments: TestEngine.allCases)
    func awkwardText(on engine: TestEngine) async throws {
        let texts = [
            "", "'; DROP TABLE tenants; --", "\"\\$1?%_", "Zoë 👩‍👩‍👧 \u{202E}", "e\u{301}", "line\nline\r\n\t",
            String(repeating: "ü", count: 100_000),
        ]
        try await withTenants(on: engine) { db in
            try await db.write { connection in
                for (number, text) in texts.enumerated() {
                    try connection.execute("INSERT INTO notes (id, tenant_id, text) VALUES (\("\(number)"), \(Tenant.nadia.id), \(text))")
                }
            }

            let stored = try await db.read { try $0.all(String.self, "SELECT text FROM notes ORDER BY id") }

            #expect(stored.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
        }
    }

    @Test("A text with U+0000 is refused with words, never cut short", arguments: TestEngine.allCases)
    func nullCharacter(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let error = await #expect(throws: DatabaseError.self) {
                try await db.write { try $0.execute("UPDATE tenants SET phone = \("+44\u{0}7700") WHERE id = \(Tenant.nadia.id)") }
            }

            #expect(error?.description.contains("U+FFFD") == true)
            let stored = try await db.read { try $0.first(Tenant.self, "SELECT * FROM tenants WHERE id = 'nadia'") }
            #expect(stored == .nadia)
        }
    }

    @Test("The largest and smallest numbers survive", arguments: TestEngine.allCases)
    func extremes(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let whole: [Int64] = [.min, -1, 0, .max]
            let real = [Double.pi, -0.1, 1e300, .leastNonzeroMagnitude, 9_007_199_254_740_992]
            try await db.write { connection in
                try connection.executeScript("CREATE TABLE numbers (place BIGINT, whole BIGINT, fraction DOUBLE PRECISION)")
                try connection.execute(each: whole.enumerated().map { ($0, $1) }) {
                    "INSERT INTO numbers (place, whole) VALUES (\($0.0), \($0.1))"
                }
                try connection.execute(each: real.enumerated().map { ($0, $1) }) {
                    "INSERT INTO numbers (place, fraction) VALUES (\($0.0), \($0.1))"
                }
            }

            let (wholeAgain, realAgain) = try await db.read { connection in
                (
                    try connection.all(Int64.self, "SELECT whole FROM numbers WHERE whole IS NOT NULL ORDER BY place"),
                    try connection.all(Double.self, "SELECT fraction FROM numbers WHERE fraction IS NOT NULL ORDER BY place")
                )
            }

            #expect(wholeAgain == whole)
            #expect(realAgain == real)
        }
    }

    @Test("A list becomes one parameter each, and nothing is in an empty list", arguments: TestEngine.allCases)
    func lists(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let many = (0..<300).map { Tenant.ID("nobody-\($0)") } + [Tenant.tom.id]
            let (two, none, one) = try await db.read { connection in
                (
                    try connection.all(
                        String.self, "SELECT id FROM tenants WHERE id IN \(list: [Tenant.tom.id, Tenant.nadia.id]) ORDER BY id"),
                    try connection.all(String.self, "SELECT id FROM tenants WHERE id IN \(list: [Tenant.ID]())"),
                    try connection.all(String.self, "SELECT id FROM tenants WHERE id IN \(list: many)")
                )
            }

            #expect(two == ["nadia", "tom"])
            #expect(none.isEmpty)
            #expect(one == ["tom"])
        }
    }

    @Test("Parts of statements are values that carry their parameters along", arguments: TestEngine.allCases)
    func splicing(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let conditions: [SQL] = ["landlord_id = \("olga")", "opted_in = \(true)", "balance < \(0)"]
            let columns: SQL = "id, balance"

            let rows = try await db.read {
                try $0.rows("SELECT \(columns) FROM tenants WHERE \(SQL.join(conditions, separator: " AND ")) LIMIT \(5)")
            }

            #expect(rows.map { $0["id"] } == [.text("nadia")])
            #expect(rows[0][1] == .integer(-250))
            #expect(rows[0].columns == ["id", "balance"])
        }
    }

    @Test("Changes are counted per statement, without cascades; a query or an unmatched change counts none", arguments: TestEngine.allCases)
    func counts(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let counts = try await db.write { connection in
                [
                    try connection.execute("INSERT INTO notes (id, tenant_id, text) VALUES ('1', 'nadia', 'a'), ('2', 'nadia', 'b')"),
                    try connection.execute("UPDATE notes SET text = 'c' WHERE id = 'none'"),
                    try connection.execute("SELECT * FROM notes"),
                    try connection.execute("INSERT INTO notes (id, tenant_id, text) VALUES ('1', 'nadia', 'a') ON CONFLICT DO NOTHING"),
                    try connection.execute(
                        "INSERT INTO notes (id, tenant_id, text) VALUES ('1', 'nadia', 'd') ON CONFLICT (id) DO UPDATE SET text = excluded.text"
                    ),
                    try connection.execute("DELETE FROM tenants WHERE id = 'nadia'"),
                    try connection.execute("SELECT * FROM notes"),
                ]
            }

            #expect(counts == [2, 0, 0, 0, 1, 1, 0])
        }
    }

    @Test("Many rows go in with one call, and each row's count comes back in order", arguments: TestEngine.allCases)
    func manyRows(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let numbers = Array(0..<1234)
            try await db.write { connection in
                try connection.execute(each: numbers) {
                    "INSERT INTO notes (id, tenant_id, text) VALUES (\("\($0)"), 'tom', \("note \($0)"))"
                }
            }

            let counts = try await db.write { connection in
                try connection.execute(each: numbers) { number in
                    number.isMultiple(of: 3)
                        ? "DELETE FROM notes WHERE id = \("\(number)")" : "UPDATE notes SET text = 'x' WHERE id = \("-\(number)")"
                }
            }

            #expect(counts == numbers.map { $0.isMultiple(of: 3) ? 1 : 0 })
            #expect(try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM notes") } == 822)
        }
    }

    @Test("RETURNING answers the changed rows", arguments: TestEngine.allCases)
    func returning(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let claimed = try await db.write { connection in
                try connection.all(
                    Tenant.ID.self,
                    """
                    UPDATE tenants SET opted_in = TRUE
                    WHERE id IN (SELECT id FROM tenants WHERE opted_in = FALSE ORDER BY id LIMIT \(1)\(SQL.skipLocked)) RETURNING id
                    """)
            }

            #expect(claimed == [Tenant.ines.id])
        }
    }

    @Test("Sums and averages are numbers, existence is a flag, a missing row is nil", arguments: TestEngine.allCases)
    func aggregates(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let sum = try await db.read { try $0.first(Int.self, "SELECT SUM(balance) FROM tenants") }
            let average = try await db.read { try $0.first(Double.self, "SELECT AVG(balance) FROM tenants") }
            let tom = try await db.read { try $0.exists("SELECT 1 FROM tenants WHERE phone = \(Tenant.tom.phone)") }
            let stranger = try await db.read { try $0.exists("SELECT 1 FROM tenants WHERE phone = \("+447700900999")") }
            let nobody = try await db.read { try $0.first(Tenant.self, "SELECT * FROM tenants WHERE id = \("nobody")") }
            let unknown = try await db.read { try $0.first(Int?.self, "SELECT balance FROM tenants WHERE id = 'tom'") }

            #expect(sum == -250)
            #expect(average == -250)
            #expect(tom)
            #expect(!stranger)
            #expect(nobody == nil)
            #expect(unknown == .some(nil))
        }
    }

    @Test("Row values compare for paging; a parameter may be NULL with a CAST", arguments: TestEngine.allCases)
    func paging(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let phone: String? = nil
            let page = try await db.read { connection in
                try connection.all(
                    String.self,
                    """
                    SELECT id FROM tenants WHERE (landlord_id, id) > (\("olga"), \("ines"))
                    AND (CAST(\(phone) AS TEXT) IS NULL OR phone = \(phone)) ORDER BY landlord_id, id LIMIT \(10)
                    """)
            }

            #expect(page == ["nadia", "tom"])
        }
    }
}
