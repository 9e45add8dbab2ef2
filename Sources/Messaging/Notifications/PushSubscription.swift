import Crypto
import Foundation

/// Where a browser takes messages while its pages are closed, and the keys with which only this browser can open them.
public struct PushSubscription: Codable, Sendable, Equatable {
    let endpoint: String
    /// The browser's key, an uncompressed point of P-256.
    let publicKey: Data
    /// Shared with the browser, 16 bytes.
    let secret: Data

    /// Reads what `PushSubscription.toJSON()` says in a browser.
    /// - Parameters:
    ///   - p256dh: base64 in its form for URLs.
    ///   - auth: likewise.
    /// - Throws: `PushRefused` when it is none, or its service is not of the allowed ones.
    public init(endpoint: String, p256dh: String, auth: String, allowed: PushHosts) throws(PushRefused) {
        guard allowed.allow(endpoint) else { throw .service }
        guard let key = Data(base64URLText: p256dh), key.count == 65, (try? P256.KeyAgreement.PublicKey(x963Representation: key)) != nil,
            let secret = Data(base64URLText: auth), secret.count == 16
        else { throw .keys }
        self.endpoint = endpoint
        publicKey = key
        self.secret = secret
    }

    /// As it is sealed.
    var text: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    /// Reads `text`.
    init(sealedText: String) throws {
        self = try JSONDecoder().decode(PushSubscription.self, from: Data(sealedText.utf8))
    }
}

/// Why a browser cannot be told of messages.
public enum PushRefused: Error, Equatable, Sendable {
    /// Its push service is not one that this installation posts to.
    case service
    /// What it handed over as keys are none.
    case keys
    /// The installation tells nobody.
    case off

    /// What happened and what to do, for whoever switched it on.
    public var message: String {
        switch self {
        case .service: "This browser’s push service is not on the installation’s list. Ask its operators to add it to PUSH_HOSTS."
        case .keys: "The browser handed over keys that cannot be used. Switch it off and on again."
        case .off: "Notifications are switched off in this installation."
        }
    }
}

extension Data {
    /// Reads base64 in its form for URLs, with or without padding.
    init?(base64URLText text: some StringProtocol) {
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }

    /// Base64 in its form for URLs, without padding.
    var base64URLText: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
