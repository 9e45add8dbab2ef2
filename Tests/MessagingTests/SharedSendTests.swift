import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Sends at the same moment")
struct SharedSendTests {
    @Test("Each is a message of its own, and each conversation's queue has one head and an order", arguments: TestEngine.allCases)
    func together(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(3)
            let (pavel, ines) = try await world.pavelReady()
            let targets = threads.map { (olga, $0) } + [(pavel, ines)]

            let results = await sendAll(
                (0..<40).map { number in (targets[number % 4].0, Draft.text("Note \(number)"), targets[number % 4].1) })

            let sent = try results.map { try $0.get() }
            #expect(Set(sent.map(\.messageId)).count == 40)
            #expect(sent.map(\.preview) == (0..<40).map { "Note \($0)" })
            #expect(sent.enumerated().allSatisfy { $0.element.conversationId == targets[$0.offset % 4].1 })
            let queued = try await queues(in: world)
            #expect(queued.count == 4)
            for queue in queued.values { expectOrder(queue, of: 10) }
            #expect(Set(queued.values.joined().map(\.messageId)) == Set(sent.map(\.messageId)))
        }
    }

    @Test("One that is refused stores nothing and harms nobody beside it", arguments: TestEngine.allCases)
    func refusalAmongThem(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(3)
            world.clock.advance(by: 25 * 3_600)
            let (pavel, ines) = try await world.pavelReady()
            let drafts = (0..<40).map { number in
                number.isMultiple(of: 4) ? (olga, Draft.text("Too late"), threads[0]) : (pavel, Draft.text("In time"), ines)
            }

            let results = await sendAll(drafts)

            for (number, result) in results.enumerated() {
                if number.isMultiple(of: 4) {
                    #expect(throws: SendRefusal.windowClosed) { try result.get() }
                } else {
                    #expect(throws: Never.self) { try result.get() }
                }
            }
            let queued = try await queues(in: world)
            #expect(Array(queued.keys) == [ines])
            expectOrder(queued[ines] ?? [], of: 30)
            let late = try await world.database.read { try $0.exists("SELECT 1 FROM messages WHERE preview = 'Too late'") }
            #expect(!late)
        }
    }

    @Test("The same client's ID at the same moment is one message, and the others go their way", arguments: TestEngine.allCases)
    func sameClientID(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            let drafts = (0..<20).map { number in
                let draft = number < 10 ? Draft.text("Once", clientMessageID: "c-1") : Draft.text("Note \(number)")
                return (olga, draft, threads[number < 10 ? 0 : 1])
            }

            let sent = try await sendAll(drafts).map { try $0.get() }

            #expect(Set(sent.prefix(10).map(\.messageId)).count == 1)
            #expect(Set(sent.map(\.messageId)).count == 11)
            let queued = try await queues(in: world)
            expectOrder(queued[threads[0]] ?? [], of: 1)
            expectOrder(queued[threads[1]] ?? [], of: 10)
        }
    }

    @Test("On PostgreSQL nobody waits for another landlord's sends", .enabled(if: TestEngine.allCases.contains(.postgres)))
    func lanes() async throws {
        try await withWorld(.postgres, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1), (pavel, ines) = try await world.pavelReady()
            let database = world.database

            let (late, inTime) = try await whileHeld(
                database, by: { _ = try $0.rows("SELECT 1 FROM landlords WHERE landlord_id = 'olga' FOR UPDATE") }
            ) {
                let late = Task { try await olga.send(.text("Held up"), to: .conversation(threads[0])) }
                try await eventually("Olga's send waits for her row") {
                    try await database.read { try $0.exists("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") }
                }
                return (late, await sendAll((0..<4).map { (pavel, Draft.text("Note \($0)"), ines) }))
            }

            #expect(try inTime.map { try $0.get().preview } == (0..<4).map { "Note \($0)" })
            #expect(try await late.value.preview == "Held up")
        }
    }

    /// Sends all at once; the results stand in the drafts' order.
    private func sendAll(_ drafts: [(Desk, Draft, Conversation.ID)]) async -> [Result<Message, any Error>] {
        await withTaskGroup(of: (Int, Result<Message, any Error>).self) { group in
            for (number, (desk, draft, thread)) in drafts.enumerated() {
                group.addTask {
                    do {
                        return (number, .success(try await desk.send(draft, to: .conversation(thread))))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            var results: [(Int, Result<Message, any Error>)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The outbox by conversation, in the order of the queues.
    private func queues(in world: World) async throws -> [Conversation.ID: [Queued]] {
        let rows = try await world.database.read {
            try $0.all(Queued.self, "SELECT conversation_id, message_id, position, ready FROM outbox ORDER BY conversation_id, position")
        }
        return Dictionary(grouping: rows, by: \.conversationId)
    }

    private func expectOrder(_ queue: [Queued], of count: Int) {
        #expect(queue.count == count && Set(queue.map(\.position)).count == count)
        #expect(queue.map(\.ready) == (0..<count).map { $0 == 0 })
    }
}

/// A row of the outbox.
private struct Queued: Decodable, Sendable {
    let conversationId: Conversation.ID
    let messageId: Message.ID
    let position: Int
    let ready: Bool
}
