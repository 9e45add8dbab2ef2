import Crypto
import Foundation
import JWTKit
import Messaging
import TestSupport
import Testing

@testable import MessagingWeb

/// Tokens of the platform, one reason for refusal at a time.
@Suite struct TokenTests {
    private static let now = Date().timeIntervalSince1970
    private static let good = TokenClaims(
        sub: "olga", exp: now + 600, iss: "https://auth.example", aud: .init(["authenticated"]), role: .text("authenticated"))

    private func verifier(_ variables: [String: String] = [:]) async throws -> TokenVerifier {
        let settings = try Settings(["AUTH_JWT_SECRET": WebStage.jwtSecret].merging(variables) { $1 }, for: .tokens)
        return await TokenVerifier(settings, keys: nil) { Date() }
    }

    private func signed(_ claims: TokenClaims, secret: String = WebStage.jwtSecret, algorithm: DigestAlgorithm = .sha256) async throws
        -> String
    {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: algorithm)
        return try await keys.sign(claims)
    }

    @Test("A token of the platform says who is asking and until when")
    func goodToken() async throws {
        let person = try await verifier().verify(signed(Self.good))

        #expect(person.subject == "olga")
        #expect(abs(person.expiresAt.timeIntervalSince1970 - Self.now - 600) < 1)
    }

    @Test("A token that was checked a moment ago is checked for its end each time, and one letter makes it another token")
    func checkedBefore() async throws {
        let clock = TestClock()
        let settings = try Settings(["AUTH_JWT_SECRET": WebStage.jwtSecret], for: .tokens)
        let verifier = await TokenVerifier(settings, keys: nil) { clock.now }
        var claims = Self.good
        claims.exp = clock.now.timeIntervalSince1970 + 30
        let token = try await signed(claims)
        let forged = String(token.dropLast(1)) + (token.hasSuffix("A") ? "Q" : "A")
        #expect(try await verifier.verify(token).subject == "olga")

        await #expect(throws: SignInRefused.self) { try await verifier.verify(forged) }
        #expect(try await verifier.verify(token).subject == "olga")
        clock.advance(by: 31)
        await #expect(throws: SignInRefused.self) { try await verifier.verify(token) }
    }

    @Test("A token without a role is a person's too")
    func noRole() async throws {
        var claims = Self.good
        claims.role = nil

        #expect(try await verifier().verify(signed(claims)).subject == "olga")
    }

    @Test("Whatever a token lacks or claims wrongly, it is refused", arguments: Flaw.allCases)
    func flaws(flaw: Flaw) async throws {
        var claims = Self.good
        flaw.spoil(&claims)
        let verifier = try await verifier(["AUTH_JWT_ISSUER": "https://auth.example", "AUTH_JWT_AUDIENCE": "authenticated"])
        let token = try await signed(claims)

        let sound = try await verifier.verify(signed(Self.good))

        #expect(sound.subject == "olga")
        await #expect(throws: SignInRefused.self) { try await verifier.verify(token) }
    }

    enum Flaw: CaseIterable {
        case noSubject, emptySubject, noEnd, expired, notYet, anonymousKey, serviceKey, foreignIssuer, noIssuer, foreignAudience, noAudience

        func spoil(_ claims: inout TokenClaims) {
            switch self {
            case .noSubject: claims.sub = nil
            case .emptySubject: claims.sub = ""
            case .noEnd: claims.exp = nil
            case .expired: claims.exp = now - 1
            case .notYet: claims.nbf = now + 600
            case .anonymousKey: claims.role = .text("anon")
            case .serviceKey: claims.role = .text("service_role")
            case .foreignIssuer: claims.iss = "https://evil.example"
            case .noIssuer: claims.iss = nil
            case .foreignAudience: claims.aud = .init(["other"])
            case .noAudience: claims.aud = nil
            }
        }
    }

    @Test("A signature by another secret, another algorithm, or by nothing is refused")
    func signatures() async throws {
        let verifier = try await verifier(), good = try await signed(Self.good)
        let payload = good.split(separator: ".")[1]
        let none = "eyJhbGciOiJub25lIn0.\(payload).", otherSecret = try await signed(Self.good, secret: String(repeating: "x", count: 80))
        let otherAlgorithm = try await signed(Self.good, algorithm: .sha512)

        for token in [none, otherSecret, otherAlgorithm, "", "a.b", "a.b.c", good + "x", String(good.dropLast())] {
            await #expect(throws: SignInRefused.self, "\(token)") { try await verifier.verify(token) }
        }
    }

    @Test("A platform's shorter secret signs as HMAC defines it")
    func shortSecret() async throws {
        let secret = "a-secret-of-20-bytes"
        let parts = [#"{"alg":"HS256","typ":"JWT"}"#, #"{"sub":"olga","exp":\#(Int(Self.now) + 600)}"#].map { base64URL(Data($0.utf8)) }
        let signed = parts.joined(separator: ".")
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))

        let verifier = try await verifier(["AUTH_JWT_SECRET": secret])

        let person = try await verifier.verify("\(signed).\(base64URL(Data(code)))")
        #expect(person.subject == "olga")
    }

    private func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    @Test("A role of another shape is not the role of a person")
    func oddRole() async throws {
        struct Odd: JWTPayload {
            var sub = "olga", exp = Date().timeIntervalSince1970 + 600, role = ["authenticated"]
            func verify(using algorithm: some JWTAlgorithm) async throws {}
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: WebStage.jwtSecret), digestAlgorithm: .sha256)
        let token = try await keys.sign(Odd()), verifier = try await verifier()

        await #expect(throws: SignInRefused.self) { try await verifier.verify(token) }
    }
}
