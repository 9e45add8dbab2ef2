import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Finding messages")
struct SearchTests {
    @Test(
        "Both sides' words are found, the newest first, with accents and case folded and the last word begun",
        arguments: TestEngine.allCases)
    func finds(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let thread = try await olga.conversations().items[0].id
            try await world.deliver(.text("wamid.A", "The Böiler is cold again, and the tap drips", at: now + 5))
            world.clock.advance(by: 60)
            _ = try await olga.send(.text("Somebody looks at the boiler today"), to: .conversation(thread))

            let boilers = try await found("BOIL", by: olga, in: world), both = try await found("tap böiler", by: olga, in: world)

            #expect(
                boilers.map(\.message.preview) == ["Somebody looks at the boiler today", "The Böiler is cold again, and the tap drips"])
            #expect(both.map(\.message.wamid) == ["wamid.A"])
            #expect(both.first?.contact.name == "Nadia Rahman")
            #expect(both.first?.excerpt.parts.filter(\.isFound).map(\.text) == ["Böiler", "tap"])
            #expect(try await found("boiler fridge", by: olga, in: world).isEmpty)
        }
    }

    @Test("Another landlord finds nothing of it", arguments: TestEngine.allCases)
    func isolation(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), (pavel, _) = try await world.pavelReady()
            try await world.deliver(.text("wamid.A", "Hello from Elm Road", at: world.clock.now + 5))

            #expect(try await found("hello", by: olga, in: world).map(\.message.wamid) == ["wamid.A"])
            #expect(try await found("hello", by: pavel, in: world).map(\.message.wamid) == ["wamid.INES"])
            #expect(try await found("heating", by: pavel, in: world).isEmpty)
        }
    }

    @Test(
        "What was changed is found by its new words, what was taken back no more, a file by its caption and its name",
        arguments: TestEngine.allCases)
    func changes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            try await world.deliver(
                .text("wamid.A", "The tap drips", at: now + 1), .text("wamid.B", "My code is walnut", at: now + 2),
                .said("wamid.C", "image", ["id": "13", "mime_type": "image/jpeg", "caption": "The ceiling"], at: now + 3),
                .said("wamid.D", "image", ["id": "14", "mime_type": "image/jpeg"], at: now + 4),
                .said(
                    "wamid.E", "document",
                    ["id": "15", "mime_type": "application/pdf", "caption": "As you asked", "filename": "Lease 2027.pdf"], at: now + 5))
            #expect(try await found("walnut", by: olga, in: world).count == 1)

            try await world.deliver(
                .said(
                    "wamid.F", "edit",
                    ["original_message_id": "wamid.A", "message": ["type": "text", "text": ["body": "The shower drips"]]], at: now + 10),
                .said("wamid.G", "revoke", ["original_message_id": "wamid.B"], at: now + 11))

            #expect(try await found("shower", by: olga, in: world).map(\.message.wamid) == ["wamid.A"])
            for gone in ["tap", "walnut", "photo"] { #expect(try await found(gone, by: olga, in: world).isEmpty, "\(gone)") }
            #expect(try await found("ceiling", by: olga, in: world).map(\.message.wamid) == ["wamid.C"])
            #expect(try await found("lease asked", by: olga, in: world).map(\.message.wamid) == ["wamid.E"])
            #expect(try await found("drips", by: olga, in: world).count == 1)
        }
    }

    @Test(
        "What was there before the index is found, the newest first, and goes on to the next page without a gap",
        arguments: TestEngine.allCases)
    func before(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            // More than one box of each kind is filled: some before the index, then some that come in.
            try await world.fill(thread, messages: 4_500, saying: "'Reading number ' || n")
            try await world.messaging.indexAll()
            try await world.deliver(.text("wamid.NEW", "Reading number new", at: world.clock.now + 5))

            var seen: [Message] = [], cursor: Cursor?
            repeat {
                try await world.messaging.indexAll()
                let page = try await olga.search(SearchQuery("reading number"), before: cursor, limit: 1_000)
                seen += page.items.map(\.message)
                cursor = page.next
            } while cursor != nil

            #expect(seen.count == 4_501 && Set(seen.map(\.messageId)).count == 4_501)
            #expect(seen.first?.wamid == "wamid.NEW" && seen.dropFirst().map(\.at) == seen.dropFirst().map(\.at).sorted(by: >))
            #expect(try await found("reading 17", by: olga, in: world).first?.message.preview == "Reading number 1799")
        }
    }

    @Test(
        "An index that was away for longer than events are kept finds what it missed, and nothing stands twice",
        arguments: TestEngine.allCases)
    func away(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            #expect(try await found("heating", by: olga, in: world).count == 1)
            try await world.deliver(.text("wamid.A", "The heating again", at: world.clock.now + 5))
            try await world.database.write { try $0.execute("DELETE FROM live_blocks") }
            try await world.deliver(.text("wamid.B", "Is anybody there?", at: world.clock.now + 6))

            #expect(try await found("heating", by: olga, in: world).count == 2)
            #expect(try await found("anybody", by: olga, in: world).count == 1)
        }
    }

    @Test("Two processes at the same landlords index each message once", arguments: TestEngine.allCases)
    func processes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), (pavel, _) = try await world.pavelReady(),
                thread = try await olga.conversations().items[0].id
            try await world.fill(thread, messages: 700, saying: "'Reading number ' || n")
            let one = world.messaging, other = world.restart()

            async let first: Void = one.indexAll()
            async let second: Void = other.indexAll()
            _ = try await (first, second)
            try await one.indexAll()

            #expect(try await olga.search(SearchQuery("reading"), limit: 1_000).items.count == 700)
            #expect(try await pavel.search(SearchQuery("hello")).items.count == 1)
            let numbers = try await world.database.read {
                try $0.first(Int.self, "SELECT COUNT(DISTINCT number) FROM search_documents WHERE landlord_id = \(World.olga)")
            }
            #expect(numbers == 701)
        }
    }

    @Test("Whatever is typed is words: no quote, operator or sign is an error or a command", arguments: TestEngine.allCases)
    func hostile(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), emoji = String(repeating: "😀", count: 16_384)
            try await world.deliver(.text("wamid.E", emoji, at: world.clock.now + 5))
            let nothing = [
                "", " ", "\"", "'", "heating\" OR \"x", "NOT heating", "heating AND cold", "heating NEAR cold",
                "words:heating",
                "^heating x", "heating & !cold", "heating <-> cold", "a:*", "'\\", "\u{0}", "%", "_", "*", "-", "--", "NEAR(", "{words}",
                String(repeating: "(", count: 65_536), String(repeating: "a", count: 65_536), String(repeating: "\u{202E}", count: 100),
                "17a0xheating", "1b1xheating",
            ]
            for question in nothing { #expect(try await found(question, by: olga, in: world).isEmpty, "\(question.prefix(20))") }
            for question in [
                "\"heating", "heating*", "\"heating\"", "(heating)", "heating'", "heating:*", "heating\u{0}", "-heating", "^heating",
            ] {
                #expect(try await found(question, by: olga, in: world).map(\.message.wamid) == ["wamid.HELLO"], "\(question)")
            }
            let pictures = try await found(emoji, by: olga, in: world)

            #expect(pictures.map(\.message.wamid) == ["wamid.E"] && pictures.first?.excerpt.text.unicodeScalars.count ?? 999 < 170)
            for question in nothing + [emoji] { _ = try await olga.contacts(search: question) }
        }
    }

    @Test("While the loops run, what comes in can be found by itself", arguments: TestEngine.allCases)
    func byItself(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaReady()

            let found = try await eventually("the message can be found") {
                let found = try await olga.search(SearchQuery("heat")).items
                return found.isEmpty ? nil : found
            }

            #expect(found.map(\.message.wamid) == ["wamid.HELLO"])
        }
    }

    private func found(_ question: String, by desk: Desk, in world: World) async throws -> [FoundMessage] {
        try await world.messaging.indexAll()
        return try await desk.search(SearchQuery(question)).items
    }
}

