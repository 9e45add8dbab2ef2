import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Every error of Meta's has a remedy and words")
struct ErrorCatalogueTests {
    typealias Remedy = ErrorCatalogue.Remedy

    @Test(
        "The remedy fits the code",
        arguments: [
            (0, nil, .reconnect), (2, nil, .retrySoon), (10, nil, .reconnect), (100, nil, .fix), (100, 33, .reconnect),
            (100, 36007, .userAction), (100, 36009, .userAction), (100, 2_388_019, .userAction), (100, 999, .fix), (190, nil, .reconnect),
            (190, 459, .userAction), (190, 463, .reconnect), (190, 1, .reconnect), (200, nil, .reconnect), (299, nil, .reconnect),
            (368, nil, .userAction), (80008, nil, .retryLater(after: .seconds(3600))), (130_429, 2_494_055, .retrySoon),
            (131_026, nil, .giveUp), (131_042, nil, .userAction), (131_047, nil, .useTemplate),
            (131_056, nil, .retryLater(after: .seconds(6))), (132_001, nil, .fix), (132_015, nil, .retryLater(after: .seconds(10_800))),
            (133_005, nil, .userAction), (133_010, nil, .register), (133_016, nil, .retryLater(after: .seconds(259_200))),
            (138_018, nil, .giveUp), (2_593_108, nil, .reconnect), (2_494_170, nil, .fix),
        ] as [(Int, Int?, Remedy)])
    func remedies(code: Int, subcode: Int?, remedy: Remedy) {
        #expect(ErrorCatalogue.entry(code: code, subcode: subcode).remedy == remedy)
    }

    @Test("An unknown code is tried again only if Meta calls it transient or answers 5xx") func unknownCodes() {
        #expect(ErrorCatalogue.entry(code: 999_999).remedy == .giveUp)
        #expect(ErrorCatalogue.entry(code: 999_999, isTransient: true).remedy == .retrySoon)
        #expect(ErrorCatalogue.entry(code: 999_999, httpStatus: 503).remedy == .retrySoon)
        #expect(ErrorCatalogue.entry(code: 999_999).forLandlord == "WhatsApp did not accept this message (code 999999).")
    }

    @Test("A known code keeps its remedy whatever the HTTP status") func knownCodesIgnoreStatus() {
        #expect(ErrorCatalogue.entry(code: 133_010, isTransient: true, httpStatus: 500).remedy == .register)
    }

    @Test("No code is described twice") func uniqueRows() {
        let keys = ErrorCatalogue.entries.map { "\($0.code)/\($0.subcode ?? -1)" }

        #expect(Set(keys).count == keys.count)
        #expect(keys.count > 140)
    }

    @Test("Words are whole sentences without alarm, apology or blame", arguments: ErrorCatalogue.entries.indices)
    func words(_ index: Int) {
        let entry = ErrorCatalogue.entries[index]
        let forbidden = ["!", "Oops", "Sorry", "sorry", "Something went wrong", "please", "Please", "fbtrace", "parameter"]

        #expect(entry.forLandlord.hasSuffix(".") || entry.forLandlord.hasSuffix("?"), "\(entry.code)")
        #expect(entry.forOperator.hasSuffix("."), "\(entry.code)")
        #expect(!forbidden.contains { entry.forLandlord.contains($0) }, "\(entry.forLandlord)")
    }

    @Test("Meta's envelope is read whole") func envelope() async throws {
        let error = try await refusal(by: .answer(400, try fixture("error-rate-limit")))

        #expect(error.code == 130_429 && error.subcode == 2_494_055)
        #expect(error.details?.hasPrefix("Message failed to send") == true)
        #expect(error.fbtraceID == "AbCdEfGhIjKlMnOpQrStUv" && error.httpStatus == 400)
        #expect(error.entry.remedy == .retrySoon)
        #expect(error.description.contains("130429/2494055") && error.description.contains("AbCdEfGhIjKlMnOpQrStUv"))
    }

    @Test("Details may also come as plain text") func textData() async throws {
        let error = try await refusal(by: .answer(400, try fixture("error-with-text-data")))

        #expect(error.details == "Param pin must be six digits")
        #expect(error.userTitle == "Wrong PIN" && error.userMessage == "Use six digits.")
    }

    @Test("An error inside a 200 is a refusal too") func errorInSuccess() async throws {
        let error = try await refusal(by: .answer(200, #"{"error":{"code":190,"message":"Expired"}}"#))

        #expect(error.entry.remedy == .reconnect)
    }

    @Test(
        "Meta's own waiting time wins over the catalogue's",
        arguments: [
            ("Retry-After: 90", 90),
            (
                #"X-Business-Use-Case-Usage: {"202000000000001":[{"type":"whatsapp","estimated_time_to_regain_access":7}]}"#,
                420
            ),
        ])
    func waitingTime(header: String, seconds: Int) async throws {
        let body = #"{"error":{"code":80008,"message":"Too many calls"}}"#
        let error = try await refusal(by: .answer(400, body, headers: [header]))

        #expect(error.retryAfter == .seconds(seconds))
        #expect(error.entry.remedy == .retryLater(after: .seconds(seconds)))
    }

    @Test("An error can be stored and read again") func storing() throws {
        let error = GraphError(code: 131_047, message: "Re-engagement", details: "24 hours", retryAfter: .seconds(5))

        let stored = try JSONEncoder().encode(error)

        #expect(try JSONDecoder().decode(GraphError.self, from: stored) == error)
    }

    private func refusal(by behaviour: MetaStandIn.Behaviour) async throws -> GraphError {
        var refusal: GraphError?
        try await MetaStandIn.playing(behaviour) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                if case .refused(let error) = await client.failureOfReminder() { refusal = error }
            }
        }
        return try #require(refusal)
    }
}
