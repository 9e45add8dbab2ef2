import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("SQLite's log is copied beside the writer")
struct CheckpointTests {
    @Test("While commits go on the log is copied into the file and begins anew, so it does not grow without end; nothing gets lost")
    func beginsAnew() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            let log = Log(of: url), db = try await Databases.open(url, options: .forTests)
            try await Tenancy.create(in: db)
            let first = try log.beginnings()

            // A mebibyte each, to the same place: the log grows, the file hardly does.
            var commits = 0
            while try log.beginnings() < first + 2, commits < 1_000 {
                let photo = [UInt8](repeating: UInt8(commits % 256), count: 1 << 20), id = "\(commits)"
                try await db.write { connection in
                    try connection.execute("INSERT INTO tenants (id, landlord_id) VALUES (\(id), 'olga')")
                    try connection.execute("UPDATE tenants SET photo = \(photo) WHERE id = '0'")
                }
                commits += 1
            }
            let begun = try log.beginnings() - first, size = try log.size()
            let other = try await Databases.open(url, options: .forTests)
            let seen = try await tenants(in: other)
            await other.close()
            await db.close()

            #expect(begun >= 2)
            #expect(size < commits << 20, "the log is smaller than what was written")
            #expect(seen == commits)
            let again = try await Databases.open(url, options: .forTests)
            #expect(try await tenants(in: again) == commits)
            await again.close()
        }
    }

    @Test("Copying does not wait for the writer")
    func busyWriter() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            let log = Log(of: url), db = try await Databases.open(url, options: .forTests)
            try await Tenancy.create(in: db)
            try await insertFortyMebibytes(in: db)

            try await whileWriterIsHeld(db, table: "notes") {
                try await eventually("the file has grown") { try log.sizeOfFile() > 32 << 20 }
            }

            #expect(try await tenants(in: db) == 40)
            await db.close()
        }
    }

    @Test("Whoever closes a database waits until nothing is copied any more")
    func close() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            let log = Log(of: url), db = try await Databases.open(url, options: .forTests)
            try await Tenancy.create(in: db)
            try await insertFortyMebibytes(in: db)

            await db.close()

            #expect(try log.openFiles().isEmpty)
            let again = try await Databases.open(url, options: .forTests)
            #expect(try await tenants(in: again) == 40)
            await again.close()
        }
    }

    // One commit, longer than a log may become before it is copied.
    private func insertFortyMebibytes(in db: any Database) async throws {
        let photo = [UInt8](repeating: 7, count: 1 << 20)
        try await db.write { connection in
            try connection.execute(each: 1...40) { "INSERT INTO tenants (id, landlord_id, photo) VALUES (\("\($0)"), 'olga', \(photo))" }
        }
    }

    private func tenants(in db: any Database) async throws -> Int {
        try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") ?? 0 }
    }
}

/// The files of a database, seen from outside.
private struct Log {
    private let path: String

    init(of url: DatabaseURL) {
        path = String(url.text.dropFirst("sqlite:".count))
    }

    /// How often the log has begun anew: the fourth word of its header.
    func beginnings() throws -> Int {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path + "-wal"))
        defer { try? file.close() }
        return try file.read(upToCount: 16)?.suffix(4).reduce(0) { $0 * 256 + Int($1) } ?? 0
    }

    func size() throws -> Int { try size(of: path + "-wal") }
    func sizeOfFile() throws -> Int { try size(of: path) }

    private func size(of name: String) throws -> Int {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: name))
        defer { try? file.close() }
        return Int(try file.seekToEnd())
    }

    /// Which of them this process has open.
    func openFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
            .filter { $0.hasPrefix(path) }
    }
}
