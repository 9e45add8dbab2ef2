import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Connecting an account")
struct SignupCallTests {
    @Test("The code and the app secret travel in a form, never in the address") func exchange() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"access_token":"EAAnew","token_type":"bearer","expires_in":5183944}"#)) {
            standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let business = try await client.exchange(code: "AQCode&1")

                let request = try #require(standIn.requests.first)
                #expect(business == BusinessToken(token: AccessToken("EAAnew"), expiresIn: 5_183_944))
                #expect(request.target == "/v25.0/oauth/access_token")
                #expect(request.headers["authorization"] == nil)
                #expect(request.form == ["client_id": "700000000000001", "client_secret": Cast.newestSecret, "code": "AQCode&1"])
            }
        }
    }

    @Test(
        "The redirect address is left out, empty or given, as configured",
        arguments: [
            (GraphConfiguration.RedirectURI.omitted, String?.none), (.empty, ""),
            (.value("https://zenrent.example/done"), "https://zenrent.example/done"),
        ])
    func redirectURI(setting: GraphConfiguration.RedirectURI, expected: String?) async throws {
        try await MetaStandIn.playing(.answer(200, #"{"access_token":"EAAnew"}"#)) { standIn, port in
            var configuration = Cast.configuration(port: port)
            configuration.redirectURI = setting
            try await withClient(configuration) { client in
                let business = try await client.exchange(code: "AQ")

                #expect(standIn.requests.first?.form["redirect_uri"] == expected)
                #expect(business.expiresIn == nil)
            }
        }
    }

    @Test("A token is fetched again in the name of our own system user") func fetchAgain() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"access_token":"EAAagain"}"#)) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let business = try await client.fetchBusinessTokenAgain(of: "202000000000001", systemUserToken: Cast.systemToken)

                let request = try #require(standIn.requests.first)
                #expect(business.token.reveal() == "EAAagain")
                #expect(request.path == "/v25.0/202000000000001/system_user_access_tokens")
                #expect(request.headers["authorization"] == "Bearer \(Cast.systemToken.reveal())")
                #expect(request.form["fetch_only"] == "true")
                #expect(request.form["appsecret_proof"] == request.query["appsecret_proof"])
            }
        }
    }

    @Test("An inspection tells which accounts a token reaches, the newest first") func inspection() async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("token-inspection"))) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let inspection = try await client.inspect(Cast.token)

                #expect(inspection.appID == "700000000000001")
                #expect(inspection.isValid)
                #expect(inspection.expiresAt == nil)
                #expect(inspection.reach(of: "whatsapp_business_management") == .only(["104000000000002", "104000000000001"]))
                #expect(inspection.reach(of: "whatsapp_business_messaging") == .everything)
                #expect(inspection.reach(of: "business_management") == .none)
                let request = try #require(standIn.requests.first)
                #expect(request.headers["authorization"] == "Bearer 700000000000001|\(Cast.newestSecret)")
                #expect(request.query["input_token"] == Cast.token.reveal())
            }
        }
    }

    @Test("An invalid token is an answer with its reason, not a failure") func invalidToken() async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("token-inspection-invalid"))) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let inspection = try await client.inspect(Cast.token)

                #expect(!inspection.isValid)
                #expect(inspection.expiresAt == Date(timeIntervalSince1970: 1_795_000_000))
                #expect(inspection.error?.code == 190)
                #expect(inspection.error?.subcode == 463)
                #expect(inspection.error?.entry.remedy == .reconnect)
            }
        }
    }
}
