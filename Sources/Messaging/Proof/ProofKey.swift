import Crypto
import Foundation
import SQLDatabase
import Synchronization

/// The installation's Ed25519 key, by which bundles are signed. Made when it is first needed, sealed under `TOKEN_KEYS`, and the same for all
/// processes and for ever: who has noted its public half knows later bundles by it.
struct ProofKey: Sendable {
    private static let name = "proof key"

    private let key: Curve25519.Signing.PrivateKey

    /// 32 bytes in base64.
    var publicText: String { key.publicKey.rawRepresentation.base64EncodedString() }

    /// - Throws: `SecretUnreadable` when the key that sealed it is gone.
    static func load(from database: any Database, keys: TokenKeys) async throws -> ProofKey {
        var sealed = try await Installation.fact(name, in: database)
        if sealed == nil {
            let made = Curve25519.Signing.PrivateKey().rawRepresentation.base64EncodedString()
            // Of two that are made at the same moment the first one stands.
            sealed = try await Installation.note(name, keys.seal(made, for: name), in: database)
        }
        guard let sealed, let bytes = Data(base64Encoded: try keys.open(sealed, for: name)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw SecretUnreadable(row: name) }
        return ProofKey(key: key)
    }

    func signature(of bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }
}

/// The key as this process knows it, so that a page need not ask the database for it.
final class ProofKeyCache: Sendable {
    private let known = Mutex<ProofKey?>(nil)

    func key(from database: any Database, keys: TokenKeys) async throws -> ProofKey {
        if let key = known.withLock({ $0 }) { return key }
        let key = try await ProofKey.load(from: database, keys: keys)
        known.withLock { $0 = key }
        return key
    }
}

extension Messaging {
    /// The public half of the key that signs bundles, 32 bytes in base64.
    /// - Throws: `SecretUnreadable` when the key that sealed it is gone from `TOKEN_KEYS`.
    public func proofPublicKey() async throws -> String {
        try await proofKey.key(from: database, keys: keys).publicText
    }
}
