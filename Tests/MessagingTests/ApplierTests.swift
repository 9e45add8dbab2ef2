import Foundation
import SQLDatabase
import Synchronization
import Testing
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

@Suite("What Meta sends")
struct ApplierTests {
    /// What Meta reported, without IDs of ours and arrival times.
    private static func facts(_ world: World) async throws -> [[String]] {
        try await world.database.read { db in
            let messages = try db.rows(
                """
                SELECT m.wamid, m.direction, m.type, m.preview, m.at, m.sent_at, m.delivered_at, m.read_at, m.failed_at, m.error_code,
                    m.edited_at, m.edited_content, m.revoked_at, c.last_inbound_at, c.last_message_at, p.profile_name, p.external_id,
                    p.opted_out_at, r.emoji
                FROM messages m
                JOIN conversations c ON c.landlord_id = m.landlord_id AND c.conversation_id = m.conversation_id
                JOIN contacts p ON p.landlord_id = c.landlord_id AND p.contact_id = c.contact_id
                LEFT JOIN reactions r ON r.landlord_id = m.landlord_id AND r.line_id = m.line_id AND r.target_wamid = m.wamid
                ORDER BY m.wamid
                """)
            return messages.map { row in (0..<19).map { "\(row[$0])" } }
        }
    }

    private static func story(_ t: Date) -> [JSONValue] {
        [
            .text("wamid.1", "The tap drips", at: t + 1, name: "Nadia"),
            .text("wamid.2", "And it is cold", user: "GB.777", at: t + 60, name: "Nadia R."),
            .text("wamid.3", "Only my ID this time", by: nil, user: "GB.777", at: t + 120),
            .said(
                "wamid.4", "edit",
                ["original_message_id": "wamid.1", "message": ["type": "text", "text": ["body": "The tap drips badly"]]], at: t + 90),
            .said(
                "wamid.5", "edit", ["original_message_id": "wamid.1", "message": ["type": "text", "text": ["body": "The tap pours"]]],
                at: t + 95),
            .said("wamid.6", "reaction", ["message_id": "wamid.2", "emoji": "👍"], at: t + 100),
            .said("wamid.7", "reaction", ["message_id": "wamid.2", "emoji": "❤️"], at: t + 101),
            .said("wamid.8", "revoke", ["original_message_id": "wamid.3"], at: t + 130),
            .text("wamid.9", "STOP", at: t + 140),
            .text("wamid.10", "start", at: t + 150),
            .said("wamid.11", "image", ["id": "13", "mime_type": "image/jpeg", "caption": "Look"], at: t + 160),
            .said("wamid.11", "unsupported", ["type": "poll"], at: t + 160),
        ]
    }

    @Test("The same events in any order, batching and repetition end in the same facts", arguments: TestEngine.allCases)
    func orderDoesNotMatter(on engine: TestEngine) async throws {
        let start = Date(timeIntervalSince1970: 1_795_000_000)
        let expected = Mutex<[[String]]?>(nil)
        for seed in 0..<12 as Range<UInt64> {
            try await withWorld(engine, running: false) { world in
                world.clock.advance(by: start.timeIntervalSince(world.clock.now))
                _ = try await world.olga.sync([.agreed("t-nadia", "Nadia Rahman", World.nadiasPhone)])
                try await world.connectByHand(World.olga, World.olgasNumber, waba: "104000000000001")
                var random = Randomness.seeded(seed)
                var events = Self.story(start)
                if seed > 0 {
                    events += events.shuffled(using: &random).prefix(5)
                    events.shuffle(using: &random)
                }
                while !events.isEmpty {
                    let size = seed == 0 ? 1 : Int.random(in: 1...4, using: &random)
                    try await world.messaging.ledger.store(Webhook.body(Array(events.prefix(size))))
                    events.removeFirst(min(size, events.count))
                    if Bool.random(using: &random) { try await world.messaging.applyAll() }
                }
                try await world.messaging.applyAll()
                let waiting = try await world.messaging.ledgerStatus()
                #expect(waiting.waiting == 0 && waiting.parked == 0 && waiting.setAside == 0, "seed \(seed)")
                let contacts = try await world.olga.contacts().items
                #expect(contacts.count == 1, "seed \(seed): one person")
                let found = try await Self.facts(world)
                let inOrder = expected.withLock { known in
                    known = known ?? found
                    return known
                }
                #expect(found == inOrder, "seed \(seed)")
            }
        }
        #expect(expected.withLock { $0?.count } == 6)
    }

