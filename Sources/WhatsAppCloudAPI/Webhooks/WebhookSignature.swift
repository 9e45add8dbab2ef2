import Crypto

/// The check that a webhook body is from Meta and for our app. It never proves which customer it is about: one app secret signs for all.
public enum WebhookSignature {
    /// Whether the header `X-Hub-Signature-256` fits the body *as received*: Meta signs its own escaped form, so decoding and
    /// encoding again breaks the signature. Takes the same time whichever byte is wrong.
    ///
    /// - Parameters:
    ///   - header: the whole header value, `sha256=` and 64 hexadecimal digits; anything else is no signature.
    ///   - body: the raw bytes; limit their number (Meta sends up to 3 MiB) before coming here.
    ///   - secrets: all app secrets that are valid now. Empty ones are never valid.
    public static func isValid(header: String?, body: some Collection<UInt8>, secrets: [String]) -> Bool {
        guard let code = header.flatMap(code(in:)) else { return false }
        let bytes = body as? [UInt8] ?? Array(body)
        return secrets.filter { !$0.isEmpty }.reduce(false) { found, secret in
            let key = SymmetricKey(data: Array(secret.utf8))
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key) || found
        }
    }

    private static func code(in header: String) -> [UInt8]? {
        guard header.utf8.count == 7 + 64, header.hasPrefix("sha256=") else { return nil }
        let digits = Array(header.utf8.dropFirst(7))
        var code: [UInt8] = []
        code.reserveCapacity(32)
        for position in stride(from: 0, to: 64, by: 2) {
            guard let high = hexadecimalDigit(digits[position]), let low = hexadecimalDigit(digits[position + 1]) else { return nil }
            code.append(high << 4 | low)
        }
        return code
    }
}

/// Meta's question, by GET, whether a webhook address is ours.
public enum WebhookChallenge {
    /// The text to answer with status 200 as `text/plain`; `nil` means 403.
    ///
    /// - Parameters:
    ///   - mode: query item `hub.mode`; must be `subscribe`.
    ///   - verifyToken: query item `hub.verify_token`, compared in constant time.
    ///   - challenge: query item `hub.challenge`.
    ///   - expected: the token that was told to Meta; an empty one never fits.
    public static func answer(mode: String?, verifyToken: String?, challenge: String?, expected: String) -> String? {
        guard mode == "subscribe", let verifyToken, let challenge, !expected.isEmpty else { return nil }
        // Comparing codes under a random key takes the same time wherever the tokens differ, and hides their length.
        let key = SymmetricKey(size: .bits256)
        let code = HMAC<SHA256>.authenticationCode(for: Array(expected.utf8), using: key)
        let fits = HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array(verifyToken.utf8), using: key)
        return fits ? challenge : nil
    }
}
