import Foundation
import Messaging
import TestSupport
import Testing

@testable import MessagingWeb

/// What operators see, and who else does not.
@Suite struct OperatorTests {
    @Test("Anybody learns whether we are ready; the ledger's figures are on the admin address only", arguments: TestEngine.allCases)
    func ready(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            _ = try await stage.deliver(Array("nonsense".utf8))
            let admin = try #require(stage.adminPort)

            let shown = try await stage.ask("GET", "/ready")
            let details = try await eventually("the nonsense is set aside") {
                let answer = try await stage.request("GET", "http://127.0.0.1:\(admin)/ready")
                return answer.json["ledger"]?["setAside"]?.integer == 1 ? answer : nil
            }

            #expect(shown.status == 200 && shown.text == #"{"status":"ok"}"#)
            #expect(details.json["status"]?.string == "ok")
            #expect(try await stage.ask("GET", "/metrics").status == 404)
            // A probe leaves nothing behind.
            let status = try await stage.withProduct { try await $0.ledgerStatus() }
            #expect(status.arriving == 1.0 / 60 && status.setAside == 1)
        }
    }

    @Test("Metrics count answers, never people")
    func metrics() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0"], meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            _ = try await stage.nadiaSays("Hello?")
            _ = try await stage.deliver(Array("{}".utf8), signature: .some(nil))
            let olga = try await stage.token(of: "olga")
            _ = try await stage.ask("POST", "/api/whatsapp/sendMessage?wait=5", token: olga, json: #"{"tenantId":"t-nadia","text":"Hi"}"#)

            let text = try await stage.request("GET", "http://127.0.0.1:\(try #require(stage.adminPort))/metrics").text

            #expect(text.contains(#"zenrent_webhooks_total{status="200"}"#))
            #expect(text.contains(#"zenrent_webhooks_total{status="401"} 1"#))
            #expect(text.contains(#"zenrent_attempts_total{outcome="accepted"} 1"#))
            #expect(!text.contains("olga") && !text.contains("900118"))
        }
    }

    @Test("With an operator's token nobody gets in without it; a foreign host name never does without one")
    func operatorToken() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0", "OPERATOR_TOKEN": "open-sesame"])) { stage in
            let address = "http://127.0.0.1:\(try #require(stage.adminPort))/metrics"

            let without = try await stage.request("GET", address)
            let wrong = try await stage.request("GET", address, headers: ["Authorization": "Bearer open"])
            let right = try await stage.request("GET", address, headers: ["Authorization": "Bearer open-sesame"])

            #expect([without, wrong, right].map(\.status) == [401, 401, 200])
        }
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            let address = "http://127.0.0.1:\(try #require(stage.adminPort))/metrics"
            #expect(try await stage.request("GET", address, headers: ["Host": "evil.example"]).status == 401)
        }
    }

    @Test("A server on tables that are not up to date does not start, and says what to run", arguments: TestEngine.allCases)
    func outdatedSchema(engine: TestEngine) async throws {
        try await withTestDatabaseURL(engine) { url in
            let variables = ["DATABASE_URL": url.text, "TOKEN_KEYS": TokenKeys.newKey(id: "k"), "PORT": "0"]
            let server = Server(try Settings(variables, for: .storage), logger: quietLogger)

            let error = await #expect(throws: SchemaOutdated.self) { try await server.run() }

            #expect(error?.description.contains("zenrent migrate") == true)
        }
    }
}
