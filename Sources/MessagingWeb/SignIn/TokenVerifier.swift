import Crypto
import Foundation
import JWTKit

/// Who a sign-in token speaks for.
struct SignedInPerson: Sendable, Equatable {
    let subject: String
    let expiresAt: Date
    /// What the platform calls the person; the address of their mail when it has no name.
    var name: String?
}

/// Checks the platform's sign-in tokens, such as Supabase issues them (an HS256 secret, or public keys that rotate).
struct TokenVerifier: Sendable {
    private let secret: JWTKeyCollection?
    private let keys: PublicKeys?
    private let issuer: String?
    private let audience: String?
    private let clock: @Sendable () -> Date
    private let verified = VerifiedTokens()

    init(_ settings: Settings, keys: PublicKeys?, clock: @escaping @Sendable () -> Date) async {
        if let text = settings.jwtSecret {
            let collection = JWTKeyCollection()
            await collection.add(hmac: HMACKey(platformSecret: text), digestAlgorithm: .sha256)
            secret = collection
        } else {
            secret = nil
        }
        self.keys = keys
        issuer = settings.jwtIssuer
        audience = settings.jwtAudience
        self.clock = clock
    }

    /// - Throws: `SignInRefused` with the reason; `Refusal` (503) when the public keys could not be fetched.
    func verify(_ token: String) async throws -> SignedInPerson {
        let now = clock()
        if let claims = verified.claims(of: token, now: now) { return try check(claims) }
        let claims = try await claims(of: token, header: Self.header(of: token))
        verified.keep(claims, of: token, now: now)
        return try check(claims)
    }

    // The algorithm must belong to the key: a public key must never serve as an HMAC secret, and "none" belongs to no key.
    private func claims(of token: String, header: TokenHeader) async throws -> TokenClaims {
        let collection: JWTKeyCollection
        if header.alg == "HS256" {
            guard let secret else { throw SignInRefused(hint: "Its algorithm is not one of this server's keys.") }
            collection = secret
        } else {
            guard let keys else { throw SignInRefused(hint: "Its algorithm is not one of this server's keys.") }
            collection = try await keys.key(named: header.kid, algorithm: header.alg)
        }
        do {
            return try await collection.verify(token, as: TokenClaims.self)
        } catch {
            throw SignInRefused(hint: "Its signature is wrong, or it is not a token of the platform.")
        }
    }

    private func check(_ claims: TokenClaims) throws -> SignedInPerson {
        guard let subject = claims.sub, !subject.isEmpty, subject.utf8.count <= 200, !subject.utf8.contains(0) else {
            throw SignInRefused(hint: "It names nobody (sub).")
        }
        guard let seconds = claims.exp else { throw SignInRefused(hint: "It has no end (exp).") }
        let now = clock(), end = Date(timeIntervalSince1970: seconds)
        guard end > now else { throw SignInRefused(hint: "It has expired. Get a new one.") }
        // A minute for clocks that differ.
        if let start = claims.nbf, start > now.timeIntervalSince1970 + 60 { throw SignInRefused(hint: "It is not valid yet.") }
        // Supabase's anon and service keys are signed with the same secret; they speak for nobody.
        guard claims.role == nil || claims.role == .text("authenticated") else {
            throw SignInRefused(hint: "Its role is not authenticated: it is a key of the platform and not of a person.")
        }
        if let issuer, claims.iss != issuer { throw SignInRefused(hint: "Its issuer (iss) is another one.") }
        if let audience, !(claims.aud?.contains(audience) ?? false) { throw SignInRefused(hint: "It is for another audience (aud).") }
        return SignedInPerson(subject: subject, expiresAt: end, name: claims.personName)
    }

    private static func header(of token: String) throws -> TokenHeader {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= 16_384, let bytes = Data(base64URL: parts[0]),
            let header = try? JSONDecoder().decode(TokenHeader.self, from: bytes)
        else { throw SignInRefused(hint: "It is not a JSON Web Token.") }
        guard header.crit == nil else { throw SignInRefused(hint: "It asks for extensions (crit) that are not known here.") }
        return header
    }
}

struct TokenHeader: Decodable {
    let alg: String
    let kid: String?
    let crit: [String]?
}

/// The claims that count. `role` may be of any shape, since anything but the right text is refused.
struct TokenClaims: JWTPayload {
    enum Role: Codable, Equatable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            self = (try? decoder.singleValueContainer().decode(String.self)).map { .text($0) } ?? .other
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if case .text(let text) = self { try container.encode(text) } else { try container.encodeNil() }
        }
    }

    struct Audience: Codable {
        let names: [String]

        init(_ names: [String]) {
            self.names = names
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            names = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if names.count == 1 { try container.encode(names[0]) } else { try container.encode(names) }
        }

        func contains(_ name: String) -> Bool { names.contains(name) }
    }

    /// A claim that only adds: when it is no text it says nothing, and the token counts all the same.
    struct Words: Codable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    struct Metadata: Codable {
        private enum Key: String, CodingKey {
            case full_name, name
        }

        let full_name: Words?
        let name: Words?

        init(from decoder: any Decoder) throws {
            let fields = try? decoder.container(keyedBy: Key.self)
            full_name = try? fields?.decodeIfPresent(Words.self, forKey: .full_name)
            name = try? fields?.decodeIfPresent(Words.self, forKey: .name)
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encodeIfPresent(full_name, forKey: .full_name)
            try fields.encodeIfPresent(name, forKey: .name)
        }
    }

    var sub: String?
    var exp: Double?
    var nbf: Double?
    var iat: Double?
    var iss: String?
    var aud: Audience?
    var role: Role?
    var name: Words?
    var email: Words?
    // Where Supabase keeps what its users say of themselves.
    var user_metadata: Metadata?

    var personName: String? {
        [user_metadata?.full_name, user_metadata?.name, name, email].lazy.compactMap { $0?.text }.first { !$0.isEmpty }
    }

    // Times are checked by our own clock, so that tests can turn it.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

extension Data {
    /// Reads base64 in its form for URLs, without padding.
    init?(base64URL text: some StringProtocol) {
        let plain = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }
}

extension HMACKey {
    /// The platform's secret as it is. The library asserts 256 bits; HMAC itself fills shorter keys up with zeros (RFC 2104), so the
    /// signature is the same.
    init(platformSecret text: String) {
        let bytes = Data(text.utf8)
        self.init(key: SymmetricKey(data: bytes + Data(repeating: 0, count: max(0, 32 - bytes.count))))
    }
}
