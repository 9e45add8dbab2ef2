import Foundation
import JWTKit
import Messaging

/// Makes sign-in tokens as the platform does, for trying the API and for scripts.
public enum TokenIssuer {
    /// A token with `sub`, `aud` and `role` as Supabase writes them. Needs `AUTH_JWT_SECRET`.
    /// - Throws: `SettingsRefused` without a secret; an error of the signing library.
    public static func issue(for person: Person.ID, lasting time: TimeInterval, settings: Settings, now: Date = Date()) async throws
        -> String
    {
        guard let secret = settings.jwtSecret else { throw SettingsRefused(problems: ["AUTH_JWT_SECRET is missing."]) }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(platformSecret: secret), digestAlgorithm: .sha256)
        let seconds = now.timeIntervalSince1970.rounded(.down)
        let claims = TokenClaims(
            sub: person.rawValue, exp: seconds + time, iat: seconds, iss: settings.jwtIssuer,
            aud: TokenClaims.Audience([settings.jwtAudience ?? "authenticated"]), role: .text("authenticated"))
        return try await keys.sign(claims)
    }
}
