import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("From its commit straight to the applier")
struct LedgerHandoverTests {
    @Test("What a process stores is in its own hands from birth, and noted with a later commit", arguments: TestEngine.allCases)
    func ownHands(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), ledger = world.messaging.ledger
            ledger.handover.open()
            try await ledger.store(Webhook.body([.text("wamid.A", "The tap drips", at: world.clock.now + 5)]))

            let claimed = try await ledger.claim(events: 250, after: nil, leases: world.messaging.leases).batches
            let waiting = try await world.messaging.ledgerStatus().waiting
            let applied = try await world.messaging.applier.applyFresh()

            #expect(claimed.isEmpty && waiting == 1 && applied == 1)
            let last = try await olga.conversations().items[0].lastMessage
            #expect(last?.preview == "The tap drips")
            try await eventually("it is noted") { try await world.messaging.ledgerStatus().waiting == 0 }
        }
    }

    @Test(
        "A process that dies after storing leaves its events to another when the lease ends; should it only have been frozen, nothing doubles",
        arguments: TestEngine.allCases)
    func death(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            world.messaging.ledger.handover.open()
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.A", "The tap drips", at: world.clock.now + 5)]))

            let other = world.restarted.messaging
            try await other.applyAll()
            let early = try await other.ledgerStatus().waiting
            world.clock.advance(by: Ledger.lease + 1)
            try await other.applyAll()
            let late = try await other.ledgerStatus().waiting
            _ = try await world.messaging.applier.applyFresh()

            #expect(early == 1 && late == 0)
            let thread = try await olga.conversations().items[0]
            #expect(thread.unread == 2 && thread.lastMessage?.preview == "The tap drips")
            let said = try await olga.messages(of: thread.id).items.count
            #expect(said == 2)
        }
    }

    @Test("What was given up, or left behind by a process that ends, is claimed at once, as a repeated try", arguments: TestEngine.allCases)
    func claimable(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let ledger = world.messaging.ledger
            ledger.handover.open()
            try await ledger.store(Array("{\"entry\":[{\"id\":\"1\"}]}".utf8))
            let events = ledger.handover.take(events: 100, share: 100, bytes: .max)
            try await ledger.store(Array("{\"entry\":[{\"id\":\"2\"}]}".utf8))

            try await ledger.release(ledger.handover.giveUp(events))
            let lost = try await ledger.claim(events: 250, after: nil, leases: world.messaging.leases).batches
            try await ledger.release(ledger.handover.close())
            let left = try await ledger.claim(events: 250, after: nil, leases: world.messaging.leases).batches

            #expect(lost.flatMap(\.events).map(\.id) == events.map(\.id) && lost.map(\.isAgain) == [true])
            #expect(left.count == 1 && left.map(\.id) != lost.map(\.id) && left.map(\.isAgain) == [true])
        }
    }

    @Test("What has no room in memory waits in the tables and is applied all the same", arguments: TestEngine.allCases)
    func noRoom(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), ledger = world.messaging.ledger, now = world.clock.now
            ledger.handover.open()
            ledger.handover.add("full", of: ["1"], bytes: Handover.room)
            try await ledger.store(Webhook.body([.text("wamid.A", "The tap drips", at: now + 5)]))
            let inMemory = ledger.handover.take()
            // There is room again, but what is older waits in the tables.
            try await ledger.store(Webhook.body([.text("wamid.B", "It pours", at: now + 6)]))
            let later = ledger.handover.take()

            try await world.messaging.applyAll()

            let said = try await olga.messages(of: olga.conversations().items[0].id).items.map(\.preview)
            #expect(inMemory == ["full.0"] && later.isEmpty)
            #expect(said == ["It pours", "The tap drips", "Is the heating fixed?"])
        }
    }

    @Test("A batch counts as waiting until all its events are applied", arguments: TestEngine.allCases)
    func marks(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let ledger = world.messaging.ledger
            ledger.handover.open()
            try await whileWriterIsHeld(world.ledgerDatabase, table: "webhook_batches") {
                for account in ["1", "2", "1", "3"] { ledger.store(Array("{\"entry\":[{\"id\":\"\(account)\"}]}".utf8)) { _ in } }
            }
            try await eventually("all are stored") { ledger.figures.now.stored == 4 }
            let events = ledger.handover.take(events: 100, share: 100, bytes: .max)
            let last = try #require(events.last)

            // What is to be noted is on disk with the next body, which itself waits then.
            ledger.finish(Array(events.dropLast()), problems: [:]) { _ in }
            try await ledger.store([])
            let before = try await world.messaging.ledgerStatus().waiting
            ledger.finish([last], problems: [:]) { _ in }
            try await ledger.store([])
            let after = try await world.messaging.ledgerStatus().waiting

            #expect(before == events.count { $0.id.batch == last.id.batch } + 1)
            #expect(after == 2)
        }
    }

    @Test("While older events wait in the tables, new ones queue up behind them", arguments: TestEngine.allCases)
    func behind(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), ledger = world.messaging.ledger, now = world.clock.now
            try await ledger.store(Webhook.body([.text("wamid.A", "The tap drips", at: now + 5)]))

            let (loops, admitted) = try await whileWriterIsHeld(world.database, table: "messages") {
                let loops = Task { await world.messaging.run() }
                try await eventually("the older one is claimed") {
                    try await world.ledgerDatabase.read { try $0.exists("SELECT 1 FROM webhook_batches WHERE lease_until IS NOT NULL") }
                }
                try await ledger.store(Webhook.body([.text("wamid.B", "It pours", at: now + 6)]))
                return (loops, ledger.handover.admits("104000000000001", 0))
            }
            defer { loops.cancel() }
            try await eventually("both are applied") { try await world.messaging.ledgerStatus().waiting == 0 }
            try await eventually("new ones need not wait any more") { ledger.handover.admits("104000000000001", 0) }

            #expect(!admitted)
            let said = try await olga.messages(of: olga.conversations().items[0].id).items.map(\.preview)
            #expect(said == ["It pours", "The tap drips", "Is the heating fixed?"])
            loops.cancel()
            await loops.value
        }
    }

    @Test("With the loops running what was stored is applied, and nothing is left waiting", arguments: TestEngine.allCases)
    func running(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga
            try await world.connectByHand(World.olga, World.olgasNumber, waba: "104000000000001")
            try await eventually("the applier takes from memory") { world.messaging.ledger.handover.admits("104000000000001", 0) }

            for number in 1...20 {
                try await world.messaging.ledger.store(Webhook.body([.text("wamid.\(number)", "No \(number)", at: world.clock.now)]))
            }
            try await eventually("nothing waits") { try await world.messaging.ledgerStatus().waiting == 0 }

            let thread = try await olga.conversations().items[0]
            let said = try await olga.messages(of: thread.id).items
            #expect(thread.unread == 20 && Set(said.map(\.preview)).count == 20)
            #expect(world.messaging.ledger.figures.now.applied == 20)
        }
    }
}
