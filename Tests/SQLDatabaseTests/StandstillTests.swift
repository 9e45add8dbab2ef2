import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("A process that stands still does not hold the others", .enabled(if: TestEngine.allCases.contains(.postgres)))
struct StandstillTests {
    @Test("Who stops in the middle of handing over rows loses its transaction and its locks; another program's session is left alone")
    func stopped() async throws {
        try await withTestDatabaseURL(.postgres) { url in
            let db = try await Databases.open(url, options: .forTests)
            try await Tenancy.create(in: db)
            try await db.write { try $0.execute(each: [Tenant.nadia, .tom]) { $0.insertion } }
            let stranger = try await Stopped.begin(at: url, "UPDATE tenants SET balance = 1 WHERE id = 'tom'")
            let ours = try await Stopped.begin(
                at: url, "SELECT pg_advisory_lock_shared(2053467762, 1); UPDATE tenants SET balance = 1 WHERE id = 'nadia'")
            defer { [stranger, ours].forEach { $0.end() } }

            var listener = db.notifications(on: "ledger").makeAsyncIterator()
            _ = await listener.next()
            try await db.waitForEnd(of: ours.session)
            let changed = try await db.write { try $0.execute("UPDATE tenants SET balance = 2 WHERE id = 'nadia'") }

            #expect(changed == 1)
            try await db.read { [session = stranger.session] in
                let isThere = try $0.exists("SELECT 1 FROM pg_stat_activity WHERE pid = \(session) AND state = 'active'")
                #expect(isThere)
            }
            await db.close()
        }
    }
}

/// A program that has begun a `COPY` inside a transaction and sends nothing more.
private struct Stopped {
    let session: Int
    private let process: Process
    private let input: Pipe

    static func begin(at url: DatabaseURL, _ statements: String) async throws -> Stopped {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/psql")
        process.arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", url.text]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let script = "BEGIN; \(statements); COPY notes FROM STDIN;\n"
        try input.fileHandleForWriting.write(contentsOf: Data("SELECT pg_backend_pid();\n\(script)".utf8))
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return Stopped(session: Int(answer.prefix { $0.isNumber }) ?? 0, process: process, input: input)
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}
