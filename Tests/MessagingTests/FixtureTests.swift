import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Payloads as fixtures")
struct FixtureTests {
    private static let personal = [
        "Nadia", "Rahman", "Ögün", "boiler", "leaks", "447700900118", "7700 900", "442079460001", "109000000000001", "104000000000001",
        "HBgMNDQ3NzAw", "GB.5550001", "51.507", "lease.pdf", "8812377",
    ]

    private static let body = Array(
        #"""
        {"object":"whatsapp_business_account","entry":[{"id":"104000000000001","time":1790000000,"changes":[{"field":"messages","value":{
        "messaging_product":"whatsapp","metadata":{"display_phone_number":"442079460001","phone_number_id":"109000000000001"},
        "contacts":[{"profile":{"name":"Nadia Rahman Ögün"},"wa_id":"447700900118","user_id":"GB.5550001"}],
        "messages":[{"from":"447700900118","id":"wamid.HBgMNDQ3NzAw","timestamp":"1790000000","type":"text",
        "text":{"body":"The boiler \"leaks\" \\ at 12 Elm Road, call 07700 900118"}},
        {"from":"447700900118","id":"wamid.HBgMNDQ3NzAwOTk","timestamp":"1790000001","type":"location",
        "location":{"latitude":51.507351,"longitude":-0.127758,"name":"Elm"}},
        {"from":"447700900118","id":"wamid.X","type":"document","document":{"id":"8812377","filename":"lease.pdf","mime_type":"application/pdf"}}
        ]}}]}]}
        """#.utf8)

    @Test("A stored event becomes a fixture of the same shape with nothing personal left", arguments: TestEngine.allCases)
    func scrubbed(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await world.messaging.ledger.store(Self.body)
            let found = try await world.ledgerDatabase.read { try $0.first(String.self, "SELECT batch_id FROM webhook_batches") }
            let id = try #require(found)

            let printed = try await world.messaging.fixture(of: LedgerEvent.ID(id))
            let fixture = try #require(printed)
            let missing = try await world.messaging.fixture(of: LedgerEvent.ID("gone"))

            let text = String(decoding: fixture, as: UTF8.self)
            for word in Self.personal { #expect(!text.contains(word), "\(word)") }
            let (before, after) = (try JSONValue(parsing: Self.body), try JSONValue(parsing: fixture))
            #expect(Self.shape(before) == Self.shape(after))
            let items = try WebhookPayload.items(in: fixture)
            #expect(items.count == 3)
            let value = try #require(after["entry"]?.array?[0]["changes"]?.array?[0]["value"])
            #expect(value["messages"]?.array?.map { $0["type"]?.string } == ["text", "location", "document"])
            #expect(value["messages"]?.array?[0]["timestamp"]?.string == "1790000000")
            // References still fit.
            #expect(value["messages"]?.array?[0]["from"] == value["contacts"]?.array?[0]["wa_id"])
            #expect(missing == nil)
        }
    }

    @Test("Two fixtures of one event have different stand-ins, so that nobody can undo them by trying")
    func salted() {
        let fixtures = (0..<2).map { _ in Fixture.fresh.scrubbed(Self.body) }

        #expect(fixtures[0] != fixtures[1])
    }

    @Test(
        "Broken JSON keeps its length, its keys and where it breaks, and nothing personal",
        arguments: [150, 297, 340, 431, 520, 560, 700, 801])
    func broken(cut: Int) {
        let body = Array(Self.body.prefix(cut)), fixture = Fixture.fresh.scrubbed(body)

        let text = String(decoding: fixture, as: UTF8.self)
        for word in Self.personal { #expect(!text.contains(word), "\(word)") }
        #expect(fixture.count == body.count)
        #expect(text.contains("\"entry\":[{\"id\":"))
        let (before, after) = (Self.failure(body), Self.failure(fixture))
        #expect(before != nil && before == after)
    }

    @Test(
        "Whatever a body is, no word or figure of it gets through",
        arguments: [
            "Nadia 447700900118", #"{"Nadia":"447700900118"}}"#, #"{"a":"x\\","text":"Nadia 447700900118"}}"#,
            #"{"name":"\u004eadia Rahman","latitude":51.507351"#, "\"Nadia\": 447700900118,", "\u{FEFF}Nadia 447700900118",
        ])
    func anything(body: String) {
        let text = String(decoding: Fixture.fresh.scrubbed(Array(body.utf8)), as: UTF8.self)

        for word in Self.personal + ["adia", "4477", "507351"] { #expect(!text.contains(word), "\(word) in \(text)") }
    }

    private static func failure(_ body: [UInt8]) -> String? {
        do {
            _ = try JSONValue(parsing: body)
            return nil
        } catch {
            return "\(error)"
        }
    }

    // Keys, kinds and lengths, without values.
    private static func shape(_ value: JSONValue) -> String {
        if let members = value.object {
            return "{" + members.sorted { $0.key < $1.key }.map { "\($0.key):\(shape($0.value))" }.joined(separator: ",") + "}"
        }
        if let elements = value.array { return "[" + elements.map(shape).joined(separator: ",") + "]" }
        if let text = value.string { return "text \(text.unicodeScalars.count)" }
        return value == .null ? "null" : "value"
    }
}
