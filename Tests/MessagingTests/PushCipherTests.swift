import Crypto
import Foundation
import TestSupport
import Testing

@testable import Messaging

@Suite("What a push service carries")
struct PushCipherTests {
    @Test("A message is encrypted as in the example of RFC 8291, appendix A, byte for byte")
    func example() throws {
        let subscription = try PushSubscription(
            endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            auth: "BTBZMqHH6r4Tts7J_aSIgg", allowed: PushHosts(["push.example.net"]))
        let sender = try P256.KeyAgreement.PrivateKey(
            rawRepresentation: try #require(Data(base64URLText: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")))

        let body = try PushCipher.seal(
            Array("When I grow up, I want to be a watermelon".utf8), for: subscription, sender: sender,
            salt: try #require(Data(base64URLText: "DGv6ra1nlYgDCS1FRnbzlw")))

        let expected =
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
            + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        #expect(Data(body).base64URLText == expected)
    }

    @Test("The browser opens it, nobody else does, and no two messages look alike")
    func opened() throws {
        let browser = Browser("one"), other = Browser("two")
        let text = Array(String(repeating: "é", count: PushCipher.longest / 2).utf8)

        let body = try PushCipher.seal(text, for: try browser.subscription())
        let again = try PushCipher.seal(text, for: try browser.subscription())

        #expect(body.count <= 4_096 && body != again)
        #expect(try browser.open(body) == text)
        #expect(throws: (any Error).self) { try other.open(body) }
        #expect(throws: PushCipher.TextTooLong.self) {
            try PushCipher.seal(text + [0, 0], for: try browser.subscription())
        }
    }

    @Test("Only addresses of known push services are posted to")
    func hosts() {
        let allowed = [
            "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/abc",
            "https://web.push.apple.com/abc", "https://FCM.googleapis.com:443/x", "https://db5p.notify.windows.com/w/?token=a",
        ]
        let refused = [
            "http://fcm.googleapis.com/x", "https://fcm.googleapis.com.evil.example/x", "https://evilpush.apple.com.example/x",
            "https://push.apple.com/x", "https://.push.apple.com/x", "https://fcm.googleapis.com:8443/x", "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/x", "https://user@fcm.googleapis.com/x",
            "https://fcm.googleapis.com@10.0.0.1/x", "https://fcm.googleapis.com\\@10.0.0.1/x", "https://fcm.googleapis.com#@10.0.0.1/",
            "file:///etc/passwd", "ftp://fcm.googleapis.com/x", "//fcm.googleapis.com/x", "", "https://",
            "https://fcm.googleapis.com/\r\nX: y", "https://fcm.googleapis.com/" + String(repeating: "a", count: 2_000),
        ]

        for address in allowed { #expect(PushHosts.usual.allow(address), "\(address)") }
        for address in refused { #expect(!PushHosts.usual.allow(address), "\(address)") }
        #expect(PushHosts(["http://127.0.0.1:9000"]).allow("http://127.0.0.1:9000/push"))
        #expect(!PushHosts(["http://127.0.0.1:9000"]).allow("http://127.0.0.1:9001/push"))
    }

    @Test("What is no key of a browser is refused", arguments: ["", "AAAA", "not base64", String(repeating: "A", count: 87)])
    func keys(text: String) {
        let good = Browser("one")

        #expect(throws: PushRefused.keys) {
            try PushSubscription(endpoint: good.endpoint(at: "https://fcm.googleapis.com"), p256dh: text, auth: good.auth, allowed: .usual)
        }
        #expect(throws: PushRefused.keys) {
            try PushSubscription(
                endpoint: good.endpoint(at: "https://fcm.googleapis.com"), p256dh: good.p256dh, auth: text, allowed: .usual)
        }
    }

    @Test(
        "The key that browsers subscribe to is the same in every process and after every start, and is kept sealed",
        arguments: TestEngine.allCases)
    func oneKey(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { database in
            _ = try await Schema.data().migrate(database)
            let keys = try TokenKeys(TokenKeys.newKey(id: "k1"))
            let processes = (1...4).map { _ in PushKeys(database: database, keys: keys) }

            let known = try await withThrowingTaskGroup(of: String.self) { group in
                for process in processes { group.addTask { try await process.key().publicText } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            let later = try await PushKeys(database: database, keys: keys).key().publicText
            let stored = try await Installation.fact("pushKey", in: database)

            #expect(known == [later])
            #expect(stored?.hasPrefix("k1.") == true)
            let foreign = PushKeys(database: database, keys: try TokenKeys(TokenKeys.newKey(id: "k2")))
            await #expect(throws: SecretUnreadable.self) { try await foreign.key() }
        }
    }
}