    @Test("A status that comes before its message waits, and is applied when the message is accepted", arguments: TestEngine.allCases)
    func statusWaits(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let thread = try await olga.conversations().items[0].id
            let reply = try await olga.send(.text("Soon"), to: .conversation(thread))
            let now = world.clock.now
            let call = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try sender.step(limit: 1)[0]
            }

            try await world.deliver(.status("wamid.OUT", "read", at: now + 3), .status("wamid.OUT", "sent", at: now + 1))
            let parked = try await world.messaging.ledgerStatus()
            #expect(parked.parkedBy.map(\.reason) == ["unknownTarget"] && parked.parked == 2)

            _ = try await world.database.write { db in
                var sender = Sender(db: db, now: now, random: .system)
                return try sender.record(.accepted(SendReceipt(wamid: "wamid.OUT")), of: call)
            }
            try await world.messaging.applyAll()

            let read = try await olga.message(reply.messageId)
            #expect(read.status == .read && read.sentAt != nil && read.deliveredAt == nil)
            let after = try await world.messaging.ledgerStatus()
            #expect(after.parked == 0)
        }
    }

    @Test("A number nobody has connected is kept, and applied once it is connected", arguments: TestEngine.allCases)
    func unknownLine(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olga
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.EARLY", "Anybody there?", at: world.clock.now)]))
            try await eventually("it waits") { try await world.messaging.ledgerStatus().parkedBy.map(\.reason) == ["unknownLine"] }

            try await world.connect(olga)

            let thread = try await eventually("the message arrives") { try await olga.conversations().items.first }
            #expect(thread.lastMessage?.preview == "Anybody there?")
            #expect(!thread.window.isOpen(at: world.clock.now), "what came before the connection does not open the window")
        }
    }

    @Test("A line that changes hands carries no words over", arguments: TestEngine.allCases)
    func changesHands(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let line = try await olga.lines()[0].lineId
            try await olga.disconnect(line)
            try await world.deliver(.text("wamid.GAP", "Still for Olga?", at: world.clock.now))
            let signup = try await world.meta.signUp()

            let pavel = try await world.pavel
            let loops = Task { await world.messaging.run() }
            let begun = try await pavel.connect(signup)
            let done = try await world.finished(begun.onboardingId, at: pavel)
            #expect(done.status == .done)
            world.clock.advance(by: 2)
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.NEW", "For Pavel", at: world.clock.now)]))
            let thread = try await eventually("Pavel hears") { try await pavel.conversations().items.first }
            try await world.messaging.ledger.store(Webhook.body([.text("wamid.HELLO", "Is the heating fixed?", at: world.clock.now)]))
            try await eventually("all is applied, and what was said in between waits") {
                let status = try await world.messaging.ledgerStatus()
                return status.waiting == 0 && status.parkedBy.map(\.reason) == ["beforeProof"]
            }
            loops.cancel()
            await loops.value

            let heard = try await pavel.messages(of: thread.id).items.map(\.preview)
            #expect(heard == ["For Pavel"])
        }
    }

    @Test("Every kind of message Meta knows is shown, and an unknown kind survives as itself", arguments: TestEngine.allCases)
    func everyKind(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let kinds: [(String, JSONValue)] = [
                ("image", ["id": "1", "caption": "Leak"]), ("video", ["id": "2"]), ("audio", ["id": "3", "voice": .bool(true)]),
                ("document", ["id": "4", "filename": "lease.pdf"]), ("sticker", ["id": "5"]),
                ("location", ["latitude": .number(51.5), "longitude": .number(-0.1), "name": "Office"]),
                ("contacts", .array([["name": ["formatted_name": "Bob Ray"]]])), ("button", ["text": "I have paid", "payload": "PAID"]),
                ("interactive", ["type": "button_reply", "button_reply": ["id": "y", "title": "Yes"]]),
                ("order", ["catalog_id": "1", "product_items": .array([])]), ("system", ["body": "Nadia changed", "type": "other"]),
                ("unsupported", ["type": "poll"]), ("hologram", ["beam": "up"]),
            ]
            for (index, kind) in kinds.enumerated() {
                try await world.deliver(.said("wamid.K\(index)", kind.0, kind.1, at: world.clock.now + Double(index)))
            }

            let thread = try await olga.conversations().items[0]
            let shown = try await olga.messages(of: thread.id).items.reversed().dropFirst()
            #expect(shown.map(\.type) == kinds.map(\.0))
            let odd = try JSONDecoder().decode(JSONValue.self, from: Data(#require(shown.last).content.utf8))
            #expect(odd["hologram"]?["beam"]?.string == "up")
        }
    }

    @Test("Malformed JSON is stored, set aside with its error, and holds up nobody", arguments: TestEngine.allCases)
    func malformed(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await world.messaging.ledger.store(Array("{\"entry\":[".utf8))
            try await world.deliver(.text("wamid.AFTER", "Go on", at: world.clock.now))

            let status = try await world.messaging.ledgerStatus()
            #expect(status.setAside == 1 && status.waiting == 0)
            #expect(status.lastSetAside.first?.error.contains("not JSON") == true)
            let thread = try await olga.conversations().items[0]
            #expect(thread.lastMessage?.preview == "Go on")
        }
    }

    @Test("Live events have gapless numbers, and a repetition makes none", arguments: TestEngine.allCases)
    func liveNumbers(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let now = world.clock.now
            for index in 0..<20 { try await world.deliver(.text("wamid.L\(index)", "No \(index)", at: now + Double(index))) }
            let before = try await olga.liveSequence()
            for index in 0..<20 { try await world.deliver(.text("wamid.L\(index)", "No \(index)", at: now + Double(index))) }

            let after = try await olga.liveSequence()
            #expect(before == after)
            let numbers = try await world.database.read { try LandlordRows(World.olga, $0).liveEvents(after: 0, blocks: 100) }.map(
                \.sequence)
            #expect(numbers == Array(1...after))
        }
    }

    @Test(
        "What stays of a message for ever names nobody, also where it was written before names were hashes", arguments: TestEngine.allCases)
    func routesNameNobody(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await world.deliver(.text("wamid.TAP", "The tap drips", at: world.clock.now))
            let read: @Sendable (any Connection) throws -> [String] = { try $0.all(String.self, "SELECT wamid FROM wamid_routes") }
            let hashed = try await world.database.read(read)
            try await world.database.write { db in
                let name = try RouteNames(on: db).name(of: "wamid.TAP")
                try db.execute("UPDATE wamid_routes SET wamid = 'wamid.TAP' WHERE wamid = \(name)")
            }

            try await Schema.nameRoutes(in: world.database)
            try await world.deliver(.text("wamid.TAP", "The tap drips", at: world.clock.now))

            #expect(!hashed.contains { $0.contains("wamid") })
            #expect(try await Set(world.database.read(read)) == Set(hashed))
            let thread = try await olga.conversations().items[0]
            #expect(try await olga.messages(of: thread.id).items.filter { $0.preview == "The tap drips" }.count == 1)
        }
    }

    @Test("What a tenant writes within one second stays in the order in which it came", arguments: TestEngine.allCases)
    func withinASecond(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let words = (1...20).map { "Line \($0)" }

            try await world.messaging.ledger.store(
                Webhook.body(words.enumerated().map { .text("wamid.S\(40 - $0.offset)", $0.element, at: world.clock.now) }))
            try await world.messaging.applyAll()

            let thread = try await olga.conversations().items[0]
            #expect(try await olga.messages(of: thread.id).items.reversed().map(\.preview).suffix(20) == words[...])
            #expect(thread.lastMessage?.preview == "Line 20")
        }
    }
}
