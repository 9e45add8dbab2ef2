import Foundation

/// What Meta says about a token (`debug_token`): the proof of what it reaches.
public struct TokenInspection: Sendable, Hashable {
    /// How far one permission reaches.
    public enum Reach: Sendable, Hashable {
        /// The permission was not granted.
        case none
        /// Granted for everything; no proof for any single ID.
        case everything
        /// Granted for these IDs, the most recently shared first.
        case only([String])
    }

    /// The app that the token was made for. A token of another app must be refused.
    public let appID: AppID?
    /// Meta accepts the token now.
    public let isValid: Bool
    /// When the token ends; `nil` when it never does.
    public let expiresAt: Date?
    /// Names of the permissions granted.
    public let scopes: [String]
    /// Per permission the IDs it is granted for, the most recently shared first; `nil` in place of IDs means everything.
    public let granularScopes: [String: [String]?]
    /// Why the token is not valid.
    public let error: GraphError?

    /// Gathers the parts.
    public init(
        appID: AppID?, isValid: Bool, expiresAt: Date? = nil, scopes: [String], granularScopes: [String: [String]?],
        error: GraphError? = nil
    ) {
        self.appID = appID
        self.isValid = isValid
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.granularScopes = granularScopes
        self.error = error
    }

    /// How far a permission such as `whatsapp_business_messaging` reaches.
    public func reach(of scope: String) -> Reach {
        if let granted = granularScopes[scope] {
            return granted.map(Reach.only) ?? .everything
        }
        return scopes.contains(scope) ? .everything : .none
    }
}

extension TokenInspection {
    init?(_ data: JSONValue, redacting secrets: Redaction) {
        guard data.object != nil else { return nil }
        var granular: [String: [String]?] = [:]
        for entry in data["granular_scopes"]?.array ?? [] {
            guard let scope = entry["scope"]?.string else { continue }
            granular.updateValue(entry["target_ids"]?.array?.compactMap(\.identifier), forKey: scope)
        }
        let expiry = data["expires_at"]?.integer ?? 0
        self.init(
            appID: data["app_id"]?.identifier.map(AppID.init(rawValue:)),
            isValid: data["is_valid"]?.bool ?? false,
            expiresAt: expiry > 0 ? Date(timeIntervalSince1970: Double(expiry)) : nil,
            scopes: data["scopes"]?.array?.compactMap(\.string) ?? [],
            granularScopes: granular,
            error: data["error"].map { GraphError(object: $0, status: 200, redacting: secrets) })
    }
}

extension GraphClient {
    /// Asks Meta what a token is and reaches, in the name of our app. An invalid token is an answer, not a failure.
    ///
    /// - Throws: ``GraphFailure``.
    public func inspect(_ token: AccessToken) async throws(GraphFailure) -> TokenInspection {
        let request = GraphRequest(
            method: .get, path: ["debug_token"], query: [("input_token", token.reveal())], authorization: .app,
            secrets: [token.reveal()])
        let answer = try await perform(request)
        guard let inspection = answer["data"].flatMap({ TokenInspection($0, redacting: Redaction([token.reveal()])) }) else {
            throw .unexpected(answer)
        }
        return inspection
    }
}
