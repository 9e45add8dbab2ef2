/// The token that belongs to one customer's portfolio and our app (Meta: "business integration system user access token").
public struct BusinessToken: Sendable, Hashable {
    /// The token itself; it shows nothing of its text.
    public let token: AccessToken
    /// Seconds until the token ends; `nil` when it never does.
    public let expiresIn: Int?

    /// Puts a token together with its lifetime in seconds.
    public init(token: AccessToken, expiresIn: Int? = nil) {
        self.token = token
        self.expiresIn = expiresIn
    }
}

extension GraphClient {
    /// Turns the code of a finished Embedded Signup into a token. The code lives 30 seconds and works once, so a lost answer
    /// cannot be repeated: see ``fetchBusinessTokenAgain(of:systemUserToken:)``, or let the customer sign up again.
    ///
    /// Sent as a form, so that the app secret and the code stay out of everybody's URL logs.
    ///
    /// - Throws: ``GraphFailure``; refused with 100/36007 (expired), 100/36009 (used), 100/36008 (redirect address), 1 (wrong secret).
    public func exchange(code: String) async throws(GraphFailure) -> BusinessToken {
        var form = [
            ("client_id", configuration.appID.rawValue), ("client_secret", configuration.appSecrets.first ?? ""), ("code", code),
        ]
        switch configuration.redirectURI {
        case .omitted: break
        case .empty: form.append(("redirect_uri", ""))
        case .value(let address): form.append(("redirect_uri", address))
        }
        let request = GraphRequest(
            method: .post, path: ["oauth", "access_token"], body: .form(form), authorization: .none, secrets: [code])
        return try businessToken(in: await perform(request))
    }

    /// Gets a customer's token again without the customer, as long as the account is still shared with us.
    ///
    /// - Parameters:
    ///   - business: the customer's portfolio.
    ///   - systemUserToken: of *our own* system user.
    /// - Throws: ``GraphFailure``.
    public func fetchBusinessTokenAgain(of business: BusinessID, systemUserToken: AccessToken) async throws(GraphFailure) -> BusinessToken {
        let form = [("appsecret_proof", proof(of: systemUserToken) ?? ""), ("fetch_only", "true")]
        let request = GraphRequest(
            method: .post, path: [business.rawValue, "system_user_access_tokens"], body: .form(form),
            authorization: .token(systemUserToken))
        return try businessToken(in: await perform(request))
    }

    private func businessToken(in answer: JSONValue) throws(GraphFailure) -> BusinessToken {
        guard let text = answer["access_token"]?.string, !text.isEmpty else { throw .unexpected(answer) }
        let seconds = answer["expires_in"]?.integer
        return BusinessToken(token: AccessToken(text), expiresIn: seconds == 0 ? nil : seconds)
    }
}
