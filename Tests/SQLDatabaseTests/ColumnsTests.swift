import Foundation
import TestSupport
import Testing

@testable import SQLDatabase

@Suite("Rows read by position")
struct ColumnsTests {
    @Test("Columns come from left to right, whatever they are called: texts, numbers, times, flags, enums", arguments: TestEngine.allCases)
    func accessors(on engine: TestEngine) async throws {
        let begins = Date(timeIntervalSince1970: 1.5), ends = Date(timeIntervalSince1970: -86_400)
        try await withTestDatabase(engine) { db in
            let leases = try await db.read { connection in
                try connection.all(
                    Lease.self,
                    """
                    SELECT 'Nadia', 'Nad', CAST(900 AS BIGINT), CAST(-1 AS BIGINT), CAST(\(begins) AS BIGINT), CAST(\(ends) AS BIGINT), (1 = 1),
                        'own', 'shared'
                    UNION ALL
                    SELECT 'Tom', NULL, CAST(0 AS BIGINT), NULL, CAST(\(begins) AS BIGINT), NULL, (1 = 2), 'shared', NULL
                    ORDER BY 1
                    """)
            }

            #expect(
                leases == [
                    Lease(
                        tenant: "Nadia", nickname: "Nad", rent: 900, deposit: -1, begins: begins, ends: ends, isSigned: true, kind: .own,
                        formerKind: .shared),
                    Lease(
                        tenant: "Tom", nickname: nil, rent: 0, deposit: nil, begins: begins, ends: nil, isSigned: false, kind: .shared,
                        formerKind: nil),
                ])
        }
    }

    @Test("The first row is read alone; where there is none, nothing is read", arguments: TestEngine.allCases)
    func first(on engine: TestEngine) async throws {
        struct Name: ReadsColumns {
            let text: String
            init(_ columns: inout Columns) throws { text = try columns.text() }
        }
        try await withTenants(on: engine) { db in
            let (one, none) = try await db.read { connection in
                (
                    try connection.first(Name.self, "SELECT id FROM tenants ORDER BY id")?.text,
                    try connection.first(Name.self, "SELECT id FROM tenants WHERE FALSE")?.text
                )
            }

            #expect(one == "ines" && none == nil)
        }
    }

    @Test("What does not fit is refused, with the column's name and never with what it holds", arguments: TestEngine.allCases)
    func mismatch(on engine: TestEngine) async throws {
        let texts: [Read] = [
            { _ = try $0.integer() }, { _ = try $0.optionalInteger() }, { _ = try $0.date() }, { _ = try $0.optionalDate() },
            { _ = try $0.boolean() }, { _ = try $0.value() as Kind }, { _ = try $0.optionalValue() as Kind? },
        ]
        let numbers: [Read] = [
            { _ = try $0.text() }, { _ = try $0.optionalText() }, { _ = try $0.boolean() }, { _ = try $0.value() as Kind },
            { _ = try $0.optionalValue() as Kind? },
        ]
        let nulls: [Read] = [
            { _ = try $0.text() }, { _ = try $0.integer() }, { _ = try $0.date() }, { _ = try $0.boolean() },
            { _ = try $0.value() as Kind },
        ]
        let queries: [(SQL, [Read])] = [
            ("SELECT 'forty-two' AS door", texts), ("SELECT CAST(4711 AS BIGINT) AS door", numbers),
            ("SELECT CAST(NULL AS TEXT) AS door", nulls),
        ]
        try await withTestDatabase(engine) { db in
            for (query, reads) in queries {
                let row = try await db.read { try $0.rows(query)[0] }
                for (number, read) in reads.enumerated() {
                    let words = complaint(about: row, read)

                    #expect(words.contains("The column door is not a"), "\(number)")
                    #expect(!words.contains("forty-two") && !words.contains("4711"), "\(number)")
                }
            }
        }
    }

    @Test("The column that does not fit is named, also behind others, and so is one too many", arguments: TestEngine.allCases)
    func position(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            let row = try await db.read { try $0.rows("SELECT 'Nadia' AS name, 'seven' AS door")[0] }

            let second = complaint(about: row) { columns in
                _ = try columns.text()
                _ = try columns.integer()
            }
            let third = complaint(about: row) { columns in
                for _ in 1...3 { _ = try columns.text() }
            }

            #expect(second.contains("The column door is not a Int"))
            #expect(third.contains("The column beyond the last one is not a String"))
        }
    }

    /// What is said when reading fails.
    private func complaint(about row: SQLRow, _ read: Read) -> String {
        do {
            var columns = Columns(row)
            try read(&columns)
            return ""
        } catch {
            return "\(error)"
        }
    }
}

private typealias Read = (inout Columns) throws -> Void

private enum Kind: String { case own, shared }

private struct Lease: Equatable {
    let tenant: String
    let nickname: String?
    let rent: Int
    let deposit: Int?
    let begins: Date
    let ends: Date?
    let isSigned: Bool
    let kind: Kind
    let formerKind: Kind?
}

extension Lease: ReadsColumns {
    init(_ columns: inout Columns) throws {
        (tenant, nickname) = (try columns.text(), try columns.optionalText())
        (rent, deposit) = (try columns.integer(), try columns.optionalInteger())
        (begins, ends) = (try columns.date(), try columns.optionalDate())
        isSigned = try columns.boolean()
        (kind, formerKind) = (try columns.value(), try columns.optionalValue())
    }
}
