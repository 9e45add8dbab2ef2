import Dispatch
import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Who waits for whom")
struct LockTests {
    @Test("Whoever makes a contact of a landlord holds up nobody who has news for that landlord")
    func newContact() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withWorld(.postgres, running: false) { world in
            _ = try await world.olga
            let (inside, told) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))

            // A foreign key locks the landlord's row against deletion until the contact is committed.
            let holder = Task {
                defer { inside.continuation.finish() }
                return try await world.database.write { db in
                    try db.execute(
                        """
                        INSERT INTO contacts (landlord_id, contact_id, search_key, created_at, updated_at)
                        VALUES (\(World.olga), 'new', '', 0, 0)
                        """)
                    inside.continuation.yield()
                    var looks = 0
                    while looks < 10, told.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
                        _ = try db.rows("SELECT 1")
                        looks += 1
                    }
                    return try db.first(Int64.self, "SELECT live_sequence FROM landlords WHERE landlord_id = \(World.olga)")
                }
            }
            for await _ in inside.stream { break }
            let now = world.clock.now
            let number = try await world.database.write { db in
                try LandlordRows(World.olga, db).publish([.contact(Contact.ID("another"))], now: now)
            }
            told.signal()

            // The holder was still inside when the other one had committed.
            #expect(try await holder.value == number)
        }
    }

    @Test("A status that arrives while the answer to its send is being stored holds up nobody: its batch is applied at the first try")
    func statusMeetsAnswer() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withWorld(.postgres, running: false) { world in
            let olga = try await world.olgaReady()
            let reply = try await olga.send(.text("On my way"), to: .conversation(try await olga.conversations().items[0].id))
            let now = world.clock.now, inside = AsyncStream<Void>.makeStream()
            let call = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try #require(try sender.step(limit: 10).first)
            }

            let answer = Task {
                defer { inside.continuation.finish() }
                return try await world.database.write { db in
                    try db.execute(
                        """
                        INSERT INTO wamid_routes (phone_number_id, wamid, landlord_id, message_id)
                        VALUES (\(World.olgasNumber.rawValue), \(RouteNames(on: db).name(of: "wamid.SAME")), \(World.olga), \(reply.messageId))
                        """)
                    inside.continuation.yield()
                    return try isWaitedFor(db)
                }
            }
            for await _ in inside.stream { break }
            let body = Webhook.body([
                .status("wamid.SAME", "delivered", at: now, callback: call.fence), .text("wamid.TOM", "Hello", by: "447700900123", at: now),
            ])
            let items = try WebhookPayload.items(in: body).map {
                LedgerItem(event: LedgerEvent.ID("event"), receivedAt: now, isAgain: false, item: $0)
            }
            _ = try await world.database.write { try Applier.step(items, on: $0, now: now, random: .system) }

            #expect(try await answer.value)
            #expect(try await olga.message(reply.messageId).status == .delivered)
            #expect(try await olga.conversations().items.count == 2)
        }
    }

    @Test("A landlord's events that wait in the tables hold up nobody whose events are fresh")
    func aside() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withWorld(.postgres, running: false) { world in
            let olga = try await world.olgaReady(), pavel = try await world.pavel, now = world.clock.now
            try await world.connectByHand(World.pavel, World.pavelsNumber, waba: "104000000000002")
            let loops = Task { await world.messaging.run() }
            defer { loops.cancel() }
            try await eventually("the applier takes from memory") { world.messaging.ledger.handover.admits("104000000000002", 0) }

            // News for Olga need her own row.
            let held: SQL = "UPDATE landlords SET name = name WHERE landlord_id = \(World.olga)"
            let isFirstTry = try await whileHeld(world.database, by: { try $0.execute(held) }) {
                // Another process has stored it.
                try await world.restarted.messaging.ledger.store(Webhook.body([.text("wamid.A", "The tap drips", at: now + 5)]))
                let olgas: SQL = "SELECT 1 FROM webhook_batches WHERE source = '104000000000001' AND applied_at IS NULL AND tries = 1"
                try await eventually("Olga's is being applied") {
                    try await world.ledgerDatabase.read { try $0.exists("\(olgas) AND lease_until IS NOT NULL") }
                }
                let fresh = JSONValue.text("wamid.B", "Good evening", by: "447700900123", at: now + 5, on: World.pavelsNumber)
                try await world.messaging.ledger.store(Webhook.body([fresh], entry: "104000000000002"))
                _ = try await eventually("Pavel hears") { try await pavel.conversations().items.first }
                return try await world.ledgerDatabase.read { try $0.exists("\(olgas) AND lease_until IS NOT NULL") }
            }

            #expect(isFirstTry)
            try await eventually("Olga hears") { try await olga.conversations().items[0].lastMessage?.preview == "The tap drips" }
            loops.cancel()
            await loops.value
        }
    }
}

/// Whether another session comes to wait for this one before long.
private func isWaitedFor(_ db: any Connection) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try db.exists("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))") { return true }
    }
    return false
}
