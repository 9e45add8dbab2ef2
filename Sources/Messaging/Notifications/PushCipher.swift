import Crypto
import Foundation

/// Encrypts what a browser is told, so that its push service carries it without being able to read it (RFC 8291, with RFC 8188's aes128gcm).
enum PushCipher {
    /// The longest text: push services take 4,096 bytes, of which 86 are the head, 16 the seal and one the end of the text.
    static let longest = 4_096 - 86 - 17

    /// The body of a push message.
    /// - Parameters:
    ///   - sender: a key of this one message.
    ///   - salt: 16 bytes of this one message.
    /// - Throws: `TextTooLong`, or what is wrong with the subscription's key.
    static func seal(
        _ text: [UInt8], for subscription: PushSubscription, sender: P256.KeyAgreement.PrivateKey = .init(), salt: Data = newSalt()
    ) throws -> [UInt8] {
        guard text.count <= longest else { throw TextTooLong() }
        let browser = try P256.KeyAgreement.PublicKey(x963Representation: subscription.publicKey)
        let ours = sender.publicKey.x963Representation
        // Section 3.4: both keys are mixed in, so that the message opens with this pair only.
        let shared = try sender.sharedSecretFromKeyAgreement(with: browser).hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: subscription.secret, sharedInfo: Data("WebPush: info\0".utf8) + subscription.publicKey + ours,
            outputByteCount: 32)
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: shared, salt: salt, info: Data("Content-Encoding: aes128gcm\0".utf8), outputByteCount: 16)
        let nonce = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: shared, salt: salt, info: Data("Content-Encoding: nonce\0".utf8), outputByteCount: 12)
        // A single record: its last byte says that it is the last.
        let box = try AES.GCM.seal(text + [2], using: key, nonce: nonce.withUnsafeBytes { try AES.GCM.Nonce(data: $0) })
        let head = salt + Data([0, 0, 16, 0, UInt8(ours.count)]) + ours
        return Array(head + box.ciphertext + box.tag)
    }

    static func newSalt() -> Data {
        SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
    }

    struct TextTooLong: Error {}
}
