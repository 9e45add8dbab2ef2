import Foundation

/// One run through the sign-up popup.
struct SignUp: Sendable {
    /// The steps in order, with the names that Meta gives them in `current_step`.
    enum Step: String, Sendable, CaseIterable {
        case business = "BUSINESS_ACCOUNT_SELECTION"
        case account = "WABA_PHONE_PROFILE_PICKER"
        case number = "PHONE_NUMBER_SETUP"
        case verification = "PHONE_NUMBER_VERIFICATION"
        case permissions = "PERMISSIONS"
        case finish = "FINISH"
    }

    let id: String
    /// The page that opened the popup, and the only one that hears of it.
    let origin: String
    /// The number stays in the phone app (`featureType` of the extras).
    let isCoexistence: Bool
    /// `app_only_install`: access to an account only.
    let isAPIOnly: Bool
    /// What the pretend SMS says.
    let smsCode = String(Int.random(in: 100_000...999_999))
    var step = Step.business
    /// An ID, or "new".
    var business = ""
    var businessName = ""
    var account = ""
    var accountName = ""
    /// An ID, "new", or "none".
    var number = ""
    var digits = ""
    var notice: String?

    /// Steps that this run has: without a number there is none to verify, and the phone app's number is verified already.
    var steps: [Step] {
        Step.allCases.filter { step in
            switch step {
            case .number: !isAPIOnly
            case .verification: !isAPIOnly && !isCoexistence && number != "none"
            default: true
            }
        }
    }

    /// Which FINISH the page will hear.
    var finishEvent: String {
        if isAPIOnly { return "FINISH_GRANT_ONLY_API_ACCESS" }
        if isCoexistence { return "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING" }
        return number == "none" ? "FINISH_ONLY_WABA" : "FINISH"
    }

    mutating func goOn() {
        guard let position = steps.firstIndex(of: step), position + 1 < steps.count else { return }
        step = steps[position + 1]
    }

    mutating func goBack() {
        guard let position = steps.firstIndex(of: step), position > 0 else { return }
        step = steps[position - 1]
    }
}

extension Simulator {
    /// Begins a run. Answers nil when the app, the configuration or the page's origin is not the one we know.
    func beginSignUp(_ query: [String: String]) -> SignUp? {
        guard query["client_id"] == configuration.appID, query["config_id"] == configuration.configID, query["response_type"] == "code",
            let origin = query["origin"], isAllowed(origin)
        else { return nil }
        let extras = JSON.parse((query["extras"] ?? "{}").utf8) ?? [:]
        let features = extras["features"]?.items?.compactMap { $0["name"]?.string } ?? []
        let signUp = SignUp(
            id: .random("", length: 24), origin: origin,
            isCoexistence: extras["featureType"]?.string == "whatsapp_business_app_onboarding",
            isAPIOnly: features.contains("app_only_install"))
        if signUps.count > 200 { signUps = [:] }
        signUps[signUp.id] = signUp
        return signUp
    }

    private func isAllowed(_ origin: String) -> Bool {
        if !configuration.allowedOrigins.isEmpty { return configuration.allowedOrigins.contains(origin) }
        return URLComponents(string: origin)?.host.map(SimulatorConfiguration.isLoopback) ?? false
    }

    /// Takes a step's answer; a problem stays on the step with a notice.
    func answerStep(_ id: String, _ form: [String: String]) -> SignUp? {
        guard var signUp = signUps[id] else { return nil }
        signUp.notice = nil
        // A page that was sent twice, or an old one from the browser's history, changes nothing.
        guard form["step"] == signUp.step.rawValue else { return signUp }
        if form["action"] == "back" {
            signUp.goBack()
        } else {
            take(form, into: &signUp)
            if signUp.notice == nil { signUp.goOn() }
        }
        signUps[id] = signUp
        return signUp
    }

    private func take(_ form: [String: String], into signUp: inout SignUp) {
        let choice = form["choice"] ?? ""
        let name = (form["name"] ?? "").trimmingCharacters(in: .whitespaces)
        switch signUp.step {
        case .business:
            signUp.business = choice
            signUp.businessName = name
            if choice == "new", name.isEmpty { signUp.notice = "Give the new portfolio a name." }
        case .account:
            signUp.account = choice
            signUp.accountName = name
            if choice == "new", name.isEmpty { signUp.notice = "Give the new WhatsApp account a name." }
        case .number: takeNumber(choice, form["phone"] ?? "", into: &signUp)
        case .verification:
            if (form["code"] ?? "").filter(\.isNumber) != signUp.smsCode {
                signUp.notice = "This code is wrong (2593037). Use the newest one."
            }
        case .permissions, .finish: break
        }
    }

    private func takeNumber(_ choice: String, _ phone: String, into signUp: inout SignUp) {
        signUp.number = choice
        guard choice == "new" else { return }
        let digits = phone.filter(\.isNumber)
        signUp.digits = digits
        if !phone.hasPrefix("+") || !(8...15).contains(digits.count) {
            signUp.notice = "Write the number with its country code, like +44 20 7946 0009."
        } else if world.numbers.values.contains(where: { $0.digits == digits }) {
            signUp.notice = "This number belongs to another account (3441045)."
        }
    }
}
