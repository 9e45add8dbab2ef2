import Foundation
import Messaging
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// `zenrent ledger`, as an operator types it.
@Suite struct LedgerCommandTests {
    private static let unknownNumber = Array(
        #"""
        {"object":"whatsapp_business_account","entry":[{"id":"104000000000009","changes":[{"field":"messages","value":{
          "messaging_product":"whatsapp","metadata":{"display_phone_number":"442079460009","phone_number_id":"109000000000009"},
          "contacts":[{"wa_id":"447700900118","profile":{"name":"Nadia Rahman"}}],
          "messages":[{"from":"447700900118","id":"wamid.SECRET","timestamp":"1790000000","type":"text","text":{"body":"Hello there"}}]}}]}]}
        """#.utf8)

    @Test("Status tells what waits, why, and what was set aside, to people and to programs", arguments: TestEngine.allCases)
    func status(engine: TestEngine) async throws {
        try await withStoredEvents(engine) { run in
            let words = try await run(["ledger", "status"]), json = try await run(["ledger", "status", "--json"])

            #expect(words.status == 0)
            for line in ["waiting    0", "replaying  0", "parked     1", "set aside  1", "  parked: unknownLine 1, since 20", "not JSON"] {
                #expect(words.output.contains(line), "\(line) in \(words.output)")
            }
            #expect(words.output.contains(/arriving   0\.0 events\/s in the last minute/))
            let status = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
            #expect(status["parked"]?.integer == 1 && status["setAside"]?.integer == 1 && status["waiting"]?.integer == 0)
            #expect(status["parkedBy"]?.array?[0]["reason"]?.string == "unknownLine")
            #expect(status["lastSetAside"]?.array?[0]["eventId"]?.string?.contains(".0") == true)
            #expect(!words.output.contains("900118") && !json.output.contains("Nadia"))
        }
    }

    @Test(
        "A replay says how many; choosing twice, a time that is none, an event and a landlord that are none are refused",
        arguments: TestEngine.allCases)
    func replay(engine: TestEngine) async throws {
        try await withStoredEvents(engine) { run in
            let status = try JSONDecoder().decode(JSONValue.self, from: Data(try await run(["ledger", "status", "--json"]).output.utf8))
            let event = try #require(status["lastSetAside"]?.array?[0]["eventId"]?.string)

            let one = try await run(["ledger", "replay", "--event", event])
            let late = try await run(["ledger", "replay", "--since", "2100-01-01T00:00:00Z"])
            let ofOlga = try await run(["ledger", "replay", "--landlord", "olga"])
            let ofNobody = try await run(["ledger", "replay", "--landlord", "nobody"])
            let all = try await run(["ledger", "replay"])
            let asked = try await run(["ledger", "status"])

            #expect(one.output.contains("1 event will be applied again.") && one.status == 0)
            #expect(late.output.contains("0 events will be applied again."))
            // Whose the nonsense is nobody knows; asked for already, it is not counted twice.
            #expect(ofOlga.output.contains("0 events will be applied again."))
            #expect(all.output.contains("1 event will be applied again."))
            #expect(asked.output.contains("replaying  2"))
            #expect(ofNobody.output.contains("There is no landlord nobody."))
            for wrong in [["--since", "yesterday"], ["--event", "nothing.0"], ["--event", event, "--landlord", "olga"]] {
                let refused = try await run(["ledger", "replay"] + wrong)
                #expect(refused.status == ofNobody.status && refused.status != 0, "\(wrong)")
                #expect(!(refused.output + ofNobody.output).contains("will be applied"), "\(wrong)")
            }
        }
    }

    @Test("A stored event is printed as a fixture without anything personal", arguments: TestEngine.allCases)
    func fixture(engine: TestEngine) async throws {
        try await withStoredEvents(engine) { run in
            let status = try JSONDecoder().decode(JSONValue.self, from: Data(try await run(["ledger", "status", "--json"]).output.utf8))
            let event = try #require(status["lastSetAside"]?.array?[0]["eventId"]?.string)

            let broken = try await run(["ledger", "fixture", event])
            let gone = try await run(["ledger", "fixture", "gone.0"])

            #expect(broken.status == 0 && broken.output.hasPrefix(#"{"entry":[{"id":""#))
            #expect(!broken.output.contains("Nadia") && !broken.output.contains("447700"))
            #expect(gone.status != 0 && gone.output.contains("no such event"))
        }
    }

    // A database with one event of an unknown number, and one that is cut off, both seen to.
    private func withStoredEvents(
        _ engine: TestEngine, _ body: (([String]) async throws -> (status: Int32, output: String)) async throws -> Void
    ) async throws {
        try await withTestDatabaseURL(engine) { url in
            let variables = ["DATABASE_URL": url.text]
            let settings = try Settings(variables, for: .storage)
            let databases = try await ServerDatabases.open(settings)
            _ = try await databases.migrate()
            await databases.close()
            try await withMessaging(settings, logger: quietLogger) { product in
                _ = try await product.landlords.create(landlord: .init("olga"), name: "Brandt Lettings", owner: .init("olga"))
                try await product.ledger.store(Self.unknownNumber)
                try await product.ledger.store(Array(#"{"entry":[{"id":"Nadia 447700900118"#.utf8))
                try await product.applyAll()
            }
            try await body { arguments in
                let folder = FileManager.default.temporaryDirectory
                return try await Program(arguments, in: folder, variables).ended()
            }
        }
    }
}
