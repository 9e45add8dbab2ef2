import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("The smaller queues")
struct QueueFiguresTests {
    @Test("Each tells how many wait in it and for how long, never for whom", arguments: TestEngine.allCases)
    func figures(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let quiet = try await world.messaging.queueFigures()
            try await olga.markRead(olga.conversations().items[0].id)
            _ = try await olga.connect(SignupResult(code: "code-1"))
            _ = try await world.messaging.replay(.all)
            world.clock.advance(by: 90)

            let busy = try await world.messaging.queueFigures()

            for queue in [quiet.receipts, quiet.onboardings, quiet.replays] { #expect(queue == .init(waiting: 0, oldestSeconds: 0)) }
            for queue in [busy.receipts, busy.onboardings, busy.replays] {
                #expect(queue.waiting == 1 && queue.oldestSeconds >= 90 && queue.oldestSeconds < 120)
            }
        }
    }

    @Test("What was read but could not be told Meta for a day is not told any more", arguments: TestEngine.allCases)
    func oldReceipts(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await olga.markRead(olga.conversations().items[0].id)
            let now = world.clock.now

            var waiting: [Int] = []
            for time in [now + 23 * 3_600, now + 25 * 3_600] {
                try await world.database.write { try ReadReceipts.forgetOld(on: $0, now: time) }
                waiting.append(try await world.messaging.queueFigures().receipts.waiting)
            }

            #expect(waiting == [1, 0])
        }
    }
}