@Suite("Finding tenants")
struct TenantSearchTests {
    @Test("Parts of name, home and number find a tenant in any order, and no sign is a wildcard", arguments: TestEngine.allCases)
    func parts(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()

            for question in ["nadia elm", "ELM 4b", "rahman", "07700 900118", "+44 7700 900118", "900118", "(0) 7700-900 118"] {
                #expect(try await olga.contacts(search: question).items.map(\.name) == ["Nadia Rahman"], "\(question)")
            }
            for question in ["nadia oak", "%", "n_dia", "!", "07700 900999"] {
                #expect(try await olga.contacts(search: question).items.isEmpty, "\(question)")
            }
        }
    }

    @Test(
        "A property's conversations are its own tenants', and its name comes from this landlord's tenants only",
        arguments: TestEngine.allCases)
    func property(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2), (pavel, _) = try await world.pavelReady()
            _ = try await olga.sync([
                ContactInput(externalId: "t-2", name: "Tenant 2", phone: "+447700900202", property: "3 Mill Lane", unit: "1")
            ])

            #expect(try await olga.properties() == ["12 Elm Road", "3 Mill Lane"])
            #expect(try await olga.conversations(property: "3 Mill Lane").items.map(\.id) == [threads[1]])
            #expect(try await olga.conversations(matching: .unread, property: "12 Elm Road").items.count == 2)
            #expect(try await pavel.conversations(property: "3 Mill Lane").items.isEmpty)
        }
    }
}

extension World {
    /// Messages of Nadia's, a second apart and older than anything else, written by SQL. `words` may use `n`, from 1 on.
    func fill(_ thread: Conversation.ID, messages count: Int, saying words: SQL, type: SQL = "'text'") async throws {
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, wamid, type, content, preview, richness,
                    state, at, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                SELECT 'olga', 'm' || n, 'line', \(thread), 'in', 'wamid.' || n, \(type), '{}', \(words), 2, 'received', n * 1000, 1
                FROM numbers
                """)
        }
    }
}
