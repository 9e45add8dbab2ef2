import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Secrets stay secret")
struct SecrecyTests {
    @Test("A token shows itself to nobody who does not ask for it by name") func tokenIsSilent() {
        let token = Cast.token
        var dumped = ""
        dump(BusinessToken(token: token), to: &dumped)

        #expect("\(token)" == "•••")
        #expect(String(reflecting: token) == "•••")
        #expect(!dumped.contains(token.reveal()))
    }

    @Test("A configuration shows no app secret") func configurationIsSilent() {
        let configuration = Cast.configuration(port: 1)
        var dumped = ""
        dump(configuration, to: &dumped)

        for shown in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!shown.contains(Cast.newestSecret) && !shown.contains(Cast.olderSecret))
        }
    }

    /// Careless pages: one repeats the request in HTML, one in Meta's own envelope.
    private static let echoes: [MetaStandIn.Behaviour] = [
        .echo(502) { "<html>\($0)</html>" },
        .echo(400) { text in
            let message = JSONValue.string(text)
            let envelope: JSONValue = [
                "error": ["code": 100, "message": message, "error_data": ["details": message], "error_user_msg": message]
            ]
            return String(decoding: envelope.serialized, as: UTF8.self)
        },
        .closeAfterRequest,
    ]

    @Test("No error and no log line repeats a secret, even when the answer does", arguments: echoes.indices)
    func echo(_ index: Int) async throws {
        let log = LogLines()
        try await MetaStandIn.playing(Self.echoes[index]) { standIn, port in
            try await withClient(Cast.configuration(port: port), log: log) { client in
                var said: [String] = []
                func note(_ call: () async throws -> Void) async {
                    do { try await call() } catch { said += ["\(error)", String(reflecting: error), "\(error.localizedDescription)"] }
                }
                await note { _ = try await client.exchange(code: "AQSecretCode") }
                await note { _ = try await client.inspect(Cast.token) }
                await note { _ = try await client.fetchBusinessTokenAgain(of: "202000000000001", systemUserToken: Cast.systemToken) }
                await note { try await client.register(Cast.number, pin: "271828", token: Cast.token) }
                await note { _ = try await client.phoneNumbers(of: Cast.account, token: Cast.token) }

                #expect(said.count == 15)
                #expect(log.all.count == 5)
                let proofs = standIn.requests.compactMap { $0.query["appsecret_proof"] }
                #expect(proofs.count == 4)
                let secrets = [Cast.newestSecret, Cast.token.reveal(), Cast.systemToken.reveal(), "AQSecretCode", "271828"] + proofs
                for line in said + log.all {
                    #expect(!secrets.contains { line.contains($0) }, "\(line)")
                }
            }
        }
    }
}
