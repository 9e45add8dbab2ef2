import AsyncHTTPClient
import Foundation
import Hummingbird
import JWTKit
import Synchronization
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// Public keys as the platform publishes and rotates them.
@Suite struct PublicKeysTests {
    @Test("A new key counts from its first token on, a withdrawn one no longer, and the list is not asked for at every stranger's token")
    func rotation() async throws {
        let publisher = Publisher(), clock = TestClock(), first = SigningKey("k1"), second = SigningKey("k2"), stranger = SigningKey("k3")
        publisher.publish([first])
        try await publisher.serving { url in
            let verifier = try await self.verifier(url, clock)
            let token = try await first.token()
            let early = try await verifier.verify(token)
            publisher.publish([second])

            await #expect(throws: SignInRefused.self, "within a minute nothing is fetched again") {
                try await verifier.verify(second.token())
            }
            clock.advance(by: 61)
            let late = try await verifier.verify(second.token())
            await #expect(throws: SignInRefused.self, "nor does a token that was good before") { try await verifier.verify(token) }
            for _ in 0..<20 { _ = try? await verifier.verify(stranger.token()) }

            #expect(early.subject == "olga" && late.subject == "olga")
            #expect(publisher.asked == 2)
        }
    }

    @Test("A public key never serves as the secret of an HMAC, and a key only for its own algorithm")
    func algorithms() async throws {
        let publisher = Publisher(), key = SigningKey("k1"), clock = TestClock()
        publisher.publish([key])
        try await publisher.serving { url in
            let verifier = try await self.verifier(url, clock)
            let hmac = JWTKeyCollection()
            await hmac.add(hmac: HMACKey(from: key.published.text), digestAlgorithm: .sha256, kid: "k1")
            let forged = try await hmac.sign(SigningKey.claims, kid: "k1")
            let wrongAlgorithm =
                "eyJhbGciOiJFUzM4NCIsImtpZCI6ImsxIn0." + (try await key.token()).split(separator: ".").dropFirst().joined(separator: ".")

            await #expect(throws: SignInRefused.self) { try await verifier.verify(forged) }
            await #expect(throws: SignInRefused.self) { try await verifier.verify(wrongAlgorithm) }
            #expect(try await verifier.verify(key.token()).subject == "olga")
        }
    }

    @Test("While the keys cannot be fetched at all, the answer is to try again, and nobody is told to sign in anew")
    func unreachable() async throws {
        let verifier = try await verifier("http://127.0.0.1:1/jwks.json", TestClock())

        let refusal = await #expect(throws: Refusal.self) { try await verifier.verify(SigningKey("k1").token()) }

        #expect(refusal?.status == .serviceUnavailable)
    }

    private func verifier(_ url: String, _ clock: TestClock) async throws -> TokenVerifier {
        let keys = PublicKeys(.url(url), httpClient: .shared, clock: { clock.now }, logger: quietLogger)
        return await TokenVerifier(try Settings([:], for: .storage), keys: keys) { clock.now }
    }
}

/// A key pair of the platform.
private struct SigningKey: Sendable {
    let name: String
    private let key = ES256PrivateKey()

    static var claims: TokenClaims { TokenClaims(sub: "olga", exp: Date().timeIntervalSince1970 + 3_600, role: .text("authenticated")) }

    init(_ name: String) {
        self.name = name
    }

    func token() async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: key, kid: JWKIdentifier(string: name))
        return try await keys.sign(Self.claims, kid: JWKIdentifier(string: name))
    }

    var published: JSONValue {
        let parameters = key.parameters
        return [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": .string(name), "x": .text(parameters?.x),
            "y": .text(parameters?.y),
        ]
    }
}

/// The platform's page of keys, on a real socket.
private final class Publisher: Sendable {
    private let state = Mutex<(keys: [SigningKey], asked: Int)>(([], 0))

    var asked: Int { state.withLock { $0.asked } }

    func publish(_ keys: [SigningKey]) { state.withLock { $0.keys = keys } }

    func serving(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.get("/jwks.json") { _, _ in
            let keys = self.state.withLock { state in
                state.asked += 1
                return state.keys.map(\.published)
            }
            return Response.json(["keys": .array(keys)])
        }
        let (ports, opened) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { opened.yield($0.localAddress?.port ?? 0) }, logger: quietLogger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            let port = try #require(await ports.first { _ in true })
            try await body("http://127.0.0.1:\(port)/jwks.json")
            group.cancelAll()
        }
    }
}
