import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Parts of the list of conversations")
struct ConversationFilterTests {
    @Test("Who wrote last decides who waits; a look at it takes away the unread ones", arguments: TestEngine.allCases)
    func waiting(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(3)
            try await olga.markRead(threads[0])
            _ = try await olga.send(.text("The engineer comes today"), to: .conversation(threads[1]))

            let unread = try await shown(.unread, to: olga), waiting = try await shown(.waiting, to: olga)

            // Nadia wrote too.
            #expect(unread.count == 3 && !unread.contains(threads[0]) && unread.contains(threads[1]))
            #expect(waiting.count == 3 && waiting.contains(threads[0]) && !waiting.contains(threads[1]))
        }
    }

    @Test("A window closes soon in its last three hours, not before and not after its end", arguments: TestEngine.allCases)
    func closing(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let end = try #require(try await olga.conversations().items[0].window.expiresAt)

            var seen: [Int] = []
            for left in [10_860.0, 10_740, 60, -1] {
                world.clock.advance(by: end.timeIntervalSince(world.clock.now) - left)
                seen.append(try await shown(.closing, to: olga).count)
            }

            #expect(seen == [0, 1, 1, 0])
        }
    }

    @Test(
        "What was refused, failed later or may not have arrived is not delivered, until it is or somebody writes",
        arguments: TestEngine.allCases)
    func undelivered(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(4)
            var sent: [Message.ID] = []
            for thread in threads { sent.append(try await olga.send(.text("He comes today"), to: .conversation(thread)).messageId) }
            let calls = try await world.claim(at: world.clock.now).calls
            func call(_ number: Int) -> [SendCall] { calls.filter { $0.messageID == sent[number] } }
            try await world.record(.refused(131_026), of: call(0), at: world.clock.now)
            try await world.record(.failed(.answerLost("Broken")), of: call(1), at: world.clock.now)
            try await world.accept(call(2) + call(3), at: world.clock.now)
            try await world.deliver(.status("wamid.\(call(2)[0].fence)", "failed", at: world.clock.now, error: 131_026))
            let before = try await shown(.undelivered, to: olga)

            try await world.deliver(.status("wamid.\(call(2)[0].fence)", "delivered", at: world.clock.now + 1))
            try await world.deliver(.text("wamid.AGAIN", "Hello?", by: "447700900201", at: world.clock.now + 60))

            #expect(before == [threads[0], threads[1], threads[2]])
            #expect(try await shown(.undelivered, to: olga) == [threads[1]])
        }
    }

    @Test("Another landlord's conversations are in no part", arguments: TestEngine.allCases)
    func isolation(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let (pavel, thread) = try await world.pavelReady()

            for filter in [ConversationFilter.unread, .waiting] { #expect(try await shown(filter, to: pavel) == [thread]) }
        }
    }

    private func shown(_ filter: ConversationFilter, to desk: Desk) async throws -> Set<Conversation.ID> {
        Set(try await desk.conversations(matching: filter).items.map(\.id))
    }
}
