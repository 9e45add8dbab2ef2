import Foundation
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// What programs get wrong, and how they are told.
@Suite struct BadInputTests {
    @Test("One contact's fault is that row's error in the answer; the other rows are stored")
    func contactRows() async throws {
        try await withStage { stage in
            let rows = #"""
                [{"externalId":"good","name":"Ines Duarte","phone":"07700 900482"},{"externalId":"bad","phone":"12"},{"externalId":7},
                 {"externalId":"when","optIn":{"source":"form","at":"yesterday"}},{"externalId":"good"},"nonsense",
                 {"externalId":"offset","optIn":{"source":"form","at":"2026-11-01T10:00:00.250+01:00"}}]
                """#

            let answer = try await stage.ask("PUT", "/api/whatsapp/contacts", token: stage.token(of: "olga"), json: rows)

            #expect(answer.status == 200)
            let outcomes = ["created", "rejected", "rejected", "rejected", "rejected", "rejected", "created"]
            #expect(answer.items.map { $0["outcome"]?.string } == outcomes)
            #expect(answer.items[1]["error"]?["code"]?.string == "notAPhoneNumber")
            #expect(answer.items[3]["externalId"]?.string == "when")
            #expect(answer.items[3]["error"]?["message"]?.string?.contains("optIn.at") == true)
            let stored = try await stage.ask("GET", "/api/whatsapp/contacts?search=ines", token: stage.token(of: "olga")).items
            #expect(stored.map { $0["phone"]?.string } == ["+447700900482"])
        }
    }

    @Test("A body that cannot be understood is a 400 that names the field")
    func badBodies() async throws {
        try await withStage { stage in
            let token = try await stage.token(of: "olga")
            func send(_ json: String) async throws -> Answer {
                try await stage.ask("POST", "/api/whatsapp/sendMessage", token: token, json: json)
            }
            let cases: [(String, String?)] = [
                ("{", nil), ("[]", nil), (#"{"tenantId":5,"text":"x"}"#, "tenantId"), (#"{"tenantId":"a"}"#, "text"),
                (#"{"tenantId":"a","contactId":"b","text":"x"}"#, "to"), (#"{"text":"x"}"#, "to"),
                (#"{"tenantId":"a","type":"poll","poll":{}}"#, "type"), (#"{"tenantId":"a","type":"image","image":{}}"#, "image"),
                (#"{"tenantId":"a","type":"video"}"#, "video"),
                (#"{"tenantId":"a","type":"template","template":{}}"#, "template.name"),
                (#"{"tenantId":"a","text":"x","clientMessageId":""}"#, "clientMessageId"),
                ("{\"tenantId\":\"a\\u0000\",\"text\":\"x\"}", nil),
            ]
            for (json, field) in cases {
                let answer = try await send(json)
                #expect(answer.status == 400, "\(json)")
                #expect(answer.json["error"]?["details"]?["field"]?.string == field, "\(json): \(answer.text)")
                #expect(answer.json["error"]?["requestId"]?.string == answer.headers["X-Request-Id"].first)
            }
        }
    }

    @Test("Bodies over their limit are 413, whether they say their length or not")
    func tooLarge() async throws {
        try await withStage { stage in
            let token = try await stage.token(of: "olga"), mebibyte = String(repeating: " ", count: 1_048_576)

            let message = try await stage.ask("POST", "/api/whatsapp/sendMessage", token: token, json: mebibyte + "{}")
            let contacts = try await stage.ask("PUT", "/api/whatsapp/contacts", token: token, json: mebibyte + "[]")
            let manyContacts = try await stage.ask(
                "PUT", "/api/whatsapp/contacts", token: token, json: String(repeating: mebibyte, count: 4) + "[]")

            #expect([message, contacts, manyContacts].map(\.status) == [413, 200, 413])
            #expect(message.code == "tooLarge")
        }
    }

    @Test("More than a thousand contacts at once are refused as a whole")
    func tooMany() async throws {
        try await withStage { stage in
            let rows = JSONValue.array((0...1_000).map { ["externalId": .string("t-\($0)")] }).text

            let answer = try await stage.ask("PUT", "/api/whatsapp/contacts", token: stage.token(of: "olga"), json: rows)

            #expect(answer.status == 400)
            #expect(try await stage.ask("GET", "/api/whatsapp/contacts", token: stage.token(of: "olga")).items.isEmpty)
        }
    }

    @Test("Lists take a limit and a cursor, and refuse what is neither")
    func paging() async throws {
        try await withStage { stage in
            let token = try await stage.token(of: "olga")
            let rows = JSONValue.array((0..<5).map { ["externalId": .string("t-\($0)"), "name": .string("Tenant \($0)")] }).text
            _ = try await stage.ask("PUT", "/api/whatsapp/contacts", token: token, json: rows)

            var names: [String] = [], next: String? = "", turns = 0
            while let cursor = next, turns < 5 {
                let page = try await stage.ask("GET", "/api/whatsapp/contacts?limit=2&cursor=\(cursor)", token: token)
                names += page.items.compactMap { $0["name"]?.string }
                next = page.json["next"]?.string
                turns += 1
            }
            let refused = ["limit=0", "limit=x", "limit=501", "cursor=nonsense"]

            #expect(names == (0..<5).map { "Tenant \($0)" })
            #expect(turns == 3)
            for query in refused {
                #expect(try await stage.ask("GET", "/api/whatsapp/contacts?\(query)", token: token).status == 400, "\(query)")
            }
        }
    }

    @Test("Every answer carries what keeps foreign pages and scripts out, and a name of its own")
    func headers() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["META_SDK_URL": "https://connect.facebook.net/en_US/sdk.js"])) { stage in
            let found = try await stage.ask("GET", "/health", headers: ["X-Request-Id": "abc-123"])
            let missing = try await stage.ask("GET", "/nowhere", headers: ["X-Request-Id": "a b\"<script>"])

            for answer in [found, missing] {
                let policy = answer.headers["Content-Security-Policy"].first ?? ""
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(policy.contains("script-src 'self' https://connect.facebook.net;"))
                #expect(answer.headers["X-Content-Type-Options"] == ["nosniff"])
                #expect(answer.headers["Referrer-Policy"] == ["same-origin"])
                #expect(answer.headers["Cross-Origin-Opener-Policy"] == ["same-origin-allow-popups"])
            }
            #expect(found.headers["X-Request-Id"] == ["abc-123"])
            #expect(missing.status == 404 && missing.headers["X-Request-Id"].first?.contains("script") == false)
        }
    }

    @Test("The platform's own pages may call the API from the browser, others may not")
    func crossOrigin() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["ALLOWED_ORIGINS": "https://app.example"])) { stage in
            func preflight(_ path: String, _ origin: String) async throws -> Answer {
                try await stage.ask("OPTIONS", path, headers: ["Origin": origin, "Access-Control-Request-Method": "PUT"])
            }

            let own = try await preflight("/api/whatsapp/contacts", "https://app.example")
            let foreign = try await preflight("/api/whatsapp/contacts", "https://evil.example")
            let outside = try await preflight("/sign-in", "https://app.example")
            let refusal = try await stage.ask("GET", "/api/whatsapp/contacts", headers: ["Origin": "https://app.example"])

            #expect(own.status == 204 && own.headers["Access-Control-Allow-Origin"] == ["https://app.example"])
            #expect(own.headers["Access-Control-Allow-Credentials"].isEmpty)
            #expect(foreign.headers["Access-Control-Allow-Origin"].isEmpty)
            #expect(outside.headers["Access-Control-Allow-Origin"].isEmpty)
            #expect(refusal.status == 401 && refusal.headers["Access-Control-Allow-Origin"] == ["https://app.example"])
        }
    }

    @Test("What is written to the log never holds a sign-in link's secret")
    func loggedPaths() {
        #expect(RequestJournal.logged("/sign-in/Abc-123") == "/sign-in/•••")
        #expect(RequestJournal.logged("/inbox") == "/inbox")
    }
}
