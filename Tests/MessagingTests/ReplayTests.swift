import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Applying again")
struct ReplayTests {
    @Test("A replay of everything changes nothing that is known: facts, unread counts and live numbers", arguments: TestEngine.allCases)
    func changesNothing(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let now = world.clock.now
            try await world.deliver(
                .text("wamid.A", "The tap drips", at: now + 1),
                .said("wamid.R", "reaction", ["message_id": "wamid.A", "emoji": "👍"], at: now + 2))
            try await world.deliver(
                .said(
                    "wamid.E", "edit", ["original_message_id": "wamid.A", "message": ["type": "text", "text": ["body": "It pours"]]],
                    at: now + 3))
            try await world.deliver(.status("wamid.FOREIGN", "read", at: now + 4), .text("wamid.B", "Hello?", at: now + 5))
            let before = try await known(in: world), sequence = try await olga.liveSequence()

            let count = try await world.messaging.replay(.all)
            let asked = try await world.messaging.ledgerLag().replaying
            try await world.messaging.applyAll()

            #expect(count == 4 && asked == 4)
            #expect(try await known(in: world) == before)
            #expect(try await olga.liveSequence() == sequence)
            #expect(try await world.messaging.ledgerStatus().replaying == 0)
            #expect(before.contains { $0.contains("It pours") })
        }
    }

    @Test("A replay can be of what came since a time, of one landlord's accounts, or of one event", arguments: TestEngine.allCases)
    func selections(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            _ = try await world.pavel
            try await world.connectByHand(World.pavel, World.pavelsNumber, waba: "104000000000002")
            world.clock.advance(by: 3_600)
            let noon = world.clock.now
            try await world.messaging.ledger.store(
                Webhook.body([.text("wamid.P", "For Pavel", at: noon, on: World.pavelsNumber)], entry: "104000000000002"))
            try await world.messaging.ledger.store(Array("nonsense".utf8))
            try await world.messaging.applyAll()
            let aside = try #require(try await world.messaging.ledgerStatus().lastSetAside.first).eventId

            var counts: [Int] = []
            for selection: ReplaySelection in [
                .all, .since(noon), .since(noon + 60), .landlord(World.pavel), .landlord(World.olga), .event(LedgerEvent.ID(aside)),
                .event(LedgerEvent.ID("no-such-event")),
            ] {
                counts.append(try await world.messaging.replay(selection))
                try await world.messaging.applyAll()
            }

            // What nobody can read may be anybody's.
            #expect(counts == [3, 2, 0, 2, 2, 1, 0])
            await #expect(throws: NotFound()) { try await world.messaging.replay(.landlord(Landlord.ID("nobody"))) }
            #expect(try await world.messaging.ledgerLag().replaying == 0)
        }
    }

    @Test("Of a batch of several landlords a replay for one takes their bodies and nobody's", arguments: TestEngine.allCases)
    func mixedBatch(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            _ = try await world.pavelReady()
            let ledger = world.messaging.ledger, now = world.clock.now
            let olgas = (1...3).map { Webhook.body([.text("wamid.O\($0)", "For Olga", at: now)]) }
            let pavels = (1...2).map { number in
                Webhook.body([.text("wamid.P\(number)", "For Pavel", at: now, on: World.pavelsNumber)], entry: "104000000000002")
            }
            ledger.handover.open()
            try await whileWriterIsHeld(world.ledgerDatabase, table: "webhook_batches") {
                for body in [olgas[0], pavels[0], olgas[1], Array("nonsense".utf8), pavels[1], olgas[2]] { ledger.store(body) { _ in } }
            }
            try await eventually("all are stored") { ledger.figures.now.stored == 8 }
            _ = try await world.messaging.applier.applyFresh()
            try await eventually("all are noted") { try await world.messaging.ledgerStatus().waiting == 0 }
            let named = try await world.ledgerDatabase.read { try $0.exists("SELECT 1 FROM webhook_bodies WHERE source IS NOT NULL") }

            let count = try await world.messaging.replay(.landlord(World.pavel))
            let chosen = try await bodiesToReplay(in: world)
            try await world.messaging.applyAll()

            // Pavel's two, and what nobody can read.
            #expect(named && count == 3 && chosen.count == 3)
            #expect(chosen.count { $0.contains(World.pavelsNumber.rawValue) } == 2 && chosen.contains("nonsense"))
            #expect(try await world.messaging.ledgerLag().replaying == 0)
        }
    }

    private func bodiesToReplay(in world: World) async throws -> [String] {
        try await world.ledgerDatabase.read { db in
            try db.all(
                [UInt8].self,
                "SELECT e.body FROM webhook_replays r JOIN webhook_bodies e ON e.batch_id = r.batch_id AND e.place = r.place"
            ).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(
        "A set-aside event that can be understood now is applied and loses its problem; one that cannot keeps it",
        arguments: TestEngine.allCases)
    func mended(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await world.messaging.ledger.store(Array("{\"entry\":".utf8))
            try await world.messaging.ledger.store(Array("never JSON".utf8))
            try await world.messaging.applyAll()
            let aside = try await world.messaging.ledgerStatus().lastSetAside.map { LedgerEvent.ID($0.eventId) }
            #expect(aside.count == 2)
            let unmended = try await world.messaging.replay(.all)
            try await world.messaging.applyAll()
            #expect(unmended == 3)
            #expect(try await world.messaging.ledgerStatus().setAside == 2)

            // A release that understands it, from the ledger's point of view.
            let good = Webhook.body([.text("wamid.LATE", "Now you hear me", at: world.clock.now)]), event = aside[1]
            try await world.ledgerDatabase.write { db in
                try db.execute("UPDATE webhook_bodies SET body = \(good) WHERE batch_id = \(event.batch) AND place = \(event.place)")
            }
            for id in aside { _ = try await world.messaging.replay(.event(id)) }
            try await world.messaging.applyAll()

            let status = try await world.messaging.ledgerStatus()
            #expect(status.lastSetAside.map(\.eventId) == ["\(aside[0])"])
            #expect(try await olga.conversations().items[0].lastMessage?.preview == "Now you hear me")
        }
    }

    @Test("A part that failed and can be applied now is no longer told of as failed", arguments: TestEngine.allCases)
    func mendedPart(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            try await world.database.write { try $0.executeScript("ALTER TABLE messages RENAME TO hidden") }
            try await world.deliver(.text("wamid.X", "Hear me", at: world.clock.now))
            let failed = try await world.messaging.ledgerStatus()
            try await world.database.write { try $0.executeScript("ALTER TABLE hidden RENAME TO messages") }

            let count = try await world.messaging.replay(.event(LedgerEvent.ID(try #require(failed.lastSetAside.first).eventId)))
            try await world.messaging.applyAll()

            let mended = try await world.messaging.ledgerStatus()
            #expect(failed.setAside == 1 && failed.parkedBy.map(\.reason) == ["failed"] && count == 1)
            #expect(mended.setAside == 0 && mended.parked == 0)
        }
    }

    @Test("A replay of large bodies is taken a few at a time", arguments: TestEngine.allCases)
    func large(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await storeTenBytes(in: ["1", "2", "3"], of: world)
            let count = try await world.messaging.replay(.all)

            let first = try await world.messaging.ledger.replays(limit: 250, bytes: 15)
            try await world.messaging.ledger.finishReplays(first, problems: [:], now: world.clock.now)
            let second = try await world.messaging.ledger.replays(limit: 250, bytes: 15)

            #expect(count == 3 && first.map(\.batch) == ["1", "2"] && second.map(\.batch) == ["3"])
        }
    }

    @Test("Of parts that can go on only a few large bodies are read at a time, and each body counts once", arguments: TestEngine.allCases)
    func largeReleased(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await storeTenBytes(in: ["1", "2", "3"], of: world)
            let parts = [("1.0", 0), ("1.0", 1), ("2.0", 0), ("2.0", 7), ("3.0", 0), ("gone.0", 0)].map {
                WaitingItems.Row(eventId: $0.0, part: $0.1)
            }

            let some = try await world.messaging.ledger.affordable(parts, bytes: 15)
            let all = try await world.messaging.ledger.affordable(parts)

            #expect(some.map(\.eventId) == ["1.0", "1.0", "2.0", "2.0", "gone.0"])
            #expect(all.count == parts.count)
        }
    }

    private func storeTenBytes(in batches: [String], of world: World) async throws {
        let body = [UInt8](repeating: 32, count: 10), now = world.clock.now
        try await world.ledgerDatabase.write { db in
            for batch in batches {
                try db.execute(
                    """
                    INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at, applied_at)
                    VALUES (\(batch), '', 1, \(body.count), \(now), \(now))
                    """)
                try db.execute("INSERT INTO webhook_bodies (batch_id, place, body) VALUES (\(batch), 0, \(body))")
            }
        }
    }

    // All that Meta reported and landlords see, column by column.
    private func known(in world: World) async throws -> [String] {
        try await world.database.read { db in
            try ["messages", "conversations", "contacts", "reactions", "live_blocks", "waiting_items"].flatMap { table in
                let rows = try db.rows("SELECT * FROM \(SQL(stringLiteral: table))")
                return rows.map { row in "\(table) " + row.columns.map { "\($0)=\(row[$0])" }.joined(separator: " ") }.sorted()
            }
        }
    }
}
