import Testing
import WhatsAppCloudAPI

@Suite("A webhook is believed only with Meta's signature over the bytes as received")
struct SignatureTests {
    /// As Meta writes it: escaped characters and escaped slashes are part of what is signed.
    private static let body =
        #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"text":"caf\u00e9 https:\/\/x"}}]}]}"#
    /// Calculated by `openssl dgst -sha256 -hmac older-app-secret` over the body.
    private static let digits = "a06f3d32194a902f63b0a1443bc60985220b31f030f379e4d6dd3f145acc0304"
    private let secrets = [Cast.newestSecret, Cast.olderSecret]

    @Test("Any of the valid secrets may have signed, in either case of digits", arguments: [digits, digits.uppercased()])
    func validSignature(_ digits: String) {
        #expect(WebhookSignature.isValid(header: "sha256=\(digits)", body: Array(Self.body.utf8), secrets: secrets))
        #expect(WebhookSignature.isValid(header: "sha256=\(digits)", body: Self.body.utf8, secrets: secrets.reversed()))
    }

    @Test("A secret that is no longer valid does not count") func retiredSecret() {
        #expect(!WebhookSignature.isValid(header: "sha256=\(Self.digits)", body: Self.body.utf8, secrets: [Cast.newestSecret]))
        #expect(!WebhookSignature.isValid(header: "sha256=\(Self.digits)", body: Self.body.utf8, secrets: []))
    }

    @Test("One changed byte, or the same JSON written differently, is not signed") func changedBody() {
        let header = "sha256=\(Self.digits)"
        let unescaped = Self.body.replacing(#"\u00e9"#, with: "é")

        #expect(!WebhookSignature.isValid(header: header, body: (Self.body + " ").utf8, secrets: secrets))
        #expect(!WebhookSignature.isValid(header: header, body: unescaped.utf8, secrets: secrets))
    }

    @Test(
        "A malformed header is no signature",
        arguments: [
            nil, "", "sha256=", digits, "sha1=\(digits)", "SHA256=\(digits)", " sha256=\(digits)", "sha256=\(digits) ",
            "sha256=\(digits)00",
            "sha256=\(digits.dropLast())", "sha256=\(digits.dropLast())g", "sha256=\(digits.dropLast(2))é",
            "sha256=+\(digits.dropFirst())",
        ] as [String?])
    func malformed(_ header: String?) {
        #expect(!WebhookSignature.isValid(header: header, body: Self.body.utf8, secrets: secrets))
    }

    @Test("An empty secret signs nothing, although a code under it can be calculated by anybody") func emptySecret() {
        // openssl dgst -sha256 -hmac "" over no bytes
        let forged = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"

        #expect(!WebhookSignature.isValid(header: forged, body: [], secrets: ["", Cast.newestSecret]))
    }
}

@Suite("Meta's question for the webhook address")
struct ChallengeTests {
    @Test("The right token gets the challenge back") func rightToken() {
        #expect(
            WebhookChallenge.answer(mode: "subscribe", verifyToken: "v3rify", challenge: "1158201444", expected: "v3rify") == "1158201444")
    }

    @Test(
        "Anything else gets nothing",
        arguments: [
            ("subscribe", "wrong", "1", "v3rify"), ("subscribe", "v3rif", "1", "v3rify"), ("unsubscribe", "v3rify", "1", "v3rify"),
            (nil, "v3rify", "1", "v3rify"), ("subscribe", nil, "1", "v3rify"), ("subscribe", "v3rify", nil, "v3rify"),
            ("subscribe", "", "1", ""),
        ] as [(String?, String?, String?, String)])
    func wrong(mode: String?, token: String?, challenge: String?, expected: String) {
        #expect(WebhookChallenge.answer(mode: mode, verifyToken: token, challenge: challenge, expected: expected) == nil)
    }
}
