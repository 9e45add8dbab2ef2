import Foundation
import Testing

@testable import MetaSimulator

@Suite("Signing up and tokens", .timeLimit(.minutes(1)))
struct SignUpTests {
    @Test("A code works once")
    func codeWorksOnce() async throws {
        try await onStage { stage in
            let code = try #require(try await stage.signUp()["code"]?.string)

            let first = try await stage.exchange(code)
            let second = try await stage.exchange(code)

            #expect(first.json["access_token"]?.string?.hasPrefix("EAA") == true)
            #expect(second.status == 400 && second.code == 100 && second.subcode == 36009)
        }
    }

    @Test("A code lives just under 30 seconds", arguments: [(29.9, nil), (30.0, 36007)] as [(Double, Int?)])
    func codeDies(age: Double, subcode: Int?) async throws {
        try await onStage { stage in
            let code = try #require(try await stage.signUp()["code"]?.string)

            stage.clock.advance(age)
            let answer = try await stage.exchange(code)

            #expect(answer.subcode == subcode)
            #expect((answer.json["access_token"] != nil) == (subcode == nil))
        }
    }

    @Test("The exchange says what was wrong, and the code stays usable")
    func exchangeRefusals() async throws {
        try await onStage { stage in
            let code = try #require(try await stage.signUp()["code"]?.string)

            #expect(try await stage.exchange(code, secret: "wrong").code == 1)
            #expect(try await stage.exchange(code, app: "700000000000009").code == 101)
            #expect(try await stage.exchange(code, more: "&redirect_uri=https%3A%2F%2Fexample.com").subcode == 36008)
            #expect(try await stage.exchange(code, more: "&redirect_uri=").status == 200)
        }
    }

    @Test("A token reaches its own business's account and number, and nobody else's")
    func isolation() async throws {
        try await onStage { stage in
            let olga = try await stage.connect(brandt)
            let other = try await stage.connect(pavel)

            for path in [pavel.account, "\(pavel.account)/phone_numbers", pavel.number, "\(pavel.account)/message_templates"] {
                let answer = try await stage.graph(.GET, path, as: olga)
                #expect(answer.code == 100 && answer.subcode == 33, "\(path)")
                #expect(try await stage.graph(.GET, path, as: other).status == 200, "\(path)")
            }
            #expect(try await stage.send("Hello", from: pavel.number, as: olga).subcode == 33)
            #expect(try await stage.graph(.GET, "900000000000001", as: olga).subcode == 33)
        }
    }

    @Test("debug_token names the accounts that a token reaches")
    func debugToken() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let app = "700000000000001|" + secret

            let data = try await stage.call(.GET, "/v25.0/debug_token?input_token=\(token)", token: app).json["data"]
            let dead = try await stage.call(.GET, "/v25.0/debug_token?input_token=nonsense", token: app)

            let scopes = try #require(data?["granular_scopes"]?.items)
            #expect(scopes.allSatisfy { $0["target_ids"] == [.string(brandt.account)] } && scopes.count == 2)
            #expect(data?["app_id"] == "700000000000001" && data?["is_valid"] == true)
            #expect(dead.status == 200 && dead.json["data"]?["is_valid"] == false)
            #expect(dead.json["data"]?["error"]?["code"] == 190)
        }
    }

    @Test("A call without the app secret's proof is refused, and one with a wrong proof too")
    func proof() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let without = try await stage.call(.GET, "/v25.0/\(brandt.account)", token: token)
            let wrong = try await stage.call(.GET, "/v25.0/\(brandt.account)?appsecret_proof=abc", token: token)
            let anonymous = try await stage.call(.GET, "/v25.0/\(brandt.account)")

            #expect(without.code == 100 && without.error["type"] == "GraphMethodException")
            #expect(wrong.code == 100)
            #expect(anonymous.code == 104)
        }
    }

    @Test(
        "A removed app and an expired token answer 190, and connecting again helps",
        arguments: [("revokeToken", 458), ("expireToken", 463)])
    func deadTokens(kind: String, subcode: Int) async throws {
        try await onStage { stage in
            let olga = try await stage.connect(brandt)
            let other = try await stage.connect(pavel)

            let fault = try await stage.fault(kind, ["business": "Brandt Lettings"])

            let refused = try await stage.graph(.GET, brandt.account, as: olga)
            #expect(refused.status == 401 && refused.code == 190 && refused.subcode == subcode)
            #expect(try await stage.graph(.GET, pavel.account, as: other).status == 200)
            let again = try await stage.connect(brandt)
            #expect(try await stage.graph(.GET, brandt.account, as: again).status == 200)
            #expect(try await stage.call(.DELETE, "/simulator/faults/\(fault)").status == 200)
            #expect(try await stage.graph(.GET, brandt.account, as: olga).status == 200)
        }
    }

    @Test("After a lost exchange answer the code is spent, and our own system user can fetch the token")
    func exchangeAnswerLost() async throws {
        try await onStage { stage in
            let code = try #require(try await stage.signUp()["code"]?.string)
            _ = try await stage.fault("exchangeAnswerLost")

            await #expect(throws: (any Error).self) { try await stage.exchange(code) }

            #expect(try await stage.exchange(code).subcode == 36009)
            let path = "\(brandt.business)/system_user_access_tokens"
            let token = try await stage.graph(.POST, path, ["fetch_only": true], as: "EAAsimulatorSystemUser").json["access_token"]?.string
            #expect(try await stage.graph(.GET, brandt.account, as: try #require(token)).status == 200)
            let unshared = try await stage.graph(
                .POST, "\(pavel.business)/system_user_access_tokens", ["fetch_only": true], as: "EAAsimulatorSystemUser")
            #expect(unshared.subcode == 33)
        }
    }

    @Test("A foreign token reaches another account than the popup claimed")
    func foreignToken() async throws {
        try await onStage { stage in
            let claimed = try await stage.signUp()
            _ = try await stage.fault("foreignToken", ["business": "Pavel Novak Homes"])

            let token = try #require(try await stage.exchange(claimed["code"]?.string ?? "").json["access_token"]?.string)

            #expect(claimed["wabaId"] == .string(brandt.account))
            #expect(try await stage.graph(.GET, brandt.account, as: token).subcode == 33)
            #expect(try await stage.graph(.GET, pavel.account, as: token).status == 200)
        }
    }

    @Test("PARTNER_ADDED comes with the portfolio as entry, before anything is subscribed")
    func partnerAdded() async throws {
        try await onStage { stage in
            _ = try await stage.signUp()

            let posts = await stage.receiver.arrived { !$0.isEmpty }

            let change = try #require(posts.first?.changes.first)
            #expect(change.entry == brandt.business && change.field == "account_update")
            #expect(change.value["event"] == "PARTNER_ADDED" && change.value["waba_info"]?["waba_id"] == .string(brandt.account))
        }
    }
}
