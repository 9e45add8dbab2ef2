import Foundation
import Testing

@testable import MetaSimulator

@Suite("The sign-up dialog", .timeLimit(.minutes(1)))
struct DialogTests {
    @Test("Walking through with a new portfolio, account and number shares exactly these")
    func newEverything() async throws {
        try await onStage { stage in
            var page = try await stage.open()
            page = try await stage.answer(page, ["choice": "new", "name": "Hart and Sons"])
            page = try await stage.answer(page, ["choice": "new", "name": "Hart Lettings"])
            page = try await stage.answer(page, ["choice": "new", "phone": "+44 20 7946 0009"])
            #expect(page.contains("Pretend SMS to +44 20 7946 0009"))
            page = try await stage.answer(page, ["code": sms(page)])
            page = try await stage.answer(page)
            let messages = try parcel(try await stage.answer(page))

            let ids = try #require(messages.first { $0["type"] == "WA_EMBEDDED_SIGNUP" })
            let code = try #require(messages.first { $0["type"] == "SIMULATOR_LOGIN" }?["code"]?.string)
            let token = try #require(try await stage.exchange(code).json["access_token"]?.string)
            let account = try #require(ids["data"]?["waba_id"]?.string)
            let numbers = try await stage.graph(.GET, account + "/phone_numbers", as: token).json["data"]?.items
            #expect(ids["event"] == "FINISH")
            #expect(numbers?.map { $0["display_phone_number"] } == ["+44 20 7946 0009"])
            #expect(numbers?.first?["id"] == ids["data"]?["phone_number_id"])
        }
    }

    @Test("Each way to finish tells its own event")
    func finishes() async throws {
        try await onStage { stage in
            var page = try await stage.open(extras: #"{"featureType":"whatsapp_business_app_onboarding"}"#)
            for _ in 0..<4 { page = try await stage.answer(page, stage.picks(page)) }
            let phoneApp = try parcel(try await stage.answer(page))
            #expect(phoneApp.first?["event"] == "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING")
            #expect(phoneApp.first?["data"]?["phone_number_id"] == nil)

            page = try await stage.open(extras: #"{"features":[{"name":"app_only_install"}]}"#)
            for _ in 0..<3 { page = try await stage.answer(page, stage.picks(page)) }
            #expect(try parcel(try await stage.answer(page)).first?["event"] == "FINISH_GRANT_ONLY_API_ACCESS")

            page = try await stage.open()
            for _ in 0..<2 { page = try await stage.answer(page, stage.picks(page)) }
            page = try await stage.answer(page, ["choice": "none"])
            page = try await stage.answer(page)
            let only = try parcel(try await stage.answer(page, ["order": "codeFirst"]))
            #expect(only.map { $0["type"] } == ["SIMULATOR_LOGIN", "WA_EMBEDDED_SIGNUP"])
            #expect(only.last?["event"] == "FINISH_ONLY_WABA" && only.last?["data"]?["phone_number_id"] == nil)
        }
    }

    @Test("Leaving tells the step, a reported problem and a failure tell their ID, and no account is shared")
    func leaving() async throws {
        try await onStage { stage in
            var page = try await stage.answer(try await stage.open(), ["choice": .init(brandt.business)])
            page = try await stage.answer(page, ["action": "cancel"])
            let cancelled = try parcel(page)
            let reported = try parcel(try await stage.answer(try await stage.open(), ["action": "report"]))
            let failed = try parcel(try await stage.answer(try await stage.open(), ["action": "fail"]))

            #expect(cancelled.count == 1 && cancelled[0]["event"] == "CANCEL")
            #expect(cancelled[0]["data"]?["current_step"] == "WABA_PHONE_PROFILE_PICKER")
            #expect(reported[0]["event"] == "CANCEL" && reported[0]["data"]?["error_code"]?.string != nil)
            #expect(failed[0]["event"] == "ERROR" && failed[0]["data"]?["session_id"]?.string != nil)
            let world = try await stage.call(.GET, "/simulator/world").json
            let shared = world["businesses"]?.items?.flatMap { $0["accounts"]?.items ?? [] }.map { $0["shared"] }
            #expect(shared == [false, false])
        }
    }

    @Test("A wrong code or a number in use stays on its step and says why")
    func mistakes() async throws {
        try await onStage { stage in
            var page = try await stage.open()
            for _ in 0..<2 { page = try await stage.answer(page, stage.picks(page)) }

            page = try await stage.answer(page, ["choice": "new", "phone": "+44 20 7946 0002"])
            #expect(page.contains("3441045") && page.contains("PHONE_NUMBER_SETUP"))
            page = try await stage.answer(page, ["choice": .init(brandt.number)])
            page = try await stage.answer(page, ["code": "000000"])
            #expect(page.contains("2593037") && page.contains("PHONE_NUMBER_VERIFICATION"))
        }
    }

    @Test("Only pages that may, with the right app and configuration, can open it")
    func strangers() async throws {
        try await onStage({ $0.allowedOrigins = ["https://zenrent.example"] }) { stage in
            let anyLoopback = try await stage.call(.GET, dialog(origin: "http://127.0.0.1:3000"))
            let lookalike = try await stage.call(.GET, dialog(origin: "https://zenrent.example.evil.example"))
            let otherSetup = try await stage.call(.GET, dialog(origin: "https://zenrent.example", config: "1"))
            let right = try await stage.call(.GET, dialog(origin: "https://zenrent.example"))

            #expect([anyLoopback, lookalike, otherSetup, right].map(\.status) == [400, 400, 400, 200])
        }
    }

    @Test("The SDK is served at Meta's path for pages of other origins")
    func sdk() async throws {
        try await onStage { stage in
            let answer = try await stage.call(.GET, "/en_US/sdk.js")

            #expect(answer.status == 200 && answer.text.contains("window.FB"))
        }
    }
}

private func dialog(origin: String, config: String = "800000000000001", extras: String = "{}") -> String {
    let quoted = extras.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return "/v25.0/dialog/oauth?client_id=700000000000001&config_id=\(config)&response_type=code&origin=\(origin)&extras=\(quoted)"
}

extension Stage {
    fileprivate func open(extras: String = "{}") async throws -> String {
        let answer = try await call(.GET, dialog(origin: "http://localhost:8080", extras: extras))
        #expect(answer.status == 200)
        return answer.text
    }

    /// Sends the form of a step's page as a browser would.
    fileprivate func answer(_ page: String, _ fields: [String: String] = [:]) async throws -> String {
        let action = try #require(page.firstMatch(of: /action="(\/signup\/[^"]+)"/)).1
        let step = try #require(page.firstMatch(of: /name="step" value="([^"]+)"/)).1
        var form = ["step": String(step), "action": "continue"]
        form.merge(fields) { _, given in given }
        let body = form.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
        return try await post(String(action), body.joined(separator: "&")).text
    }

    /// What a browser would send when only Continue is pressed.
    fileprivate func picks(_ page: String) -> [String: String] {
        page.firstMatch(of: /value="([^"]+)" checked/).map { ["choice": String($0.1)] } ?? [:]
    }
}

private func sms(_ page: String) -> String { page.firstMatch(of: /your code is <b>(\d{6})<\/b>/).map { String($0.1) } ?? "" }

private func parcel(_ page: String) throws -> [JSON] {
    let text = try #require(page.firstMatch(of: /data-parcel="([^"]+)"/)).1.replacingOccurrences(of: "&quot;", with: "\"")
    let parcel = try #require(JSON.parse(text.utf8))
    #expect(parcel["origin"] == "http://localhost:8080")
    return parcel["messages"]?.items ?? []
}
