import Foundation
import Messaging
import SQLDatabase
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

    @Test("Meta's error codes are counted: of sends, of connecting, and of messages that failed later", arguments: TestEngine.allCases)
    func errorCodes(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(variables: ["ADMIN_PORT": "0"], meta: true)) { stage in
            let metrics = "http://127.0.0.1:\(try #require(stage.adminPort))/metrics", olga = try await stage.token(of: "olga")
            _ = try await stage.ask("POST", "/api/whatsapp/onboard", token: olga, json: #"{"code":"made-up"}"#)
            try await stage.syncTenants()
            try await stage.connectOlga()
            _ = try await stage.nadiaSays("Hello?")
            try await stage.control("POST", "faults", json: #"{"kind":"sendError","code":131042,"times":1}"#)
            _ = try await stage.ask("POST", "/api/whatsapp/sendMessage?wait=5", token: olga, json: #"{"tenantId":"t-nadia","text":"Hi"}"#)
            _ = try await stage.deliver(
                Array(
                    #"""
                    {"entry":[{"id":"104","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"109"},
                    "statuses":[{"id":"wamid.A","status":"failed","timestamp":"1790000000","errors":[{"code":131026}]}]}}]}]}
                    """#.utf8))

            let wanted = [
                #"zenrent_refusals_total{kind="send",code="131042"} 1"#, #"zenrent_refusals_total{kind="onboarding",code="100"} 1"#,
                #"zenrent_failed_messages_total{code="131026"} 1"#,
                #"zenrent_meta_calls_total{kind="onboarding",outcome="refused"} 1"#,
            ]
            let text = try await eventually("all is counted") {
                let text = try await stage.request("GET", metrics).text
                return wanted.allSatisfy { text.contains("\n\($0)\n") } ? text : nil
            }

            #expect(text.contains(#"zenrent_meta_calls_total{kind="onboarding",outcome="accepted"}"#))
            #expect(!text.contains("olga") && !text.contains("109000000000001") && !text.contains("wamid"))
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

    @Test("Every metric says what it is, and the ledger's queues are told by reason", arguments: TestEngine.allCases)
    func described(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            _ = try await stage.deliver(Array("nonsense".utf8))
            let address = "http://127.0.0.1:\(try #require(stage.adminPort))/metrics"
            let text = try await eventually("the nonsense is set aside") {
                let text = try await stage.request("GET", address).text
                return text.contains("zenrent_ledger_set_aside 1\n") && text.contains("zenrent_ledger_applied_total 1\n") ? text : nil
            }

            for line in [
                "zenrent_ledger_stored_total 1", "zenrent_webhooks_refused_total 0", "zenrent_ledger_replaying 0",
                "zenrent_ledger_waiting 0",
                #"zenrent_ledger_parked{reason="unknownLine"} 0"#, #"zenrent_ledger_parked{reason="beforeProof"} 0"#,
                #"zenrent_ledger_parked{reason="unknownTarget"} 0"#, #"zenrent_ledger_parked{reason="failed"} 0"#, "zenrent_live_streams 0",
                #"zenrent_outbox{state="ready"} 0"#, #"zenrent_webhooks_total{status="200"} 1"#, "zenrent_read_receipts 0",
                "zenrent_read_receipts_oldest_seconds 0", "zenrent_onboardings 0", "zenrent_onboardings_oldest_seconds 0",
                "zenrent_ledger_replaying_oldest_seconds 0", #"zenrent_ledger_parked_oldest_seconds{reason="unknownLine"} 0"#,
            ] {
                #expect(text.contains("\n\(line)\n"), "\(line)")
            }
            let names = Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " && $0 != "{" } })
            #expect(names.count > 15)
            for name in names {
                #expect(text.contains("# HELP \(name) ") && text.contains("# TYPE \(name) "), "\(name)")
            }
        }
    }

    @Test("After a webhook was refused we are degraded for 15 minutes, and the admin address says since when")
    func refused() async throws {
        let clock = TestClock()
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0"], clock: { clock.now })) { stage in
            let admin = "http://127.0.0.1:\(try #require(stage.adminPort))"
            let ledger = try await Databases.open(stage.settings.ledger)
            try await ledger.write { try $0.executeScript("ALTER TABLE webhook_bodies RENAME TO hidden") }
            let refused = try await stage.deliver(Array("{}".utf8))
            try await ledger.write { try $0.executeScript("ALTER TABLE hidden RENAME TO webhook_bodies") }
            await ledger.close()

            let after = try await stage.request("GET", "\(admin)/ready"), page = try await stage.request("GET", "\(admin)/operator")
            clock.advance(by: 14 * 60)
            let still = try await stage.ask("GET", "/ready")
            clock.advance(by: 2 * 60)
            let over = try await stage.request("GET", "\(admin)/ready"), calm = try await stage.request("GET", "\(admin)/operator")

            #expect(refused.status >= 500)
            #expect(after.status == 200 && after.json["status"]?.string == "degraded" && after.json["refusedAt"]?.string != nil)
            #expect(page.text.contains("Webhooks were refused in the last 15 minutes."))
            #expect(still.text == #"{"status":"degraded"}"#)
            #expect(over.json["status"]?.string == "ok" && over.json["refusedAt"]?.string == nil)
            #expect(calm.text.contains("Everything flows."))
        }
    }

    @Test(
        "The operators' page tells what waits and what was set aside, with the commands, and nobody's name", arguments: TestEngine.allCases)
    func page(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            let admin = "http://127.0.0.1:\(try #require(stage.adminPort))"
            _ = try await stage.deliver(Array(#"{"entry":[{"id":"104","Nadia":"+447700900118"#.utf8))
            _ = try await stage.deliver(
                Array(
                    #"""
                    {"entry":[{"id":"104","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"109"},
                    "messages":[{"from":"447700900118","id":"wamid.A","timestamp":"1790000000","type":"text","text":{"body":"Hello"}}]}}]}]}
                    """#.utf8))
            let page = try await eventually("both were seen to") {
                let page = try await stage.request("GET", "\(admin)/operator")
                return page.text.contains("1 event is set aside.") && page.text.contains("1 part is for a number") ? page : nil
            }

            let event = try #require(try await stage.withProduct { try await $0.ledgerStatus() }.lastSetAside.first).eventId
            #expect(page.text.contains("zenrent ledger replay --event \(event)") && page.text.contains("zenrent ledger fixture \(event)"))
            #expect(!page.text.contains("900118") && !page.text.contains("Nadia") && !page.text.contains("wamid"))
            #expect(!page.text.contains("http-equiv=\"refresh\""))
            let followed = try await stage.request("GET", "\(admin)/operator?follow=yes")
            #expect(followed.text.contains("<meta http-equiv=\"refresh\" content=\"10\">"))
            let home = try await stage.request("GET", "\(admin)/")
            #expect(home.status == 303 && home.headers["Location"] == ["/operator"])
            let style = try await stage.request("GET", "\(admin)\(Paths.assets)/css/operator.css")
            #expect(style.status == 200)
            #expect(try await stage.ask("GET", "/operator").status == 404)
        }
    }

    @Test("With an operator's token the page asks a browser for it as a password, and leads nobody in circles")
    func pageWithToken() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0", "OPERATOR_TOKEN": "open:sesame"])) { stage in
            let address = "http://127.0.0.1:\(try #require(stage.adminPort))/operator", html = ["Accept": "text/html"]
            func password(_ pair: String) -> [String: String] {
                html.merging(["Authorization": "Basic \(Data(pair.utf8).base64EncodedString())"]) { $1 }
            }

            let without = try await stage.request("GET", address, headers: html)
            let right = try await stage.request("GET", address, headers: password("anybody:open:sesame"))
            let wrong = try await stage.request("GET", address, headers: password("open:sesam"))
            let bearer = try await stage.request("GET", address, headers: ["Authorization": "Bearer open:sesame"])

            #expect([without, right, wrong, bearer].map(\.status) == [401, 200, 401, 200])
            #expect(without.headers["WWW-Authenticate"].first?.hasPrefix("Basic realm=") == true)
        }
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            let address = "http://127.0.0.1:\(try #require(stage.adminPort))/operator"
            #expect(try await stage.request("GET", address, headers: ["Host": "evil.example", "Accept": "text/html"]).status == 401)
        }
    }

    @Test("Without its database the page still says what is wrong")
    func withoutDatabase() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["ADMIN_PORT": "0"])) { stage in
            let data = try await Databases.open(stage.settings.database)
            try await data.write { try $0.executeScript("ALTER TABLE waiting_items RENAME TO hidden") }
            await data.close()

            let page = try await stage.request("GET", "http://127.0.0.1:\(try #require(stage.adminPort))/operator")

            #expect(page.status == 200 && page.text.contains("The database does not answer."))
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
