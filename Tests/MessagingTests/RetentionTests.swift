import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("How long bodies are kept")
struct RetentionTests {
    private static let day = 86_400.0

    @Test(
        "A body leaves 30 days after it was applied, and Meta's repeats of its message still change nothing", arguments: TestEngine.allCases
    )
    func served(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let said = world.clock.now
            world.clock.advance(by: 29.9 * Self.day)
            let early = try await deleteOld(in: world)
            world.clock.advance(by: 0.2 * Self.day)

            let due = try await deleteOld(in: world)
            let sequence = try await olga.liveSequence()
            try await world.deliver(.text("wamid.HELLO", "Is the heating fixed?", at: said))

            #expect(early == 0 && due == 1)
            let messages = try await olga.messages(of: olga.conversations().items[0].id).items
            #expect(messages.map(\.preview) == ["Is the heating fixed?"])
            #expect(try await olga.liveSequence() == sequence)
            #expect(try await kept(in: world) == 1, "the repeat is kept as everything is")
        }
    }

    @Test("What is parked stays; once applied late it stays for 30 days from then on", arguments: TestEngine.allCases)
    func parked(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.pavel
            try await world.messaging.ledger.store(
                Webhook.body(
                    [.text("wamid.EARLY", "Anybody there?", at: world.clock.now, on: World.pavelsNumber)], entry: "104000000000002"))
            try await world.messaging.applyAll()
            world.clock.advance(by: 29 * Self.day)
            try await world.connectByHand(World.pavel, World.pavelsNumber, waba: "104000000000002")
            let now = world.clock.now
            world.clock.advance(by: 3 * Self.day)

            let whileParked = try await deleteOld(in: world)
            try await world.database.write {
                try WaitingItems.release(number: World.pavelsNumber.rawValue, waba: "104000000000002", on: $0, now: now)
            }
            try await world.messaging.applyAll()
            world.clock.advance(by: 29 * Self.day)
            let early = try await deleteOld(in: world)
            world.clock.advance(by: 2 * Self.day)
            let due = try await deleteOld(in: world)

            #expect(whileParked == 0 && early == 0 && due == 1)
            #expect(try await kept(in: world) == 0)
            #expect(try await world.pavel.conversations().items.count == 1)
        }
    }

    @Test("Of one batch only what has served leaves; what was set aside leaves with its problem", arguments: TestEngine.allCases)
    func oneBatch(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let bodies = [
                Webhook.body([.text("wamid.1", "One", at: world.clock.now)]),
                Webhook.body([.status("wamid.GONE", "read", at: world.clock.now)]),
                Array("{\"entry\":[{\"id\":\"104000000000001\"}".utf8),
            ]
            try await whileWriterIsHeld(world.ledgerDatabase, table: "webhook_batches") {
                for body in bodies { world.messaging.ledger.store(body) { _ in } }
            }
            try await eventually("they are stored") { try await kept(in: world) == 4 }
            try await world.messaging.applyAll()
            world.clock.advance(by: 31 * Self.day)

            let due = try await deleteOld(in: world)

            let status = try await world.messaging.ledgerStatus()
            #expect(due == 3 && status.setAside == 0 && status.parked == 1)
            #expect(try await kept(in: world) == 1)
        }
    }

    @Test("What waits to be applied stays, however old it is", arguments: TestEngine.allCases)
    func unapplied(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await world.messaging.ledger.store(Array("{}".utf8))
            world.clock.advance(by: 400 * Self.day)

            let deleted = try await deleteOld(in: world)

            #expect(deleted == 0)
            #expect(try await world.messaging.ledgerStatus().waiting == 1)
        }
    }

    private func deleteOld(in world: World) async throws -> Int {
        try await world.messaging.ledger.deleteOld(now: world.clock.now) { events in
            try await world.database.read { try WaitingItems.waiting(of: events, on: $0) }
        }
    }

    private func kept(in world: World) async throws -> Int {
        try await world.ledgerDatabase.read { try $0.first(Int.self, "SELECT COUNT(*) FROM webhook_bodies") ?? 0 }
    }
}
