import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("Many rows are inserted as one")
struct InsertTests {
    @Test("Every kind of value comes back as it was, from one row, two and many", arguments: TestEngine.allCases)
    func everyType(on engine: TestEngine) async throws {
        try await withSamples(on: engine) { db in
            for count in [1, 2, 3, Sample.all.count] {
                let samples = Array(Sample.all.prefix(count))

                try await db.write { connection in
                    try connection.execute("DELETE FROM samples")
                    try connection.insert(into: Sample.target, each: samples) { $0.values }
                }

                let stored = try await db.read { try $0.all(Sample.self, "SELECT * FROM samples ORDER BY place") }
                #expect(stored == samples)
                #expect(stored.map { $0.words.map { Array($0.utf8) } } == samples.map { $0.words.map { Array($0.utf8) } })
            }
        }
    }

    @Test("No rows are nothing to do", arguments: TestEngine.allCases)
    func none(on engine: TestEngine) async throws {
        try await withSamples(on: engine) { db in
            try await db.write { try $0.insert(into: Sample.target, each: [Sample]()) { $0.values } }

            #expect(try await count("samples", in: db) == 0)
        }
    }

    @Test("1,200 rows keep their order and what they hold; what follows in the transaction sees them", arguments: TestEngine.allCases)
    func manyRows(on engine: TestEngine) async throws {
        let samples = (0..<1_200).map { Sample(place: $0, words: "note \($0) 👩‍👩‍👧", bytes: [UInt8($0 % 256)]) }
        try await withSamples(on: engine) { db in
            let seen = try await db.write { connection in
                try connection.executeScript("CREATE TABLE arrivals (number \(numbering(engine)), place BIGINT NOT NULL)")
                try connection.insert(into: Sample.target, each: samples) { $0.values }
                try connection.insert(into: "arrivals (place)", each: samples) { "(\($0.place))" }
                return try connection.first(Int.self, "SELECT COUNT(*) FROM samples")
            }

            let stored = try await db.read { try $0.all(Sample.self, "SELECT * FROM samples ORDER BY place") }
            let arrived = try await db.read { try $0.all(Int.self, "SELECT place FROM arrivals ORDER BY number") }
            #expect(seen == 1_200)
            #expect(stored == samples)
            #expect(arrived == samples.map(\.place))
        }
    }

    // A table's own count of its rows, to see in which order they came.
    private func numbering(_ engine: TestEngine) -> String {
        engine == .sqlite ? "INTEGER PRIMARY KEY" : "BIGSERIAL PRIMARY KEY"
    }

