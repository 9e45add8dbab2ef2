import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Answers that come late")
struct LateAnswerTests {
    @Test(
        "A process that lost its claim never sends again; what it knows for certain of its call still counts, however late",
        arguments: TestEngine.allCases)
    func lostClaim(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(4)
            for thread in threads { _ = try await olga.send(.text("Hello"), to: .conversation(thread)) }
            let now = world.clock.now
            func recover(at time: Date) async throws -> Int {
                try await world.database.write { try Sender(db: $0, now: time, random: .system).recover(all: false) }
            }

            let calls = try await world.claim(at: now, process: "frozen").calls
            let renewed = try await world.database.write { try Sender(db: $0, now: now + 5, random: .system, process: "frozen").renew() }
            let whileItLives = try await recover(at: now + 10)
            let afterItFroze = try await recover(at: now + 12)
            let refusal = try await world.record(.refused(131_026), of: [calls[0]], at: now + 20)
            let unsent = try await world.record(.notStarted("Late"), of: [calls[1]], at: now + 20)
            let lost = try await world.record(.failed(.answerLost("Broken")), of: [calls[2]], at: now + 20)
            let receipt = try await world.accept([calls[3]], at: now + 20)

            #expect(renewed == 4 && whileItLives == 0 && afterItFroze == 4)
            #expect([refusal, unsent, lost, receipt].map(\.closed.count) == [1, 1, 0, 1])
            var told: [Message.Status] = []
            for call in calls { told.append(try await olga.message(call.messageID).status) }
            #expect(told == [.failed, .failed, .unknown, .accepted])
            let claimedAgain = try await world.claim(at: now + 60)
            #expect(claimedAgain.calls.isEmpty)
            let sentAnew = try await olga.sendAgain(calls[1].messageID, clientMessageID: nil)
            #expect(sentAnew.messageId != calls[1].messageID && sentAnew.status == .queued)
        }
    }

    @Test("A late refusal of an old token does not end a connection that has been renewed", arguments: TestEngine.allCases)
    func lateTokenRefusal(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            _ = try await olga.send(.text("Hello"), to: .conversation(threads[0]))
            let now = world.clock.now, calls = try await world.claim(at: now).calls, keys = world.messaging.keys
            _ = try await world.database.write { db in
                let renewed = try keys.seal("new token", for: tokenRow(World.olga, "account"))
                try db.execute("UPDATE accounts SET token_sealed = \(renewed) WHERE landlord_id = \(World.olga)")
                return try Sender(db: db, now: now + 11, random: .system).recover(all: false)
            }

            try await world.record(.refused(190), of: calls, at: now + 20)

            #expect(try await olga.lines()[0].status == .connected)
            #expect(try await olga.message(calls[0].messageID).status == .failed)
        }
    }
}
