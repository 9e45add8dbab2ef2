import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Leases")
struct LeaseTests {
    @Test("On PostgreSQL leases run by the database's clock, which goes on within a transaction, however wrong our own is")
    func databaseClock() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withTestDatabase(.postgres) { database in
            let leases = LeaseClock.fitting(database.dialect) { .distantPast }

            let (before, after) = try await database.write { db in
                let before = try leases.now(on: db)
                try db.execute("SELECT pg_sleep(0.005)")
                return (before, try leases.now(on: db))
            }

            #expect(abs(before.timeIntervalSinceNow) < 60)
            #expect(after > before)
        }
    }

    @Test("On SQLite the only process's own clock decides")
    func processClock() async throws {
        try await withTestDatabase(.sqlite) { database in
            let leases = LeaseClock.fitting(database.dialect) { Date(milliseconds: 5) }

            let now = try await database.write { try leases.now(on: $0) }

            #expect(now == Date(milliseconds: 5))
        }
    }

    @Test("An onboarding goes on elsewhere soon after its process died, and never while its process lives", arguments: TestEngine.allCases)
    func onboardingTakenOver(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            _ = try await olga.connect(SignupResult(code: "code-1"))
            let now = world.clock.now, keys = world.messaging.keys
            func claim(at time: Date) async throws -> [OnboardingTurn] {
                try await world.database.write { db in
                    var onboarder = Onboarder(db: db, keys: keys, appID: "1", canFetchAgain: false, now: time, random: .system)
                    return try onboarder.step(limit: 8)
                }
            }

            let first = try await claim(at: now)
            try await world.database.write { db in
                try Onboarder(db: db, keys: keys, appID: "1", canFetchAgain: false, now: now + 10, random: .system).renew(first[0].row)
            }
            let whileItLives = try await claim(at: now + 20)
            let afterItsDeath = try await claim(at: now + 26)

            #expect(first.count == 1 && whileItLives.isEmpty && afterItsDeath.count == 1)
            await #expect(throws: OvertakenOnboarding.self) {
                try await world.database.write { db in
                    var old = Onboarder(db: db, keys: keys, appID: "1", canFetchAgain: false, now: now + 27, random: .system)
                    try old.record(.failed(.answerLost("Frozen")), of: first[0].row)
                }
            }
        }
    }
}
