import Foundation

extension Simulator {
    /// Codes live 30 seconds and work once; every failure has its own subcode.
    func exchangeCode(_ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard request.text("client_id") == configuration.appID else {
            throw GraphRefusal(code: 101, message: "Error validating application. Cannot get application info due to a system error.")
        }
        guard request.text("client_secret") == configuration.appSecret else {
            throw GraphRefusal(code: 1, message: "Error validating client secret.")
        }
        if let address = request.text("redirect_uri"), !address.isEmpty {
            throw exchangeRefusal(
                36008, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used")
        }
        guard let value = request.text("code"), var code = world.codes[value] else {
            throw GraphRefusal(code: 100, message: "Invalid verification code format.")
        }
        if code.isUsed { throw exchangeRefusal(36009, "This authorization code has been used.") }
        if now.timeIntervalSince(code.issuedAt) >= 30 { throw exchangeRefusal(36007, "This authorization code has expired.") }
        code.isUsed = true
        world.codes[value] = code
        return grantToken(for: code)
    }

    private func exchangeRefusal(_ subcode: Int, _ message: String) -> GraphRefusal {
        GraphRefusal(code: 100, subcode: subcode, message: message)
    }

    private func grantToken(for code: SignUpCode) -> JSON {
        var businessID = code.businessID
        if let fault = takeFault(.foreignToken) {
            let other = fault.text("business").flatMap { world.business(called: $0)?.id }
            businessID = other ?? world.businesses.first { $0.id != code.businessID }?.id ?? businessID
        }
        return grantToken(business: businessID, newest: businessID == code.businessID ? code.accountID : nil).answer
    }

    /// A token for everything the business has shared; a foreign business counts as having shared its accounts.
    private func grantToken(business: String, newest: String?) -> (token: Token, answer: JSON) {
        let all = world.accounts(of: business)
        let shared = all.filter(\.isShared).isEmpty ? all : all.filter(\.isShared)
        let ids = shared.map(\.id).filter { $0 != newest }
        var token = Token(
            value: .random("EAA", length: 60), businessID: business, accountIDs: (newest.map { [$0] } ?? []) + ids, issuedAt: now)
        token.expiresAt = configuration.tokenLifetime.map { now.addingTimeInterval(Double($0)) }
        world.tokens[token.value] = token
        let answer = JSON.fields([
            "access_token": .string(token.value), "token_type": "bearer", "expires_in": configuration.tokenLifetime.map(JSON.int),
        ])
        return (token, answer)
    }

    /// `POST /<business>/system_user_access_tokens` with `fetch_only`: the business token again, without the user.
    func fetchTokenAgain(_ business: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard case .systemUser = try caller(of: request) else { throw .unreachable(business, method: request.method) }
        guard request.parameters["fetch_only"]?.bool == true else { throw .parameter("The parameter fetch_only must be true.") }
        guard world.accounts(of: business).contains(where: \.isShared) else { throw .unreachable(business, method: request.method) }
        let usable = world.tokens.values.filter { $0.businessID == business && $0.death == nil && ($0.expiresAt ?? .distantFuture) > now }
        if let newest = usable.max(by: { $0.issuedAt < $1.issuedAt }) { return ["access_token": .string(newest.value)] }
        return ["access_token": .string(grantToken(business: business, newest: nil).token.value)]
    }

    func inspectToken(_ request: GraphRequest) throws(GraphRefusal) -> JSON {
        switch try caller(of: request) {
        case .app, .systemUser: break
        case .business:
            throw GraphRefusal(
                code: 100,
                message: "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app")
        }
        guard let input = request.text("input_token") else { throw .parameter("The parameter input_token is required.") }
        do throws(GraphRefusal) {
            return ["data": describe(try caller(holding: input))]
        } catch {
            let reason = JSON.fields([
                "code": .int(error.code), "message": .string(error.message), "subcode": error.subcode.map(JSON.int),
            ])
            return ["data": ["error": reason, "is_valid": false, "app_id": .string(configuration.appID), "scopes": []]]
        }
    }

    private func describe(_ caller: Caller) -> JSON {
        var data: JSON = ["app_id": .string(configuration.appID), "application": "ZenRent", "type": "APP", "is_valid": true, "scopes": []]
        guard case .business(let token) = caller else { return data }
        let targets = JSON.array(token.accountIDs.map(JSON.string))
        data["type"] = "SYSTEM_USER"
        data["issued_at"] = .int(Int(token.issuedAt.timeIntervalSince1970))
        data["expires_at"] = .int(token.expiresAt.map { Int($0.timeIntervalSince1970) } ?? 0)
        data["data_access_expires_at"] = 0
        data["user_id"] = .string(systemUserID(of: token.businessID))
        data["scopes"] = ["whatsapp_business_management", "whatsapp_business_messaging", "public_profile"]
        data["granular_scopes"] = [
            ["scope": "whatsapp_business_management", "target_ids": targets],
            ["scope": "whatsapp_business_messaging", "target_ids": targets],
        ]
        return data
    }

    func whoAmI(_ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard case .business(let token) = try caller(of: request) else {
            return select(["id": "122000000000000", "name": "ZenRent system user"], request, standard: ["id", "name"])
        }
        let name = (world.business(token.businessID)?.name ?? "") + " system user"
        let node: JSON = [
            "id": .string(systemUserID(of: token.businessID)), "name": .string(name), "client_business_id": .string(token.businessID),
        ]
        return select(node, request, standard: ["id", "name"])
    }

    private func systemUserID(of business: String) -> String { "122" + business.dropFirst(3) }
}
