import Foundation
import SQLDatabase
import Synchronization
import TestSupport
import Testing

@testable import Messaging

@Suite("Storing what Meta sends")
struct LedgerStorageTests {
    @Test(
        "Requests that come together share commits, each is answered after its own, and the order of arrival stays",
        arguments: TestEngine.allCases)
    func groupCommit(on engine: TestEngine) async throws {
        try await withLedger(engine) { stage in
            let count = 300

            try await whileWriterIsHeld(stage.database, table: "webhook_batches") {
                for number in 0..<count { stage.store("{\"entry\":[{\"id\":\"1\"}]}\(number)") }
                #expect(stage.outcomes.stored == 0)
            }
            try await eventually("all are answered") { stage.outcomes.stored == count }

            #expect(stage.commits <= 3)
            let bodies = try await stage.bodies()
            #expect(bodies == (0..<count).map { "{\"entry\":[{\"id\":\"1\"}]}\($0)" })
            #expect(stage.ledger.figures.now.stored == count && stage.ledger.figures.now.refused == 0)
        }
    }

    @Test("One commit makes a batch for each account that brings much, and one for all who bring little", arguments: TestEngine.allCases)
    func accounts(on engine: TestEngine) async throws {
        try await withLedger(engine) { stage in
            try await whileWriterIsHeld(stage.database, table: "webhook_batches") {
                stage.store("nonsense")
                for account in ["7", "8", "7", "7", "9", "7", "7"] { stage.store("{\"entry\":[{\"id\":\"\(account)\"}]}") }
            }
            try await eventually("all are answered") { stage.outcomes.stored == 8 }

            let batches = try await stage.database.read { db in
                try db.rows("SELECT source, events FROM webhook_batches ORDER BY source, events").map { "\($0[0]) \($0[1])" }
            }
            let accounts = try await stage.database.read { db in
                try db.all(String.self, "SELECT source FROM webhook_bodies WHERE source IS NOT NULL ORDER BY source")
            }
            #expect(batches.count == 3 && batches[2].contains("7") && batches[2].contains("5"))
            #expect(accounts == ["8", "9"], "whoever shares a batch is named on the body")
            #expect(stage.commits <= 3)
        }
    }

    @Test(
        "When there is no room a request waits two seconds, then it is refused, which is counted and alarmed; those before are stored",
        arguments: TestEngine.allCases)
    func full(on engine: TestEngine) async throws {
        try await withLedger(engine, room: 10) { stage in
            let start = ContinuousClock.now
            try await whileWriterIsHeld(stage.database, table: "webhook_batches") {
                for _ in 0..<4 { stage.store("1234") }
                // The room is taken, and so is the room to wait in.
                stage.store("12345")
                #expect(stage.outcomes.refused == 1)
                try await eventually("those who waited are refused") { stage.outcomes.refused == 3 }
                #expect(ContinuousClock.now - start >= .seconds(1.9))
            }
            try await eventually("those who had room are stored") { stage.outcomes.stored == 2 }

            let figures = stage.ledger.figures.now
            #expect(figures.stored == 2 && figures.refused == 3 && figures.lastRefusedAt != nil)
            #expect(stage.ledger.figures.refusedLately(stage.time + 899) == figures.lastRefusedAt)
            #expect(stage.ledger.figures.refusedLately(stage.time + 901) == nil)
            // There is room again.
            try await stage.ledger.store(Array("1234567890".utf8))
        }
    }

    @Test("A body that is larger than all the room is stored when nothing else is, and so is an empty one", arguments: TestEngine.allCases)
    func extremes(on engine: TestEngine) async throws {
        try await withLedger(engine, room: 1) { stage in
            try await stage.ledger.store([])
            try await stage.ledger.store([UInt8](repeating: 32, count: 100_000))
            try await stage.ledger.store([0])
            try await whileWriterIsHeld(stage.database, table: "webhook_batches") {
                stage.store("a")
                stage.store("bc")
                #expect(stage.outcomes.refused == 1)
                stage.store("")
                stage.store("d")
            }
            try await eventually("there is room one after another") { stage.outcomes.stored == 3 }

            let sizes = try await stage.bodies().map(\.utf8.count)
            #expect(sizes == [0, 100_000, 1, 1, 0, 1])
        }
    }

    @Test("What the database refuses is told to each who asked, and raises the alarm", arguments: TestEngine.allCases)
    func broken(on engine: TestEngine) async throws {
        try await withLedger(engine) { stage in
            try await stage.database.write { try $0.executeScript("DROP TABLE webhook_bodies") }

            await #expect(throws: DatabaseError.self) { try await stage.ledger.store(Array("{}".utf8)) }

            #expect(stage.ledger.figures.now.refused == 1 && stage.ledger.figures.now.stored == 0)
            let kept = try await stage.database.read { try $0.exists("SELECT 1 FROM webhook_batches") }
            #expect(!kept)
        }
    }
}

/// A ledger alone, with what became of each request.
private struct LedgerStage: Sendable {
    let database: any Database
    let ledger: Ledger
    let time: Date
    private let commitCount: Counted
    private let told = Counted()

    init(database: any Database, room: Int) {
        let time = Date(timeIntervalSince1970: 1_795_000_000), commitCount = Counted(), ticks = Ticks()
        (self.database, self.time, self.commitCount) = (database, time, commitCount)
        ledger = Ledger(
            database: database, room: room, logger: quietLogger, clock: { time + Double(ticks.next()) / 1_000 }, random: { .system },
            stored: { commitCount.stored() })
    }

    var commits: Int { commitCount.now.stored }
    var outcomes: (stored: Int, refused: Int) { told.now }

    func store(_ body: String) {
        ledger.store(Array(body.utf8)) { [told] in told.note($0) }
    }

    func bodies() async throws -> [String] {
        try await database.read { db in
            try db.all([UInt8].self, "SELECT e.body FROM webhook_bodies e ORDER BY e.batch_id, e.place").map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}

// A clock by which no two bodies arrive at once.
private final class Ticks: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

private final class Counted: Sendable {
    private let counts = Mutex((stored: 0, refused: 0))

    var now: (stored: Int, refused: Int) { counts.withLock { $0 } }

    func stored() { counts.withLock { $0.stored += 1 } }

    func note(_ outcome: Result<Void, any Error>) {
        counts.withLock { counts in
            switch outcome {
            case .success: counts.stored += 1
            case .failure: counts.refused += 1
            }
        }
    }
}

private func withLedger(_ engine: TestEngine, room: Int = Ledger.room, _ body: @Sendable (LedgerStage) async throws -> Void) async throws {
    try await inTestRoom {
        try await withTestDatabase(engine) { database in
            _ = try await Schema.ledger().migrate(database)
            try await body(LedgerStage(database: database, room: room))
        }
    }
}
