import Foundation
import SQLDatabase
import Synchronization
import TestSupport
import Testing

private struct Refusal: Error {}

@Suite("Transactions are whole or not at all")
struct TransactionTests {
    @Test("When the work throws, nothing of it stays and the error arrives unchanged", arguments: TestEngine.allCases)
    func rollback(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            await #expect(throws: Refusal.self) {
                try await db.write { connection in
                    try connection.execute("DELETE FROM tenants")
                    throw Refusal()
                }
            }

            let stored = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
            #expect(stored == 3)
        }
    }

    @Test("An error caught inside the transaction spoils it all the same", arguments: TestEngine.allCases)
    func caughtError(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            await #expect(throws: DatabaseError.notNullViolation(column: "tenants.landlord_id")) {
                try await db.write { connection in
                    try connection.execute("DELETE FROM tenants WHERE id = 'tom'")
                    _ = try? connection.execute("INSERT INTO tenants (id) VALUES ('x')")
                    #expect(throws: DatabaseError.self) { try connection.rows("SELECT 1") }
                }
            }

            let stored = try await db.read { try $0.exists("SELECT 1 FROM tenants WHERE id = 'tom'") }
            #expect(stored)
        }
    }

    @Test("Whatever nobody waits for has happened before what is asked next, many rows and few alike", arguments: TestEngine.allCases)
    func before(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let seen = try await db.write { connection in
                try connection.executeWithNext("UPDATE tenants SET balance = 1 WHERE id = 'tom'")
                try connection.insert(into: "notes (id, tenant_id, text)", each: ["a"]) { "(\($0), \("tom"), \("one"))" }
                try connection.insert(into: "notes (id, tenant_id, text)", each: ["b", "c", "d"]) { "(\($0), \("tom"), \("three"))" }
                try connection.executeWithNext(each: Array(0..<700)) {
                    "UPDATE tenants SET balance = balance + 1 WHERE id = 'tom' AND \($0) >= 0"
                }
                let changed = try connection.execute("UPDATE tenants SET balance = balance * 2 WHERE id = 'tom' AND balance = 701")
                return (changed, try connection.all(String.self, "SELECT id FROM notes ORDER BY id"))
            }

            let balance = try await db.read { try $0.first(Int.self, "SELECT balance FROM tenants WHERE id = 'tom'") }
            #expect(seen.0 == 1)
            #expect(seen.1 == ["a", "b", "c", "d"])
            #expect(balance == 1_402)
        }
    }

    @Test("A read that is done holds up nothing that its connection does next", arguments: TestEngine.allCases)
    func afterReading(on engine: TestEngine) async throws {
        try await withTenants(on: engine, options: .oneConnection) { db in
            for round in 1...3 {
                let count = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
                try await db.write { try $0.execute("UPDATE tenants SET balance = \(round)") }
                try await db.notify("ledger")
                let balances = try await db.read { try $0.all(Int.self, "SELECT DISTINCT balance FROM tenants") }
                #expect(count == 3)
                #expect(balances == [round])
            }
        }
    }

    @Test("What runs with the commit is stored with all else, in the order given, be it alone or not", arguments: TestEngine.allCases)
    func atEnd(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            try await db.write { connection in
                try connection.executeWithNext("UPDATE tenants SET balance = 1 WHERE id = 'tom'")
                try connection.executeWithNext("UPDATE tenants SET balance = balance + 1 WHERE id = 'tom'")
                try connection.execute("UPDATE tenants SET balance = 3 WHERE id = 'ines'")
            }
            try await db.write { try $0.executeWithNext("UPDATE tenants SET opted_in = TRUE WHERE balance = 2") }

            let balances = try await db.read { try $0.all(Int.self, "SELECT balance FROM tenants WHERE id <> 'nadia' ORDER BY balance") }
            let agreed = try await db.read { try $0.all(String.self, "SELECT id FROM tenants WHERE opted_in ORDER BY id") }
            #expect(balances == [2, 3])
            #expect(agreed.contains("tom"))
        }
    }

    @Test(
        "What fails while nobody waits for it undoes all else: its error comes with what is asked next, or with the commit",
        arguments: TestEngine.allCases)
    func failsLater(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            for asksMore in [false, true, false] {
                await #expect {
                    try await db.write { connection in
                        try connection.execute("DELETE FROM tenants WHERE id = 'ines'")
                        try connection.executeWithNext("INSERT INTO tenants (id, landlord_id) VALUES ('tom', 'olga')")
                        guard asksMore else { return }
                        _ = try connection.rows("SELECT 1")
                        Issue.record("The insert had no error")
                    }
                } throws: {
                    guard case .uniqueViolation(_, "tenants", ["id"])? = $0 as? DatabaseError else { return false }
                    return true
                }
            }

            let stored = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
            #expect(stored == 3)
        }
    }

    @Test("A transaction may begin with anything: a query, one row, many rows, a script, or nothing at all", arguments: TestEngine.allCases)
    func beginnings(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let many = (0..<5).map { "many \($0)" }
            try await db.write { try $0.insert(into: "notes (id, tenant_id, text)", each: many) { "(\($0), \("tom"), \("x"))" } }
            try await db.write { try $0.insert(into: "notes (id, tenant_id, text)", each: ["one"]) { "(\($0), \("tom"), \("x"))" } }
            try await db.write { connection in
                #expect(try connection.first(Int.self, "SELECT COUNT(*) FROM notes") == 6)
                try connection.execute("UPDATE notes SET text = 'y'")
            }
            try await db.write {
                try $0.executeScript("UPDATE notes SET text = 'z' WHERE id = 'one'; DELETE FROM notes WHERE id = 'many 0'")
            }
            try await db.write { _ in }

            let texts = try await db.read { try $0.all(String.self, "SELECT text FROM notes ORDER BY text") }
            #expect(texts == ["y", "y", "y", "y", "z"])
        }
    }

    @Test("A batch with one bad row changes nothing and reports that row's error", arguments: TestEngine.allCases)
    func badBatch(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let ids = (0..<700).map(String.init) + ["5"] + (700..<1500).map(String.init)

            await #expect(throws: DatabaseError.self) {
                try await db.write { connection in
                    try connection.execute(each: ids) { "INSERT INTO notes (id, tenant_id, text) VALUES (\($0), 'tom', 'hello')" }
                }
            }

            let stored = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM notes") }
            #expect(stored == 0)
            let inserted = try await db.write { try $0.execute("INSERT INTO notes (id, tenant_id, text) VALUES ('5', 'tom', 'hello')") }
            #expect(inserted == 1)
        }
    }

    @Test("A read sees one moment, whatever is written meanwhile", arguments: TestEngine.allCases)
    func snapshot(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let (firstRead, written) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let counts = db.read { connection in
                let before = try connection.first(Int.self, "SELECT COUNT(*) FROM tenants")
                firstRead.signal()
                written.wait()
                return [before, try connection.first(Int.self, "SELECT COUNT(*) FROM tenants")]
            }
            await waitAside(for: firstRead)

            try await db.write { try $0.execute("DELETE FROM tenants WHERE id = 'tom'") }
            written.signal()

            let seen = try await counts
            #expect(seen == [3, 3])
            let stored = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
            #expect(stored == 2)
        }
    }

    @Test("Writing in a read is refused with the way out", arguments: TestEngine.allCases)
    func writingInRead(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let error = await #expect(throws: DatabaseError.self) {
                try await db.read { try $0.execute("DELETE FROM tenants") }
            }

            guard case .misuse(let words) = error else { Issue.record("\(String(describing: error))"); return }
            #expect(words.contains("Use write"))
            let stored = try await db.read { try $0.exists("SELECT 1 FROM tenants") }
            #expect(stored)
        }
    }

    @Test("A connection kept beyond its closure is refused", arguments: TestEngine.allCases)
    func keptConnection(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            await #expect(throws: DatabaseError.self) {
                let kept = try await db.read { KeptConnection(connection: $0) }
                _ = try kept.connection.rows("SELECT 1")
            }
        }
    }

    @Test("Cancelling the caller interrupts neither a write nor a read", arguments: TestEngine.allCases)
    func cancellation(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let (inside, cancelled) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let task = Task {
                let changed = try await db.write { connection in
                    inside.signal()
                    cancelled.wait()
                    return try connection.execute("UPDATE tenants SET balance = 7")
                }
                // This read begins in a task that is cancelled already.
                return (changed, try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants WHERE balance = 7") })
            }
            await waitAside(for: inside)

            task.cancel()
            cancelled.signal()

            let (changed, seen) = try await task.value
            #expect(changed == 3)
            #expect(seen == 3)
        }
    }

    @Test("Counters raised by many writers at once lose no step", arguments: TestEngine.allCases)
    func contention(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await db.write { connection in
                            let balance =
                                try connection.first(Int.self, "SELECT balance FROM tenants WHERE id = 'nadia'\(SQL.lockRow)") ?? 0
                            try connection.execute("UPDATE tenants SET balance = \(balance + 1) WHERE id = 'nadia'")
                        }
                    }
                }
                try await group.waitForAll()
            }

            let stored = try await db.read { try $0.first(Int.self, "SELECT balance FROM tenants WHERE id = 'nadia'") }
            #expect(stored == -210)
        }
    }

    @Test("Transactions that lock the same rows in opposite order both succeed in the end", arguments: TestEngine.allCases)
    func deadlock(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let (runs, holding) = (Tally(), Tally())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [["nadia", "tom"], ["tom", "nadia"]] {
                    group.addTask {
                        try await db.write { connection in
                            let run = runs.raise()
                            try connection.execute("UPDATE tenants SET balance = COALESCE(balance, 0) + 1 WHERE id = \(order[0])")
                            holding.raise()
                            // On PostgreSQL both first runs hold their first row before either asks for its second.
                            let deadline = ContinuousClock.now + .seconds(5)
                            while db.dialect == .postgres, run <= 2, holding.value < 2, ContinuousClock.now < deadline {}
                            try connection.execute("UPDATE tenants SET balance = COALESCE(balance, 0) + 1 WHERE id = \(order[1])")
                        }
                    }
                }
                try await group.waitForAll()
            }

            let balances = try await db.read {
                try $0.all(Int.self, "SELECT balance FROM tenants WHERE id IN ('nadia', 'tom') ORDER BY id")
            }
            #expect(balances == [-248, 2])
            if engine == .postgres { #expect(runs.value >= 3) }
        }
    }

    @Test("Closing lets running work end; afterwards everything is refused", arguments: TestEngine.allCases)
    func closing(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let (inside, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let changed = db.write { connection in
                inside.signal()
                goOn.wait()
                return try connection.execute("UPDATE tenants SET balance = 1")
            }
            await waitAside(for: inside)

            async let closed: Void = db.close()
            goOn.signal()

            let count = try await changed
            #expect(count == 3)
            await closed
            await #expect(throws: DatabaseError.self) { try await db.read { try $0.rows("SELECT 1") } }
            await #expect(throws: DatabaseError.self) { try await db.write { try $0.rows("SELECT 1") } }
        }
    }
}

/// Carries a connection out of its closure, which its users must never do.
private struct KeptConnection: @unchecked Sendable {
    // Used by one thread at a time here, only to see that it is refused.
    let connection: any Connection
}

/// Counts from several threads.
final class Tally: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func raise() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// Waits on a thread of its own, since a test may not block Swift's cooperative threads.
func waitAside(for semaphore: DispatchSemaphore) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            semaphore.wait()
            continuation.resume()
        }
    }
}
