import Foundation
import SQLDatabase
import Synchronization
import TestSupport
import Testing

@Suite("SQLite keeps what it confirmed")
struct SQLiteTests {
    @Test("The writer and every reader run with synchronous = FULL, in WAL mode, with foreign keys")
    func pragmas() async throws {
        var options = DatabaseOptions()
        options.readers = 3
        try await withTestDatabase(.sqlite, options: options) { db in
            let writer = try await db.write { try $0.settings() }

            // All readers are busy at once, so that each of them is asked.
            let (arrived, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let readers = try await withThrowingTaskGroup(of: [SQLValue].self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await db.read { connection in
                            let settings = try connection.settings()
                            arrived.signal()
                            goOn.wait()
                            return settings
                        }
                    }
                }
                for _ in 0..<3 { await waitAside(for: arrived) }
                for _ in 0..<3 { goOn.signal() }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            for settings in readers + [writer] { #expect(settings == [.integer(2), .text("wal"), .integer(1)]) }
            #expect(readers.count == 3)
        }
    }

    @Test("A transaction that holds the writer over 20 ms is reported with its slowest statement; a quick one is not")
    func longWrites() async throws {
        let reports = Reports()
        var options = DatabaseOptions()
        options.onLongWrite = { reports.add($0, $1) }
        try await withTenants(on: .sqlite, options: options) { db in
            try await db.write { try $0.execute("UPDATE tenants SET balance = 1") }
            try await db.write { connection in
                _ = try connection.rows(
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT MAX(i) FROM n")
                try connection.execute("UPDATE tenants SET balance = \(2)")
            }

            let slow = reports.all.filter { $0.text.hasPrefix("WITH RECURSIVE") }
            #expect(slow.count == 1)
            #expect(slow.allSatisfy { $0.time > .milliseconds(20) })
        }
    }

    @Test("Another process that holds the file for too long makes a write fail as busy, and changes nothing")
    func busy() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            var options = DatabaseOptions()
            options.busyTimeout = .milliseconds(50)
            let (one, other) = (try await Databases.open(url), try await Databases.open(url, options: options))
            try await Tenancy.create(in: one)
            let (inside, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let held: Void = one.write { _ in
                inside.signal()
                goOn.wait()
            }
            await waitAside(for: inside)

            await #expect(throws: DatabaseError.busy) { try await other.write { try $0.execute("DELETE FROM tenants") } }

            goOn.signal()
            try await held
            await one.close()
            await other.close()
        }
    }
}

extension Connection {
    fileprivate func settings() throws -> [SQLValue] {
        [try rows("PRAGMA synchronous")[0][0], try rows("PRAGMA journal_mode")[0][0], try rows("PRAGMA foreign_keys")[0][0]]
    }
}

private final class Reports: Sendable {
    private let reports = Mutex<[(time: Duration, text: String)]>([])
    var all: [(time: Duration, text: String)] { reports.withLock { $0 } }
    func add(_ time: Duration, _ text: String) { reports.withLock { $0.append((time, text)) } }
}
