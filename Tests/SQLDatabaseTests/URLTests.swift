import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("Database URLs")
struct URLTests {
    @Test(
        "A URL never shows its secrets",
        arguments: [
            (
                "postgres://zenrent:s3cret@db.example/zenrent?sslmode=verify-full",
                "postgres://zenrent:***@db.example/zenrent?sslmode=verify-full"
            ),
            (
                "postgresql://db.example/zenrent?user=zenrent&password=s3cret&sslmode=require",
                "postgresql://db.example/zenrent?user=zenrent&password=***&sslmode=require"
            ),
            ("postgres://zenrent:s3c:r@t@db.example/zenrent", "postgres://zenrent:***@db.example/zenrent"),
            ("sqlite:data/zenrent.sqlite", "sqlite:data/zenrent.sqlite"),
        ])
    func secrets(_ text: String, _ shown: String) throws {
        let url = try DatabaseURL(text)

        #expect("\(url)" == shown)
        #expect(String(reflecting: url) == shown)
        var dumped = ""
        dump(url, to: &dumped)
        #expect(!dumped.contains("s3c"))
        #expect(url.text == text)
    }

    @Test("Anything else is refused with an example", arguments: ["", "mysql://x", "data/zenrent.sqlite", "sqlite:", "sqlite::memory:"])
    func refusal(_ text: String) {
        #expect(throws: DatabaseError.self) { try DatabaseURL(text) }
    }

    @Test("A server that does not answer is reported at opening, without the password")
    func unreachable() async throws {
        let error = await #expect(throws: DatabaseError.self) {
            try await Databases.open(DatabaseURL("postgres://zenrent:s3cret@127.0.0.1:1/zenrent"))
        }

        guard case .unavailable(let words) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(words.contains("Connection refused"))
        #expect(!words.contains("s3cret"))
    }

    @Test("A missing SQLite file is made with its folder, readable by its owner only")
    func newFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "a/b/zenrent.sqlite").path

            let db = try await Databases.open(DatabaseURL("sqlite:\(path)"))
            try await Tenancy.create(in: db)

            for file in [path, path + "-wal"] {
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            await db.close()
        }
    }

    @Test("A SQLite path that cannot be a file is reported as unavailable")
    func impossiblePath() async throws {
        let error = await #expect(throws: DatabaseError.self) { try await Databases.open(DatabaseURL("sqlite:/dev/null/zenrent.sqlite")) }

        guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
    }
}
