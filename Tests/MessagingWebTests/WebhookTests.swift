import Foundation
import TestSupport
import Testing

@testable import MessagingWeb

/// Where Meta delivers: nothing unsigned gets in, nothing signed gets lost.
@Suite struct WebhookTests {
    private static let event = Array(
        #"""
        {"object":"whatsapp_business_account","entry":[{"id":"104000000000009","changes":[{"field":"messages","value":{
          "messaging_product":"whatsapp","metadata":{"display_phone_number":"442079460009","phone_number_id":"109000000000009"},
          "contacts":[{"wa_id":"447700900118"}],
          "messages":[{"from":"447700900118","id":"wamid.A","timestamp":"1790000000","type":"text","text":{"body":"Hello"}}]}}]}]}
        """#.utf8)

    @Test("Meta's verification is answered with its challenge, to the right token only")
    func verification() async throws {
        try await withStage { stage in
            func ask(_ query: String) async throws -> Answer { try await stage.ask("GET", "/webhook/whatsapp?\(query)") }

            let right = try await ask("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1158201444")
            let wrong = try await ask("hub.mode=subscribe&hub.verify_token=other&hub.challenge=1")
            let bare = try await ask("")

            #expect(right.status == 200 && right.text == "1158201444")
            #expect(wrong.status == 403 && bare.status == 403)
        }
    }

    @Test("Without a valid signature the answer is 401 and nothing is stored", arguments: TestEngine.allCases)
    func signatures(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let foreign = WebStage.signature(of: Self.event, secret: "another")
            let signatures: [String?] = [
                nil, "", "sha256=", foreign, foreign.replacing("sha256", with: "sha1"), WebStage.signature(of: Self.event + [32]),
            ]
            for signature in signatures {
                let answer = try await stage.deliver(Self.event, signature: .some(signature))
                #expect(answer.status == 401)
            }

            let status = try await stage.withProduct { try await $0.ledgerStatus() }

            #expect(status.arriving == 0 && status.waiting == 0 && status.setAside == 0)
        }
    }

    @Test("A signed event of a number that nobody has connected is stored, answered and kept waiting", arguments: TestEngine.allCases)
    func unknownNumber(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let answer = try await stage.deliver(Self.event)

            #expect(answer.status == 200 && answer.text.isEmpty)
            let status = try await eventually("the event is parked") {
                let status = try await stage.withProduct { try await $0.ledgerStatus() }
                return status.parked == 1 ? status : nil
            }
            #expect(status.parkedBy.map(\.reason) == ["unknownLine"])
        }
    }

    @Test("Signed nonsense is stored, answered, set aside and shown with its error", arguments: TestEngine.allCases)
    func nonsense(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let answer = try await stage.deliver(Array("{\"object\":".utf8))

            #expect(answer.status == 200)
            let status = try await eventually("the event is set aside") {
                let status = try await stage.withProduct { try await $0.ledgerStatus() }
                return status.setAside == 1 ? status : nil
            }
            #expect(status.lastSetAside.first?.error.isEmpty == false)
        }
    }

    @Test("Both secrets count while one replaces the other")
    func changingSecrets() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["META_APP_SECRET": "new,old"])) { stage in
            for secret in ["new", "old"] {
                let signature = WebStage.signature(of: Self.event, secret: secret)
                let answer = try await stage.deliver(Self.event, signature: .some(signature))
                #expect(answer.status == 200)
            }
        }
    }

    @Test("Three mebibytes are taken, more is refused with 413")
    func size() async throws {
        try await withStage { stage in
            let full = Array(repeating: UInt8(ascii: " "), count: 3 * 1_048_576), over = full + Array(repeating: 32, count: 100_000)

            let taken = try await stage.deliver(full), refused = try await stage.deliver(over)

            #expect(taken.status == 200)
            #expect(refused.status == 413)
        }
    }
}
