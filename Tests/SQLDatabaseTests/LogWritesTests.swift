import Foundation
import GRDBSQLite
import SQLDatabase
import TestSupport
import Testing

@Suite("SQLite's log is written in large pieces")
struct LogWritesTests {
    @Test("Transactions that outgrow the pages at hand, fail in the middle or overwrite themselves leave just what was committed")
    func model() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            var options = DatabaseOptions.forTests, dice = Dice(seed: 7, input: 0), expected: [String: [UInt8]] = [:]
            options.writerCache = 64 << 10
            let db = try await Databases.open(url, options: options)
            try await Tenancy.create(in: db)

            for _ in 0..<60 {
                let (result, written, fails) = dice.transaction(on: expected)
                do {
                    try await db.write { connection in
                        for (id, photo) in written {
                            try connection.execute(
                                """
                                INSERT INTO tenants (id, landlord_id, photo) VALUES (\(id), 'olga', \(photo))
                                ON CONFLICT (id) DO UPDATE SET photo = excluded.photo
                                """)
                        }
                        if fails { throw Changed() }
                    }
                    expected = result
                } catch is Changed {
                    #expect(fails)
                }
                let byReader = try await photos(in: db)
                #expect(byReader == expected)
            }
            await db.close()

            let again = try await Databases.open(url, options: options)
            let kept = try await photos(in: again), check = try await again.read { try $0.all(String.self, "PRAGMA integrity_check") }
            await again.close()
            #expect(kept == expected && check == ["ok"])
        }
    }

    @Test("Who reads sees each commit at once, also one that nobody has flushed to disk")
    func unflushed() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            // Whoever opens a database makes the process write logs so.
            await (try Databases.open(url, options: .forTests)).close()
            let path = String(url.text.dropFirst("sqlite:".count))
            let writer = try RawSQLite(path), reader = try RawSQLite(path)
            try writer.run("PRAGMA synchronous = OFF; CREATE TABLE numbers (number INTEGER PRIMARY KEY, filling BLOB)")

            for number in 1...100 {
                try writer.run("INSERT INTO numbers VALUES (\(number), randomblob(\(number * 500)))")
                #expect(try reader.number("SELECT count(*) FROM numbers WHERE length(filling) = number * 500") == number)
            }
        }
    }

    private func photos(in db: any Database) async throws -> [String: [UInt8]] {
        let rows = try await db.read { try $0.all(Photo.self, "SELECT id, photo FROM tenants") }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.photo) })
    }
}

private struct Changed: Error {}

private struct Photo: Decodable {
    let id: String
    let photo: [UInt8]
}

extension Dice {
    /// What a transaction writes, what comes of it, and whether it fails at its end. Names are few, so that pages are written again and again.
    fileprivate mutating func transaction(
        on before: [String: [UInt8]]
    ) -> (result: [String: [UInt8]], photos: [(String, [UInt8])], fails: Bool) {
        var result = before, photos: [(String, [UInt8])] = []
        for _ in 0...below(60) {
            let id = "\(below(40))"
            let photo = [UInt8](repeating: UInt8(below(256)), count: below(20_000))
            photos.append((id, photo))
            result[id] = photo
        }
        return (result, photos, happens(oneIn: 4))
    }
}

/// A connection of SQLite's own.
private final class RawSQLite {
    private var handle: OpaquePointer?

    init(_ path: String) throws {
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { throw Changed() }
    }

    deinit {
        sqlite3_close(handle)
    }

    func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Changed() }
    }

    func number(_ sql: String) throws -> Int {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else {
            throw Changed()
        }
        return Int(sqlite3_column_int64(statement, 0))
    }
}
