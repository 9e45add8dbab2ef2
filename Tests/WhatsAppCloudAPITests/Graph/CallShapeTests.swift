import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Calls have the shape that Meta asks for")
struct CallShapeTests {
    @Test("Every call carries the token as a header and its proof under the newest secret") func tokenAndProof() async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("waba"))) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let account = try await client.account(Cast.account, token: Cast.token)

                let request = try #require(standIn.requests.first)
                #expect(request.method == "GET")
                #expect(request.path == "/v25.0/104000000000001")
                #expect(request.headers["authorization"] == "Bearer EAAolgasTokenZXCVB")
                #expect(request.query["appsecret_proof"] == Self.proof)
                #expect(account.ownerBusinessID == "202000000000001")
                #expect(account.timezoneID == "58")
            }
        }
    }

    @Test("A message goes out as exactly Meta's JSON, and its receipt is read") func sending() async throws {
        let message = try JSONDecoder().decode(OutgoingMessage.self, from: Data(fixture("send-text").utf8))
        try await MetaStandIn.playing(.answer(200, try fixture("send-answer"))) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let receipt = try await client.send(message, from: Cast.number, token: Cast.token)

                let request = try #require(standIn.requests.first)
                #expect(request.method == "POST")
                #expect(request.path == "/v25.0/109000000000001/messages")
                #expect(request.headers["content-type"] == "application/json")
                #expect(try JSONValue(parsing: Array(request.body.utf8)) == JSONValue(parsing: Array(fixture("send-text").utf8)))
                #expect(receipt == SendReceipt(wamid: "wamid.OUT1", waID: "447700900123", messageStatus: .accepted))
            }
        }
    }

    @Test("A receipt for a person without a number names the business-scoped ID") func receiptWithoutNumber() async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("send-answer-to-person-without-number"))) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let message = OutgoingMessage(recipient: .user(Cast.ines), content: .text(body: "Hello", previewURL: false))

                let receipt = try await client.send(message, from: Cast.number, token: Cast.token)

                #expect(receipt == SendReceipt(wamid: "wamid.OUT2", userID: Cast.ines))
            }
        }
    }

    @Test("Marking as read names the message") func markRead() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"success":true}"#)) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                try await client.markRead("wamid.IN01", on: Cast.number, token: Cast.token)

                #expect(standIn.requests.first?.path == "/v25.0/109000000000001/messages")
                #expect(standIn.requests.first?.body == #"{"message_id":"wamid.IN01","messaging_product":"whatsapp","status":"read"}"#)
            }
        }
    }

    @Test("Subscribing posts nothing, unsubscribing deletes, registering sends the PIN") func accountSteps() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"success":true}"#)) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                try await client.subscribe(to: Cast.account, token: Cast.token)
                try await client.unsubscribe(from: Cast.account, token: Cast.token)
                try await client.register(Cast.number, pin: "271828", token: Cast.token)

                #expect(standIn.requests.map(\.method) == ["POST", "DELETE", "POST"])
                #expect(standIn.requests.map(\.path.lastName) == ["subscribed_apps", "subscribed_apps", "register"])
                #expect(standIn.requests[0].body.isEmpty)
                #expect(standIn.requests[2].body == #"{"messaging_product":"whatsapp","pin":"271828"}"#)
            }
        }
    }

    @Test("A step that Meta does not confirm has failed") func unconfirmedStep() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"success":false}"#)) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                await #expect(throws: GraphFailure.self) { try await client.subscribe(to: Cast.account, token: Cast.token) }
            }
        }
    }

    @Test("All pages of numbers are read by their cursor, never by the address that may hold a token") func paging() async throws {
        let first = try fixture("phone-numbers-page-1")
        try await MetaStandIn.playing(.answer(200, first), .answer(200, try fixture("phone-numbers-page-2"))) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let numbers = try await client.phoneNumbers(of: Cast.account, token: Cast.token)

                #expect(numbers.map(\.id) == ["109000000000001", "109000000000002"])
                #expect(numbers[0].status == .connected)
                #expect(numbers[0].digits == "442079460001")
                #expect(numbers[1].status == "SLEEPING")
                #expect(numbers[1].isCoexistence)
                #expect(standIn.requests.map { $0.query["after"] } == [nil, "QVFJ"])
                #expect(standIn.requests.allSatisfy { $0.query["access_token"] == nil })
            }
        }
    }

    @Test("A cursor that stays the same ends the list") func endlessPaging() async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("phone-numbers-page-1"))) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let numbers = try await client.phoneNumbers(of: Cast.account, token: Cast.token)

                #expect(numbers.count == 2)
                #expect(standIn.requests.count == 2)
            }
        }
    }

    @Test("Templates are listed and created") func templates() async throws {
        let created = #"{"id":"1600000000000009","status":"PENDING","category":"MARKETING"}"#
        try await MetaStandIn.playing(.answer(200, try fixture("templates")), .answer(200, created)) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let listed = try await client.templates(of: Cast.account, token: Cast.token)
                let definition = TemplateDefinition(
                    name: "rent_due_v1", language: "en_GB", category: .utility, parameterFormat: "named",
                    components: [.body("Hello {{first_name}}, rent is due.", examples: [("first_name", "Nadia")]), .footer("Brandt")])
                let answer = try await client.createTemplate(definition, in: Cast.account, token: Cast.token)

                #expect(listed.first?.status == .approved)
                #expect(listed.first?.components.map(\.type) == ["BODY", "BUTTONS"])
                #expect(answer.category == .marketing)
                let sent = try JSONValue(parsing: Array(standIn.requests[1].body.utf8))
                #expect(sent["parameter_format"] == "named")
                #expect(sent["components"]?.array?.first?["example"]?["body_text_named_params"]?.array?.first?["example"] == "Nadia")
            }
        }
    }

    @Test("An ID can never reach another path") func hostileID() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"success":true}"#)) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                try await client.subscribe(to: "../me?x=1#", token: Cast.token)

                #expect(standIn.requests.first?.path == "/v25.0/%2E%2E%2Fme%3Fx%3D1%23/subscribed_apps")
            }
        }
    }

    /// Calculated by `openssl dgst -sha256 -hmac newest-app-secret` over the token.
    private static let proof = "4081a1d0b6d21c521b2224f07f8d49856a6c3d2ec0332e0c625fdd509706bd31"
}

extension String {
    var lastName: String { split(separator: "/").last.map(String.init) ?? "" }
}
