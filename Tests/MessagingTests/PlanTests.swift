import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("How SQLite finds rows")
struct PlanTests {
    @Test("What is looked up often is found by its whole key, not among all rows of a landlord")
    func lookups() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let thread = try await world.olgaReady().conversations().items[0], contact = thread.contact.contactId
            let newest = Cursor(key: "\(world.clock.now.milliseconds)", id: "x")
            let lookups: [(step: String, ask: @Sendable (LandlordRows) throws -> Void)] = [
                (
                    "conversations USING INDEX conversations_of_contact (landlord_id=? AND contact_id=?)",
                    { _ = try $0.conversations(contact: contact, before: nil, limit: 10) }
                ),
                (
                    "conversations USING INDEX conversations_newest (landlord_id=? AND active_slot<?)",
                    { _ = try $0.conversations(contact: nil, before: newest, limit: 50) }
                ),
                (
                    "contact_identities USING PRIMARY KEY (landlord_id=? AND identity_key=?)",
                    { _ = try $0.holder(of: .number("447700900118")) }
                ),
                (
                    "contacts USING INDEX contacts_external (landlord_id=? AND external_id=?)",
                    { _ = try $0.contact(externalID: "t-nadia") }
                ),
                (
                    "messages USING INDEX messages_in_order (landlord_id=? AND conversation_id=?)",
                    { _ = try $0.messages(of: thread.id, before: nil, limit: 50) }
                ),
                (
                    "messages USING INDEX messages_in_order (landlord_id=? AND conversation_id=? AND (at,message_id)<(?,?))",
                    { _ = try $0.messages(of: thread.id, before: newest, limit: 50) }
                ),
            ]
            for (step, ask) in lookups {
                let plan = try await world.database.read { db in
                    let explained = ExplainedConnection(db)
                    try ask(LandlordRows(World.olga, explained))
                    return explained.plan
                }

                #expect(plan.contains { $0.contains("SEARCH \(step)") }, "\(plan)")
                #expect(!plan.contains(where: Self.readsTooMuch), "\(plan)")
            }
        }
    }

    @Test("A quoted message is found by its route and its own key, however many messages the landlord has")
    func quote() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let thread = try await world.olgaReady().conversations().items[0].id, now = world.clock.now
            try await fill(thread, messages: 20_000, in: world)
            let reply = Draft(.text(body: "Soon", previewURL: false), replyTo: "wamid.HELLO")

            let (sent, plan) = try await world.database.write { db in
                let explained = ExplainedConnection(db)
                let order = SendOrder(draft: reply, addressee: .conversation(thread), person: nil, now: now, random: .seeded(1))
                return (try Outgoing.send(order, of: LandlordRows(World.olga, explained)), explained.plan)
            }

            #expect(sent.replyTo == "wamid.HELLO")
            #expect(plan.contains { $0.contains("SEARCH r USING PRIMARY KEY (phone_number_id=? AND wamid=?)") }, "\(plan)")
            #expect(plan.contains { $0.contains("SEARCH messages USING INDEX messages_by_id (message_id=? AND landlord_id=?)") }, "\(plan)")
            #expect(!plan.contains { $0.contains("SCAN messages") || $0.contains("SCAN r") || $0.contains("SCAN c") }, "\(plan)")
        }
    }

    @Test("What many drafts ask about whom they are for is found by whole keys")
    func drafts() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let thread = try await world.olgaReady().conversations().items[0], now = world.clock.now
            let whom: [Addressee] = [
                .conversation(thread.id), .contact(thread.contact.contactId), .tenant("t-nadia"), .number("07700 900118"),
            ]

            let (messages, plan) = try await world.database.write { db in
                let explained = ExplainedConnection(db), rows = LandlordRows(World.olga, explained)
                let orders = whom.enumerated().map { number, addressee in
                    SendOrder(
                        draft: .text("Hello", clientMessageID: "c-\(number)"), addressee: addressee, person: nil, now: now,
                        random: .seeded(1))
                }
                var outgoing = try Outgoing(orders, of: rows)
                return (try orders.map { try outgoing.prepare($0).message.conversationId }, explained.plan)
            }

            #expect(messages == Array(repeating: thread.id, count: whom.count))
            for step in [
                "conversations USING PRIMARY KEY (landlord_id=? AND conversation_id=?)",
                "conversations USING INDEX conversations_of_contact (landlord_id=? AND contact_id=?)",
                "contact_identities USING PRIMARY KEY (landlord_id=? AND identity_key=?)",
                "contact_identities USING COVERING INDEX contact_identities_of (landlord_id=? AND contact_id=?)",
                "contacts USING PRIMARY KEY (landlord_id=? AND contact_id=?)",
                "contacts USING INDEX contacts_external (landlord_id=? AND external_id=?)",
                "messages USING INDEX messages_client_ids (landlord_id=? AND client_message_id=?)",
            ] {
                #expect(plan.contains { $0.contains("SEARCH \(step)") }, "\(step) in \(plan)")
            }
            #expect(!plan.contains { Self.readsTooMuch($0) && !$0.contains("autoindex_lines") }, "\(plan)")
        }
    }

    @Test("Applying finds people, threads and routes by their keys")
    func applying() async throws {
        try await withWorld(.sqlite, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now
            let body = Webhook.body([
                .text("wamid.A", "The tap drips", at: now + 5), .text("wamid.B", "I am new", by: "447700900123", at: now + 6),
                .said("wamid.C", "reaction", ["message_id": "wamid.HELLO", "emoji": "👍"], at: now + 7),
            ])
            let items = try WebhookPayload.items(in: body).map {
                LedgerItem(event: LedgerEvent.ID("event"), receivedAt: now, isAgain: false, item: $0)
            }

            let plan = try await world.database.write { db in
                let explained = ExplainedConnection(db)
                _ = try Applier.step(items, on: explained, now: now, random: .seeded(1))
                return explained.plan
            }

            for step in [
                "r USING PRIMARY KEY (phone_number_id=? AND wamid=?)", "i USING PRIMARY KEY (landlord_id=? AND identity_key=?)",
                "m USING INDEX messages_by_id (message_id=? AND landlord_id=?)",
                "c USING PRIMARY KEY (landlord_id=? AND conversation_id=?)",
                "c USING INDEX conversations_of_contact (landlord_id=? AND contact_id=?)",
            ] {
                #expect(plan.contains { $0.contains("SEARCH \(step)") }, "\(step)")
            }
            #expect(!plan.contains { $0.contains("SEARCH c ") && $0.contains("(landlord_id=?)") }, "\(plan)")
        }
    }

    @Test("A table that grows has fixed numbers for each of its indexes, a number for each column and one for all")
    func statistics() async throws {
        try await withTestDatabase(.sqlite) { database in
            _ = try await Schema.data().migrate(database)

            // What a virtual table keeps is its own affair.
            let growing: SQL = """
                t.schema = 'main' AND t.type = 'table' AND (t.wr = 1 OR t.name IN ('messages', 'live_blocks', 'proof_records'))
                """
            let (tables, numbers, indexes) = try await database.read { db in
                (
                    try db.all(String.self, "SELECT t.name FROM pragma_table_list t WHERE \(growing)"),
                    try db.all(Numbers.self, "SELECT tbl, idx, stat FROM sqlite_stat1"),
                    // The key's own index bears the table's name there.
                    try db.all(
                        Index.self,
                        """
                        SELECT t.name AS tbl, CASE i.origin WHEN 'pk' THEN t.name ELSE i.name END AS idx,
                            (SELECT COUNT(*) FROM pragma_index_info(i.name)) AS width
                        FROM pragma_table_list t CROSS JOIN pragma_index_list(t.name) i WHERE \(growing)
                        """)
                )
            }

            #expect(tables.contains("wamid_routes") && Set(numbers.map(\.tbl)) == Set(tables))
            #expect(numbers.map(\.idx).sorted() == indexes.map(\.idx).sorted())
            for index in indexes {
                let stat = numbers.first { $0.idx == index.idx && $0.tbl == index.tbl }?.stat.split(separator: " ") ?? []
                #expect(stat.count > index.width && stat.allSatisfy { Int($0) != nil }, "\(index.idx)")
            }
        }
    }

    // Lists are small, and a step that knows nothing but the landlord grows with what the landlord has.
    private static func readsTooMuch(_ step: String) -> Bool {
        (step.contains("SCAN") && !step.contains("json_each")) || step.contains("(landlord_id=?)")
    }

    private func fill(_ thread: Conversation.ID, messages count: Int, in world: World) async throws {
        try await world.database.write { db in
            try db.execute(
                """
                INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, wamid, type, content, preview, richness,
                    state, at, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                SELECT 'olga', 'm' || n, 'line', \(thread), 'in', 'wamid.' || n, 'text', '{}', 'Hello', 2, 'received', 1, 1 FROM numbers
                """)
        }
    }
}

private struct Numbers: Decodable {
    let tbl: String
    let idx: String
    let stat: String
}

private struct Index: Decodable {
    let tbl: String
    let idx: String
    let width: Int
}
