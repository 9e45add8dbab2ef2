import Foundation

/// One step of the sign-up dialog.
struct StepPage: Sendable {
    struct Choice: Sendable {
        let value: String
        let label: String
        let hint: String
        let checked: Bool
    }
    struct Field: Sendable {
        let name: String
        let label: String
        let value: String
        let hint: String
    }
    struct Mark: Sendable { let done: Bool }
    struct SMS: Sendable {
        let number: String
        let code: String
    }
    struct Fact: Sendable {
        let label: String
        let value: String
    }

    let title = "Connect WhatsApp"
    let appName = "ZenRent"
    let id: String
    let step: String
    let marks: [Mark]
    var heading = ""
    var explanation = ""
    let notice: String?
    var sms: SMS?
    var hasChoices = false
    var choices: [Choice] = [] { didSet { hasChoices = !choices.isEmpty } }
    var fields: [Field] = []
    var summary: [Fact] = []
    let button: String
    let canGoBack: Bool
    let isLast: Bool
}

extension Simulator {
    func stepPage(_ signUp: SignUp) -> StepPage {
        let steps = signUp.steps
        let position = steps.firstIndex(of: signUp.step) ?? 0
        let isLast = signUp.step == .finish
        var page = StepPage(
            id: signUp.id, step: signUp.step.rawValue, marks: steps.indices.map { StepPage.Mark(done: $0 <= position) },
            notice: signUp.notice, button: isLast ? "Finish" : "Continue", canGoBack: position > 0, isLast: isLast)
        switch signUp.step {
        case .business: describeBusinesses(signUp, &page)
        case .account: describeAccounts(signUp, &page)
        case .number: describeNumbers(signUp, &page)
        case .verification: describeVerification(signUp, &page)
        case .permissions: describePermissions(&page)
        case .finish: describeEnd(signUp, &page)
        }
        return page
    }

    private func describeBusinesses(_ signUp: SignUp, _ page: inout StepPage) {
        page.heading = "Choose your business portfolio"
        page.explanation = "The portfolio owns your WhatsApp accounts and numbers."
        let picked = signUp.business.isEmpty ? world.businesses.first?.id : signUp.business
        page.choices = world.businesses.map { choice($0.id, $0.name, "Portfolio \($0.id)", picked) }
        page.choices.append(choice("new", "Create a new portfolio", "With the name below", picked))
        page.fields = [
            StepPage.Field(name: "name", label: "Name of the new portfolio", value: signUp.businessName, hint: "Only for a new one")
        ]
    }

    private func describeAccounts(_ signUp: SignUp, _ page: inout StepPage) {
        let accounts = world.accounts(of: signUp.business)
        let picked = accounts.contains { $0.id == signUp.account } ? signUp.account : accounts.first?.id ?? "new"
        page.heading = "Choose your WhatsApp account"
        page.explanation = "ZenRent will be able to use this account, and no other."
        page.choices = accounts.map { choice($0.id, $0.name, "Account \($0.id)", picked) }
        page.choices.append(choice("new", "Create a new WhatsApp account", "With the name below", picked))
        page.fields = [
            StepPage.Field(name: "name", label: "Name of the new account", value: signUp.accountName, hint: "Only for a new one")
        ]
    }

    private func describeNumbers(_ signUp: SignUp, _ page: inout StepPage) {
        let numbers = world.numbers(of: signUp.account)
        let picked = numbers.contains { $0.id == signUp.number } ? signUp.number : numbers.first?.id ?? "new"
        page.heading = signUp.isCoexistence ? "Connect your WhatsApp Business app" : "Choose a phone number"
        page.explanation =
            signUp.isCoexistence ? "The number stays in the app on your phone as well." : "Tenants see this number when you write to them."
        page.choices = numbers.map { choice($0.id, $0.display, $0.verifiedName, picked) }
        page.choices.append(choice("new", "Add a new number", "The number below", picked))
        if !signUp.isCoexistence { page.choices.append(choice("none", "Continue without a number", "Only the account is shared", picked)) }
        let value = signUp.digits.isEmpty ? "" : "+" + signUp.digits
        page.fields = [
            StepPage.Field(name: "phone", label: "New phone number", value: value, hint: "With country code, like +44 20 7946 0009")
        ]
    }

    private func describeVerification(_ signUp: SignUp, _ page: inout StepPage) {
        page.heading = "Verify your number"
        page.explanation = "Meta has sent a code by SMS. Here it is filled in for you."
        page.sms = StepPage.SMS(number: shownNumber(of: signUp), code: signUp.smsCode)
        page.fields = [StepPage.Field(name: "code", label: "Code", value: signUp.smsCode, hint: "Six digits")]
    }

    private func describePermissions(_ page: inout StepPage) {
        page.heading = "What ZenRent may do"
        page.explanation = "You can withdraw this at any time in your business settings."
        page.summary = [
            StepPage.Fact(label: "Manage your WhatsApp account", value: "number, templates, settings"),
            StepPage.Fact(label: "Send and receive messages", value: "with the number you chose"),
        ]
    }

    private func describeEnd(_ signUp: SignUp, _ page: inout StepPage) {
        page.heading = "Everything is ready"
        page.explanation = "Press Finish to share the account with ZenRent and go back to its page."
        let business = signUp.business == "new" ? signUp.businessName : world.business(signUp.business)?.name ?? ""
        let account = signUp.account == "new" ? signUp.accountName : world.accounts[signUp.account]?.name ?? ""
        page.summary = [StepPage.Fact(label: "Portfolio", value: business), StepPage.Fact(label: "Account", value: account)]
        if signUp.number != "none", !signUp.isAPIOnly {
            page.summary.append(StepPage.Fact(label: "Number", value: shownNumber(of: signUp)))
        }
    }

    private func shownNumber(of signUp: SignUp) -> String { world.numbers[signUp.number]?.display ?? World.display(signUp.digits) }

    private func choice(_ value: String, _ label: String, _ hint: String, _ picked: String?) -> StepPage.Choice {
        StepPage.Choice(value: value, label: label, hint: hint, checked: value == picked)
    }
}
