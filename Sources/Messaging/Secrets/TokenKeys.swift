import Crypto
import Foundation

/// The keys that seal access tokens and PINs at rest: AES-GCM, newest first, each with an ID so that keys can be changed.
public struct TokenKeys: Sendable {
    private let keys: [(id: String, key: SymmetricKey)]

    /// Reads `id:base64,id:base64,…` (32 bytes each), newest first, as in `TOKEN_KEYS`.
    public init(_ text: String) throws(TokenKeysUnreadable) {
        var keys: [(String, SymmetricKey)] = []
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty, let bytes = Data(base64Encoded: parts[1]), bytes.count == 32 else {
                throw TokenKeysUnreadable()
            }
            keys.append((parts[0], SymmetricKey(data: bytes)))
        }
        guard !keys.isEmpty, Set(keys.map(\.0)).count == keys.count else { throw TokenKeysUnreadable() }
        self.keys = keys
    }

    /// The text of a new key, for a demo or for `TOKEN_KEYS`.
    public static func newKey(id: String) -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { "\(id):\(Data($0).base64EncodedString())" }
    }

    /// Seals `secret` for one row: the text opens only with the same `row` name, so a sealed value moved to another row is useless.
    func seal(_ secret: String, for row: String) throws -> String {
        let newest = keys[0]
        let box = try AES.GCM.seal(Data(secret.utf8), using: newest.key, authenticating: Data(row.utf8))
        guard let combined = box.combined else { throw SecretUnreadable(row: row) }
        return "\(newest.id).\(combined.base64EncodedString())"
    }

    /// Opens what `seal` made; throws `SecretUnreadable` when the key is gone or the row is another.
    func open(_ sealed: String, for row: String) throws(SecretUnreadable) -> String {
        let parts = sealed.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let key = keys.first(where: { $0.id == parts[0] })?.key, let bytes = Data(base64Encoded: String(parts[1])),
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let opened = try? AES.GCM.open(box, using: key, authenticating: Data(row.utf8)),
            let text = String(data: opened, encoding: .utf8)
        else { throw SecretUnreadable(row: row) }
        return text
    }
}

/// Proofs that a text is our own, for addresses that let their bearer in.
extension TokenKeys {
    /// A code over `text`, made with the newest key. `purpose` keeps the codes of one use apart from all others.
    func code(for text: String, purpose: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: Self.derived(keys[0].key, purpose)))
    }

    /// Whether one of the keys made this code; compared in constant time.
    func approves(_ code: [UInt8], of text: String, purpose: String) -> Bool {
        keys.contains {
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(text.utf8), using: Self.derived($0.key, purpose))
        }
    }

    private static func derived(_ key: SymmetricKey, _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: 32)
    }
}

/// `TOKEN_KEYS` is not `id:base64,…` with 32 bytes each.
public struct TokenKeysUnreadable: Error, CustomStringConvertible {
    public var description: String {
        "TOKEN_KEYS must be id:base64 pairs separated by commas, 32 bytes each, newest first. Make one with: echo \"k1:$(openssl rand -base64 32)\""
    }
}

/// A sealed secret could not be opened.
public struct SecretUnreadable: Error, CustomStringConvertible {
    let row: String
    public var description: String {
        "The secret of \(row) cannot be opened: its key is missing from TOKEN_KEYS. Put the old key back at the end of the list."
    }
}

/// A one-way name for a secret that we must recognise but never read again (session tokens, codes).
func secretHash(_ secret: String) -> String {
    SHA256.hash(data: Data(secret.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

/// A new unguessable text, 256 bits, safe in URLs and cookies.
public func newSecret() -> String {
    SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
