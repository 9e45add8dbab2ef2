import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("Rows become values")
struct DecodingTests {
    private struct Address: Decodable, Equatable {
        let wabaID: String
        let windowExpiresAt: Date
        let isOpen: Bool
        let kind: Kind
        let nickname: String?
        enum Kind: String, Decodable { case own, shared }
    }

    @Test("Columns find their properties: snake_case, ID in capitals, dates, flags, enums, optionals", arguments: TestEngine.allCases)
    func columns(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let address = try await db.read {
                try $0.first(
                    Address.self,
                    """
                    SELECT '215' AS waba_id, CAST(\(Date(timeIntervalSince1970: 1.5)) AS BIGINT) AS window_expires_at, (1 = 1) AS is_open,
                    'shared' AS kind, CAST(NULL AS TEXT) AS nickname
                    """)
            }

            let expected = Address(
                wabaID: "215", windowExpiresAt: Date(timeIntervalSince1970: 1.5), isOpen: true, kind: .shared, nickname: nil)
            #expect(address == expected)
        }
    }

    @Test("A column that a property needs, even an optional one, and the query lacks is named", arguments: TestEngine.allCases)
    func missingColumn(on engine: TestEngine) async throws {
        struct Person: Decodable { let name: String?; let age: Int? }
        try await withTestDatabase(engine) { db in
            let error = await #expect(throws: DecodingError.self) {
                try await db.read { try $0.rows("SELECT 'Nadia' AS nmae, 1 AS age")[0].decode(Person.self).age }
            }

            let words = error.map { "\($0)" } ?? ""
            #expect(words.contains("No column for name; the result has nmae, age"))
        }
    }

    @Test(
        "A null or another kind where a value is needed is refused, naming the column and never the value", arguments: TestEngine.allCases)
    func wrongKind(on engine: TestEngine) async throws {
        struct Person: Decodable { let age: Int }
        try await withTestDatabase(engine) { db in
            for query: SQL in ["SELECT CAST(NULL AS BIGINT) AS age", "SELECT 'forty-two' AS age"] {
                let error = await #expect(throws: DecodingError.self) { try await db.read { try $0.first(Person.self, query)?.age } }

                let words = error.map { "\($0)" } ?? ""
                #expect(words.contains("The column for age"))
                #expect(!words.contains("forty-two"))
            }
        }
    }

    @Test("In a join the leftmost of two equal names counts", arguments: TestEngine.allCases)
    func join(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let row = try await db.read { try $0.rows("SELECT 'tenant' AS id, 'note' AS id") }[0]

            #expect(row["id"] == .text("tenant"))
            #expect(row[1] == .text("note"))
            #expect(row["none"] == .null)
        }
    }
}
