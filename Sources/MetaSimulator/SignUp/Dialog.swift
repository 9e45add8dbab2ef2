import Foundation
import Hummingbird

/// The last page of the dialog: what it hands to the opener, and in which order.
struct DonePage: Sendable {
    let title = "Connect WhatsApp"
    let heading: String
    let explanation: String
    let parcel: String
}

extension Front {
    func openDialog(_ query: [String: String]) async -> Response {
        guard let signUp = await simulator.beginSignUp(query) else {
            let page = DonePage(
                heading: "This page cannot connect WhatsApp",
                explanation:
                    "The app ID, the configuration ID, the response type or the page's address is not one that this simulator knows.",
                parcel: "")
            return .html(simulator.views.page("done", page), .badRequest)
        }
        return .html(simulator.views.page("step", await simulator.stepPage(signUp)))
    }

    func answerSignUp(_ id: String, _ form: [String: String]) async -> Response {
        guard let signUp = await simulator.signUps[id] else {
            let page = DonePage(heading: "This window is too old", explanation: "Close it and start again.", parcel: "")
            return .html(simulator.views.page("done", page), .notFound)
        }
        switch form["action"] {
        case "cancel": return await leave(signUp, event("CANCEL", ["current_step": .string(signUp.step.rawValue)]), "Cancelled")
        case "report": return await leave(signUp, event("CANCEL", await simulator.trouble()), "Reported")
        case "fail": return await leave(signUp, event("ERROR", await simulator.trouble()), "Something went wrong")
        case "continue" where signUp.step == .finish && form["step"] == signUp.step.rawValue: return await finish(signUp, form["order"])
        default: break
        }
        guard let next = await simulator.answerStep(id, form) else { return .plain(.notFound, "This window is too old.") }
        return .html(simulator.views.page("step", await simulator.stepPage(next)))
    }

    private func finish(_ signUp: SignUp, _ order: String?) async -> Response {
        guard let result = await simulator.finishSignUp(signUp.id) else { return .plain(.notFound, "This window is too old.") }
        let ids = event(signUp.finishEvent, data(of: result, for: signUp))
        let code: JSON = ["type": "SIMULATOR_LOGIN", "code": .string(result.code)]
        let messages: [JSON] =
            switch order {
            case "codeFirst": [code, ids]
            case "codeOnly": [code]
            case "idsOnly": [ids]
            default: [ids, code]
            }
        return done(signUp, messages, "Connected")
    }

    private func data(of result: SignUpResult, for signUp: SignUp) -> JSON {
        .fields([
            "phone_number_id": signUp.isCoexistence ? nil : result.numberID.map(JSON.string), "waba_id": .string(result.accountID),
            "business_id": .string(result.businessID), "ad_account_ids": [], "page_ids": [], "dataset_ids": [], "catalog_ids": [],
            "instagram_account_ids": [], "waba_ids": [.string(result.accountID)],
        ])
    }

    private func event(_ name: String, _ data: JSON) -> JSON {
        ["type": "WA_EMBEDDED_SIGNUP", "event": .string(name), "version": "3", "data": data]
    }

    private func leave(_ signUp: SignUp, _ event: JSON, _ heading: String) async -> Response {
        await simulator.abandon(signUp.id)
        return done(signUp, [event], heading)
    }

    private func done(_ signUp: SignUp, _ messages: [JSON], _ heading: String) -> Response {
        let parcel: JSON = ["origin": .string(signUp.origin), "messages": .array(messages), "pause": 300]
        let page = DonePage(heading: heading, explanation: "You can close this window.", parcel: parcel.metaText)
        return .html(simulator.views.page("done", page))
    }
}

extension Simulator {
    func abandon(_ signUp: String) { signUps[signUp] = nil }

    /// What Meta gives the page when its user reports a problem or the flow fails.
    func trouble() -> JSON {
        [
            "error_message": "We could not finish this step.", "error_code": "524126", "session_id": .string(.random("f", length: 14)),
            "timestamp": .string(now.unixText),
        ]
    }
}