    @Test("A key used twice fails the whole, names the table and spoils the transaction", arguments: TestEngine.allCases, [2, 3, 1_200])
    func twice(on engine: TestEngine, rows: Int) async throws {
        let samples = (0..<rows).map { Sample(place: $0 == rows - 1 ? 0 : $0) }
        try await withSamples(on: engine) { db in
            let error = await #expect(throws: DatabaseError.self) {
                try await db.write { connection in
                    try connection.insert(into: "notes (id)", each: ["before"]) { "(\($0))" }
                    try? connection.insert(into: Sample.target, each: samples) { $0.values }
                }
            }

            let stored = [try await count("samples", in: db), try await count("notes", in: db)]
            #expect(stored == [0, 0])
            if case .uniqueViolation(_, "samples", ["place"])? = error { return }
            Issue.record("\(String(describing: error))")
        }
    }

    @Test("A text with U+0000 is refused, wherever it stands, and the database goes on", arguments: TestEngine.allCases, [1, 3, 1_200])
    func nullCharacter(on engine: TestEngine, rows: Int) async throws {
        let samples = (0..<rows).map { Sample(place: $0, words: $0 == rows - 1 ? "a\u{0}b" : "fine") }
        try await refuses(on: engine, saying: "U+FFFD") { connection in
            try connection.insert(into: Sample.target, each: samples) { $0.values }
        }
    }

    @Test("An expression in a row is refused, since COPY would store its parts", arguments: TestEngine.allCases, [1, 3])
    func expressions(on engine: TestEngine, rows: Int) async throws {
        let ids = (0..<rows).map { "ID-\($0)" }
        let wrong: [@Sendable (String) -> SQL] = [
            { "(lower(\($0)))" }, { "(\($0) || 'x')" }, { _ in "('constant')" }, { "((SELECT \($0)))" }, { "\(list: [$0])" },
            { SQL(sqlite: "(\($0))", postgres: "(\($0))") },
        ]
        for values in wrong {
            try await refuses(on: engine, saying: "something other than values") { connection in
                try connection.insert(into: "notes (id)", each: ids, values)
            }
        }
    }

    /// Expects `work` to be a misuse that stores nothing, even when it is caught, and the database to be as good as before.
    private func refuses(
        on engine: TestEngine, saying words: String, _ work: @escaping @Sendable (any Connection) throws -> Void
    ) async throws {
        try await withSamples(on: engine) { db in
            let error = await #expect(throws: DatabaseError.self) { try await db.write { try? work($0) } }

            guard case .misuse(let reason)? = error else { Issue.record("\(String(describing: error))"); return }
            #expect(reason.contains(words))
            #expect(try await count("samples", in: db) == 0)
            #expect(try await count("notes", in: db) == 0)
            try await db.write { try $0.insert(into: "notes (id)", each: ["1", "2", "3"]) { "(\($0))" } }
            #expect(try await count("notes", in: db) == 3)
        }
    }

    private func count(_ table: String, in db: any Database) async throws -> Int? {
        let sql = SQL(stringLiteral: "SELECT COUNT(*) FROM \(table)")
        return try await db.read { try $0.first(Int.self, sql) }
    }

    // One connection, so that what comes after a refusal meets the same one.
    private func withSamples(on engine: TestEngine, _ body: (any Database) async throws -> Void) async throws {
        var options = DatabaseOptions.forTests
        options.connections = 1
        try await withTestDatabase(engine, options: options) { db in
            let schema = Sample.schema(bytes: engine == .sqlite ? "BLOB" : "BYTEA")
            try await db.write { try $0.executeScript(schema) }
            try await body(db)
        }
    }
}

/// A row with a column of each type.
private struct Sample: Codable, Equatable, Sendable {
    var place: Int
    var words: String?
    var whole: Int64?
    var fraction: Double?
    var flag: Bool?
    var bytes: [UInt8]?
    var moment: Date?

    static let all = [
        Sample(place: 0),
        Sample(place: 1, words: "", whole: .min, fraction: -0.1, flag: false, bytes: [], moment: Date(timeIntervalSince1970: 0)),
        Sample(
            place: 2, words: "Zoë 👩‍👩‍👧 \u{202E}e\u{301}\n\t\\N", whole: .max, fraction: 1e300, flag: true, bytes: [0, 255, 39, 92],
            moment: Date(timeIntervalSince1970: 1_790_000_000.123)),
        Sample(place: 3, words: "'; DROP TABLE samples; --", whole: -1, fraction: .leastNonzeroMagnitude, flag: true),
        Sample(place: 4, words: String(repeating: "ü", count: 100_000), whole: 0, fraction: 0, bytes: [UInt8](repeating: 7, count: 70_000)),
    ]

    static let target: SQL = "samples (place, words, whole, fraction, flag, bytes, moment)"

    static func schema(bytes: String) -> String {
        """
        CREATE TABLE samples (
            place BIGINT PRIMARY KEY, words TEXT, whole BIGINT, fraction DOUBLE PRECISION, flag BOOLEAN, bytes \(bytes), moment BIGINT);
        CREATE TABLE notes (id TEXT PRIMARY KEY);
        """
    }

    var values: SQL {
        "(\(place), \(words), \(whole), \(fraction), \(flag), \(bytes), \(moment))"
    }
}
