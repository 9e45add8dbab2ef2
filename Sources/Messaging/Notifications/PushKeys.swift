import Crypto
import Foundation
import SQLDatabase
import Synchronization

/// The key by which push services know this installation (RFC 8292, VAPID). Browsers subscribe to it, so it must never change: it is made once,
/// kept sealed among the installation's facts, and the same in every process.
final class PushKeys: Sendable {
    private static let fact = "pushKey"

    private let database: any Database
    private let keys: TokenKeys
    private let known = Mutex<PushKey?>(nil)

    init(database: any Database, keys: TokenKeys) {
        self.database = database
        self.keys = keys
    }

    /// The key, made when there is none.
    /// - Throws: `SecretUnreadable` when it was sealed with a key that is gone.
    func key() async throws -> PushKey {
        if let key = known.withLock({ $0 }) { return key }
        let sealed: String
        if let stored = try await Installation.fact(Self.fact, in: database) {
            sealed = stored
        } else {
            let fresh = P256.Signing.PrivateKey().rawRepresentation.base64EncodedString()
            sealed = try await Installation.note(Self.fact, keys.seal(fresh, for: Self.fact), in: database)
        }
        guard let bytes = Data(base64Encoded: try keys.open(sealed, for: Self.fact)) else { throw SecretUnreadable(row: Self.fact) }
        let key = PushKey(try P256.Signing.PrivateKey(rawRepresentation: bytes))
        known.withLock { $0 = key }
        return key
    }
}

/// One such key.
struct PushKey: Sendable {
    /// How long a signature holds; push services take up to 24 hours.
    private static let life: TimeInterval = 12 * 3_600

    private let key: P256.Signing.PrivateKey

    init(_ key: P256.Signing.PrivateKey) {
        self.key = key
    }

    /// What browsers subscribe to.
    var publicText: String { key.publicKey.x963Representation.base64URLText }

    /// The header `Authorization` for a message to an endpoint.
    func authorization(for endpoint: String, contact: String, now: Date) throws -> String {
        let claims = Claims(
            aud: PushHosts.origin(of: endpoint) ?? "", exp: Int(now.timeIntervalSince1970 + Self.life), sub: contact)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let signed = Data(#"{"alg":"ES256","typ":"JWT"}"#.utf8).base64URLText + "." + (try encoder.encode(claims)).base64URLText
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation.base64URLText
        return "vapid t=\(signed).\(signature), k=\(publicText)"
    }

    private struct Claims: Encodable {
        let aud: String
        let exp: Int
        let sub: String
    }
}
