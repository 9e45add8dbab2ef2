import SQLDatabase
import Synchronization
import TestSupport
import Testing

@Suite("A write may tell a callback instead of a task")
struct CallbackTests {
    @Test("It is told once: the result when the commit stands, the error when nothing was stored", arguments: TestEngine.allCases)
    func toldOnce(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let told = Told()

            db.write({ try $0.execute("UPDATE tenants SET balance = 7 WHERE id = 'tom'") }, then: { told.note($0) })
            try await eventually("the result is told") { told.all.count == 1 }
            db.write({ try $0.execute("INSERT INTO tenants (id, landlord_id) VALUES ('tom', 'olga')") }, then: { told.note($0) })
            try await eventually("the violation is told") { told.all.count == 2 }
            db.write(
                { connection -> Int in
                    try connection.execute("DELETE FROM tenants")
                    throw Unwilling()
                }, then: { told.note($0) })
            try await eventually("the refusal is told") { told.all.count == 3 }

            let left = try await db.read { try $0.all(Int?.self, "SELECT balance FROM tenants ORDER BY id") }
            #expect(left == [nil, -250, 7])
            await db.close()
            guard told.all.count == 3, case .success(1) = told.all[0], case .failure(let violation) = told.all[1],
                case .failure(let refusal) = told.all[2]
            else { Issue.record("\(told.all)"); return }
            guard case .uniqueViolation(_, "tenants", ["id"])? = violation as? DatabaseError else { Issue.record(violation); return }
            #expect(refusal is Unwilling)
        }
    }

    @Test("Whoever asked before the closing is told a result, whoever asks after it an error, once each", arguments: TestEngine.allCases)
    func closed(on engine: TestEngine) async throws {
        try await withTenants(on: engine) { db in
            let before = Told(), after = Told()
            for _ in 0..<20 {
                db.write({ try $0.execute("UPDATE tenants SET balance = 1 WHERE id = 'tom'") }, then: { before.note($0) })
            }

            await db.close()
            try await eventually("all are told") { before.all.count >= 20 }
            for _ in 0..<3 { db.write({ try $0.execute("DELETE FROM tenants") }, then: { after.note($0) }) }
            try await eventually("all are refused") { after.all.count >= 3 }

            #expect(before.all.count == 20 && after.all.count == 3)
            for result in before.all { #expect(throws: Never.self) { try result.get() } }
            for result in after.all { #expect(throws: DatabaseError.self) { try result.get() } }
        }
    }
}

private struct Unwilling: Error {}

/// What callbacks were told, in order.
private final class Told: Sendable {
    private let results = Mutex<[Result<Int, any Error>]>([])

    var all: [Result<Int, any Error>] { results.withLock { $0 } }

    func note(_ result: Result<Int, any Error>) {
        results.withLock { $0.append(result) }
    }
}
