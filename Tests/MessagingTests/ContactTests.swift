import Foundation
import SQLDatabase
import Testing
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Contacts")
struct ContactTests {
    @Test("A row that cannot be a number is refused by itself; the others are stored", arguments: TestEngine.allCases)
    func badRow(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            let results = try await olga.sync([
                .agreed("t-1", "Nadia", "07700 900118"), .agreed("t-2", "Tom", "twelve"),
                .agreed("t-3", "Ines", "07700900482 / 07700900483"),
                .agreed("t-4", "Grace", nil), .agreed("t-5", "Ann", " "), .agreed("t-1", "Again", "07700 900999"),
            ])

            #expect(results.map(\.outcome) == [.created, .rejected, .rejected, .created, .created, .rejected])
            #expect(results[1].error?.code == "notAPhoneNumber")
            let nadia = try await olga.contact(externalID: "t-1")
            #expect(nadia.phone == "+447700900118")
            let stored = try await olga.contacts().items.count
            #expect(stored == 3)
        }
    }

    @Test(
        "The same rows again change nothing; a changed row is updated; a missing agreement leaves the proof", arguments: TestEngine.allCases
    )
    func repeated(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            _ = try await olga.sync([.agreed("t-1", "Nadia", "07700 900118")])
            let again = try await olga.sync([.agreed("t-1", "Nadia", "+44 7700 900118")])
            let changed = try await olga.sync([ContactInput(externalId: "t-1", name: "Nadia Rahman", phone: "07700 900118")])

            #expect(again.map(\.outcome) == [.unchanged])
            #expect(changed.map(\.outcome) == [.updated])
            let nadia = try await olga.contact(externalID: "t-1")
            #expect(nadia.name == "Nadia Rahman" && nadia.hasOptedIn)
        }
    }

    @Test("A number moves from one tenant to another in one list, whatever the order", arguments: TestEngine.allCases)
    func numberMoves(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            _ = try await olga.sync([.agreed("t-1", "Nadia", "07700 900118")])
            let taken = try await olga.sync([.agreed("t-2", "Tom", "07700 900118")])
            #expect(taken.map(\.error?.code) == ["numberInUse"])

            let moved = try await olga.sync([.agreed("t-2", "Tom", "07700 900118"), .agreed("t-1", "Nadia", "07700 900119")])

            #expect(moved.map(\.outcome) == [.created, .updated])
        }
    }

    @Test("Somebody who wrote before the platform knew them becomes the tenant, with all they said", arguments: TestEngine.allCases)
    func adopted(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await world.deliver(.text("wamid.T", "I am Tom", by: "447700900123", at: world.clock.now))
            let unknown = try #require(try await olga.conversations().items.first { $0.contact.externalId == nil })

            _ = try await olga.sync([.agreed("t-tom", "Tom Okafor", "07700 900123")])

            let thread = try await olga.conversation(unknown.id)
            #expect(thread.contact.externalId == "t-tom" && thread.lastMessage?.preview == "I am Tom")
        }
    }

    @Test("Numbers that Meta writes differently are the same person", arguments: TestEngine.allCases)
    func foldedNumbers(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            _ = try await olga.sync([.agreed("t-br", "João", "+55 31 98765-4321"), .agreed("t-mx", "Lupe", "+52 55 1234 5678")])
            try await world.deliver(
                .text("wamid.BR", "Oi", by: "553187654321", at: world.clock.now),
                .text("wamid.MX", "Hola", by: "5215512345678", at: world.clock.now))

            let people = try await olga.conversations().items.compactMap(\.contact.externalId).sorted()
            #expect(people == ["t-br", "t-mx", "t-nadia"])
            let joao = try await olga.contact(externalID: "t-br")
            let address = try await world.database.read { db in
                try db.first(
                    String.self,
                    """
                    SELECT i.value FROM contact_identities i WHERE i.landlord_id = 'olga' AND i.contact_id = \(joao.contactId)
                    ORDER BY \(Identity.addressFirst) LIMIT 1
                    """)
            }
            #expect(address == "553187654321", "what Meta gave is what Meta accepts")
        }
    }

    @Test("Two strangers who turn out to be one person become one conversation", arguments: TestEngine.allCases)
    func merged(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let now = world.clock.now
            try await world.deliver(.text("wamid.A", "By ID", by: nil, user: "GB.1", at: now))
            try await world.deliver(.text("wamid.B", "By number", by: "447700900777", at: now + 1))
            try await world.deliver(.text("wamid.C", "By both", by: "447700900777", user: "GB.1", at: now + 2))

            let threads = try await olga.conversations().items
            #expect(threads.count == 2)
            let said = try await olga.messages(of: threads[0].id).items.map(\.preview)
            #expect(said == ["By both", "By number", "By ID"])
            #expect(threads[0].unread == 3)
        }
    }

    @Test("A changed ID is the same person, whether the news comes before or after what they write", arguments: TestEngine.allCases)
    func changedID(on engine: TestEngine) async throws {
        for newsFirst in [true, false] {
            try await withWorld(engine, running: false) { world in
                let olga = try await world.olgaReady()
                let now = world.clock.now
                let news: JSONValue = [
                    "metadata": ["phone_number_id": .string(World.olgasNumber.rawValue)],
                    "user_id_update": .array([
                        ["user_id": ["previous": "GB.1", "current": "GB.2"], "timestamp": .integer(Int64(now.timeIntervalSince1970))]
                    ]),
                ]
                try await world.deliver(.text("wamid.OLD", "As one", by: nil, user: "GB.1", at: now))
                let written = Webhook.body([.text("wamid.NEW", "As the other", by: nil, user: "GB.2", at: now + 1)])
                let bodies = [Webhook.body([news], field: "user_id_update"), written]
                for body in newsFirst ? bodies : bodies.reversed() { try await world.messaging.ledger.store(body) }
                try await world.messaging.applyAll()

                let threads = try await olga.conversations().items
                #expect(threads.count == 2, "Nadia's, and one for both IDs; news first: \(newsFirst)")
                let said = try await olga.messages(of: threads[0].id).items.map(\.preview)
                #expect(said == ["As the other", "As one"])
            }
        }
    }

    @Test(
        "Who has a new number is written to there, in whatever order that is told, until the platform names another one",
        arguments: TestEngine.allCases)
    func newNumber(on engine: TestEngine) async throws {
        for isReversed in [false, true] {
            try await withWorld(engine, running: false) { world in
                let olga = try await world.olgaReady(), now = world.clock.now
                let events: [JSONValue] = [
                    .text("wamid.OLD", "From the old number", user: "GB.1", at: now),
                    .said("wamid.MOVED", "system", ["type": "user_changed_number", "wa_id": "447700900777"], at: now + 60),
                    .text("wamid.NEW", "From the new number", by: "447700900777", at: now + 61),
                ]
                for event in isReversed ? events.reversed() : events { try await world.deliver(event) }
                let moved = try await addressed("Welcome back", by: olga, in: world)

                world.clock.advance(by: 3_600)
                let again = try await olga.sync([.agreed("t-nadia", "Nadia Rahman", World.nadiasPhone)])
                let sameList = try await addressed("Still there?", by: olga, in: world)
                _ = try await olga.sync([.agreed("t-nadia", "Nadia Rahman", "07700 900778")])
                let renamed = try await addressed("And here?", by: olga, in: world)

                #expect(again.map(\.outcome) == [.unchanged])
                let new = OutgoingMessage.Recipient.to("+447700900777"), newest = OutgoingMessage.Recipient.to("+447700900778")
                #expect(moved == new && sameList == new && renamed == newest, "reversed: \(isReversed)")
            }
        }
    }

    @Test("What Meta reports of a message to the old number does not lead back there", arguments: TestEngine.allCases)
    func lateReport(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let calls = try await sent("Are you at home?", by: olga, in: world)
            try await world.deliver(.said("wamid.MOVED", "system", ["type": "user_changed_number", "wa_id": "447700900777"], at: now + 60))

            try await world.deliver(.status("wamid.\(calls[0].fence)", "read", at: now + 120, user: "GB.1"))

            let recipient = try await addressed("Welcome back", by: olga, in: world)
            #expect(recipient == OutgoingMessage.Recipient.to("+447700900777"))
            let known = try await world.database.read { try $0.all(String.self, "SELECT identity_key FROM contact_identities") }
            #expect(known.contains("bsuid:GB.1"))
        }
    }

    @Test("A number in use is noted once an hour, not with each message", arguments: TestEngine.allCases)
    func sightings(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let hour = world.clock.now.wholeHour + 7_200

            var seen: [Date?] = []
            for (number, seconds) in [60.0, 1_800, 3_599, 3_601].enumerated() {
                try await world.deliver(.text("wamid.\(number)", "Hello", at: hour + seconds))
                seen.append(try await world.database.read { try $0.first(Date.self, "SELECT seen_at FROM contact_identities") })
            }

            #expect(seen == [hour, hour, hour, hour + 3_600])
        }
    }

    /// Whom a message of Olga's to Nadia goes to.
    private func addressed(_ words: String, by olga: Desk, in world: World) async throws -> OutgoingMessage.Recipient? {
        try await sent(words, by: olga, in: world).first?.message.recipient
    }

    private func sent(_ words: String, by olga: Desk, in world: World) async throws -> [SendCall] {
        _ = try await olga.send(.text(words), to: .tenant("t-nadia"))
        let calls = try await world.claim(at: world.clock.now).calls
        try await world.accept(calls, at: world.clock.now)
        return calls
    }

    @Test("Every table carries landlord_id, with a short list of exceptions, and it leads the keys", arguments: TestEngine.allCases)
    func everyTable(on engine: TestEngine) async throws {
        // Sessions and links are looked up by their secret, waiting parts and routes before a landlord is known.
        let exceptions: Set = [
            "installation", "schema_migrations", "waiting_items", "webhook_batches", "webhook_bodies", "webhook_problems",
            "webhook_replays",
            // SQLite's own tables of the index of words; the words in them bear their landlord's number.
            "search_words", "search_words_config", "search_words_content", "search_words_data", "search_words_idx",
        ]
        let notLeading: Set = ["sessions", "sign_in_links", "wamid_routes"]
        for migrator in [try Schema.data(), try Schema.ledger()] {
            try await withTestDatabase(engine) { database in
                _ = try await migrator.migrate(database)
                let tables: [(String, [String])] = try await database.read { db in
                    let names = try db.all(
                        String.self,
                        engine == .sqlite
                            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                            : "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
                    return try names.map { name in
                        let columns: SQL =
                            engine == .sqlite
                            ? "SELECT name FROM pragma_table_info(\(name)) ORDER BY cid"
                            : "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = \(name) ORDER BY ordinal_position"
                        return (name, try db.all(String.self, columns))
                    }
                }
                #expect(!tables.isEmpty)
                for (name, columns) in tables where !exceptions.contains(name) {
                    #expect(columns.contains("landlord_id"), "\(name) has no landlord_id")
                    if !notLeading.contains(name) { #expect(columns.first == "landlord_id", "\(name) does not begin with landlord_id") }
                }
            }
        }
    }
}
