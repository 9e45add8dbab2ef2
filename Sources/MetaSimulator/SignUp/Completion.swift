import Foundation

/// What a finished popup hands over.
struct SignUpResult: Sendable {
    let code: String
    let businessID: String
    let accountID: String
    let numberID: String?
}

extension Simulator {
    /// Shares the account with the app, makes the code, and tells the app by webhook with the portfolio in `entry.id`.
    func completeSignUp(business: String, account: String, number: String?) -> SignUpResult {
        world.accounts[account]?.isShared = true
        let code = SignUpCode(value: .random("AQ", length: 80), businessID: business, accountID: account, issuedAt: now)
        world.codes[code.value] = code
        queueWebhook(
            field: "account_update", entry: business,
            value: ["event": "PARTNER_ADDED", "waba_info": ["waba_id": .string(account), "owner_business_id": .string(business)]])
        return SignUpResult(code: code.value, businessID: business, accountID: account, numberID: number)
    }

    /// `POST /simulator/signups`: the popup walked through in one call.
    func controlSignUp(_ body: JSON) throws(ControlProblem) -> JSON {
        let name =
            body["business"]?.text ?? world.number(called: body["phoneNumber"]?.text ?? "").flatMap { world.businessID(ofNumber: $0.id) }
        guard let business = world.business(called: name ?? "Brandt Lettings") else { throw .unknown("business \(name ?? "")") }
        let accounts = world.accounts(of: business.id)
        let numbers = accounts.flatMap { world.numbers(of: $0.id) }
        let wanted = body["phoneNumber"]?.text.flatMap { world.number(called: $0) }
        if body["phoneNumber"] != nil, wanted.map({ number in numbers.contains { $0.id == number.id } }) != true {
            throw .unknown("such number of \(business.name)")
        }
        guard let number = wanted ?? numbers.first else { throw .unknown("number of \(business.name)") }
        let flow = body["flow"]?.string ?? "FINISH"
        if flow == "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING" {
            world.numbers[number.id]?.isOnPhoneApp = true
            world.numbers[number.id]?.status = "CONNECTED"
        }
        let result = completeSignUp(business: business.id, account: number.accountID, number: number.id)
        return .fields([
            "code": .string(result.code), "event": .string(flow), "wabaId": .string(result.accountID),
            "phoneNumberId": flow == "FINISH" ? .string(number.id) : nil, "businessId": .string(business.id),
        ])
    }
}

extension Simulator {
    /// The last step: makes what is new, shares it, and tells what the page shall hear.
    func finishSignUp(_ id: String) async -> SignUpResult? {
        guard let signUp = signUps.removeValue(forKey: id) else { return nil }
        let business = signUp.business == "new" ? addBusiness(signUp.businessName) : signUp.business
        let account = signUp.account == "new" ? addAccount(signUp.accountName, of: business) : signUp.account
        let number = signUp.isAPIOnly || signUp.number == "none" ? nil : chosenNumber(signUp, account: account)
        let result = completeSignUp(business: business, account: account, number: number)
        await persist()
        return result
    }

    func addBusiness(_ name: String) -> String {
        let id = "2020000000\(10_000 + world.serial())"
        world.businesses.append(Business(id: id, name: name))
        return id
    }

    func addAccount(_ name: String, of business: String) -> String {
        let id = "1040000000\(10_000 + world.serial())"
        world.addAccount(id, name: name, of: business)
        return id
    }

    private func chosenNumber(_ signUp: SignUp, account: String) -> String {
        guard signUp.number == "new" else {
            if signUp.isCoexistence {
                world.numbers[signUp.number]?.isOnPhoneApp = true
                world.numbers[signUp.number]?.status = "CONNECTED"
            }
            return signUp.number
        }
        let id = "1090000000\(10_000 + world.serial())"
        let name = world.accounts[account]?.name ?? ""
        world.addNumber(id, digits: signUp.digits, name: name, to: account, isOnPhoneApp: signUp.isCoexistence)
        return id
    }
}
