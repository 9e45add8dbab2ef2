import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("How long a message may wait")
struct PatienceTests {
    @Test(
        "What could not go for half an hour, since the number was not connected, is told as not sent and does not come out of the blue",
        arguments: TestEngine.allCases)
    func closedLine(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            var early: [Message] = []
            for thread in [threads[0], threads[0], threads[1]] {
                early.append(try await olga.send(.text("Hello"), to: .conversation(thread)))
            }
            try await set(account: "reconnect", in: world)
            let written = world.clock.now
            world.clock.advance(by: 20 * 60)
            let late = try await olga.send(.text("Still there?"), to: .conversation(threads[1]))

            try await giveUp(at: written + 29 * 60, in: world)
            let patient = try await world.messaging.sendingFigures()
            try await giveUp(at: written + 31 * 60, in: world)
            try await set(account: "connected", in: world)
            let calls = try await world.claim(at: written + 32 * 60).calls

            #expect(patient.ready + patient.behind == 4)
            for message in early {
                let told = try await olga.message(message.messageId)
                #expect(told.status == .failed && told.errorDetails?.contains("not connected for half an hour") == true)
            }
            #expect(calls.map(\.messageID) == [late.messageId])
        }
    }

    @Test(
        "On an open line a message waits its turn for hours and is not given up; its half hour begins with its first try",
        arguments: TestEngine.allCases)
    func openLine(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            let message = try await olga.send(.text("To the whole building"), to: .conversation(threads[0]))
            let turn = world.clock.now + 3 * 3_600

            try await giveUp(at: turn, in: world)
            try await world.record(.notStarted("Busy"), of: world.claim(at: turn).calls, at: turn)
            let afterFirst = try await olga.message(message.messageId).status
            try await world.record(.notStarted("Busy"), of: world.claim(at: turn + 29 * 60).calls, at: turn + 31 * 60)
            let afterHalfAnHour = try await olga.message(message.messageId).status

            #expect(afterFirst == .queued && afterHalfAnHour == .failed)
        }
    }

    private func set(account status: String, in world: World) async throws {
        try await world.database.write { try $0.execute("UPDATE accounts SET status = \(status) WHERE landlord_id = \(World.olga)") }
    }

    private func giveUp(at time: Date, in world: World) async throws {
        let lines = try await world.database.read { try Sender(db: $0, now: time, random: .system).lateLines() }
        for line in lines {
            while try await world.database.write({ try Sender(db: $0, now: time, random: .system).giveUpLate(on: line) }) {}
        }
    }
}
