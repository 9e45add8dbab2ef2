import Crypto
import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

@Suite("Colleagues and notifications, over HTTP")
struct NotificationRouteTests {
    @Test("A page's stream says who else writes or looks, never the reader", arguments: TestEngine.allCases)
    func presence(on engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            let thread = try await stage.nadiasThread()
            let olga = try await stage.token(of: "olga"), marek = try await stage.token(of: "marek")
            let olgas = Reading(stage, token: olga), mareks = Reading(stage, token: marek)

            try await stage.present("typing", at: thread, token: marek)
            try await stage.present("open", at: thread, token: olga)

            try await eventually("Olga sees that Marek writes") { olgas.text.contains(">Marek is writing</p>") }
            try await eventually("Marek sees that somebody else is there") { mareks.text.contains("A colleague has this open</p>") }
            #expect(!mareks.text.contains("Marek is writing") && !olgas.text.contains("A colleague has"))
            let page = try await stage.ask("GET", "/inbox/\(thread)", token: olga)
            #expect(page.text.contains(">Marek is writing</p>") || page.text.contains(">Marek has this open</p>"))
            // What runs out is told without a word from anybody.
            try await eventually("Marek has stopped writing") { olgas.text.contains(">Marek has this open</p>") }
            try await stage.present("closed", at: thread, token: marek)
            try await eventually("Marek has left") { olgas.text.hasSuffix("event: presence\ndata: \n\n") }
            await olgas.end()
            await mareks.end()
        }
    }

    @Test("What comes in is news to whoever does not look, and not counted for whoever does", arguments: TestEngine.allCases)
    func news(on engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            let thread = try await stage.nadiasThread()
            let olga = try await stage.token(of: "olga"), marek = try await stage.token(of: "marek")
            let olgas = Reading(stage, token: olga), mareks = Reading(stage, token: marek)
            try await stage.present("open", at: thread, token: olga)
            try await eventually("Marek sees Olga there") { mareks.text.contains("A colleague has this open") }
            try await eventually("Olga's stream knows, too") { olgas.text.components(separatedBy: "event: presence").count > 2 }

            // As the page does every 20 seconds; a busy machine may have taken longer until here.
            try await stage.present("open", at: thread, token: olga)
            _ = try await stage.nadiaSays("The boiler \"drips\"")

            try await eventually("it is news to Marek") { mareks.text.contains("event: news") }
            try await eventually("Olga has it") { olgas.text.contains("The boiler &quot;drips&quot;") }
            let line = mareks.text.split(separator: "\n").drop { $0 != "event: news" }.dropFirst().first
            let news = try JSONValue(parsing: Array((line?.dropFirst("data: ".count) ?? "").utf8))
            #expect(
                news["title"]?.string == "Nadia Rahman" && news["body"]?.string == "The boiler \"drips\"" && news["unread"]?.integer == 2)
            #expect(mareks.text.contains(#"class="count">"#))
            #expect(!olgas.text.contains("event: news") && !olgas.text.contains(#"class="count">"#))

            try await stage.present("closed", at: thread, token: olga)
            try await eventually("it counts again once she has left without reading") { olgas.text.contains(#"class="count">"#) }
            await olgas.end()
            await mareks.end()
        }
    }

    @Test(
        "A browser that wants to be told is known by its cookie, listed, changed, and forgotten when somebody signs out",
        arguments: TestEngine.allCases)
    func devices(on engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let olga = try await stage.token(of: "olga"), firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

            let added = try await stage.ask(
                "POST", "/notifications/devices", token: olga, headers: ["User-Agent": firefox], json: WebStage.subscription())
            let cookie = try #require(added.cookie)
            let page = try await stage.ask("GET", "/notifications", token: olga, headers: ["Cookie": cookie])
            let elsewhere = try await stage.ask("GET", "/notifications", token: olga)

            #expect(added.status == 200 && added.text.contains("Firefox on Linux") && added.text.contains("This device"))
            #expect(added.headers["Set-Cookie"].first?.contains("HttpOnly") == true)
            #expect(page.text.contains("This device</span>") && page.text.contains("Shows what was written."))
            #expect(elsewhere.text.contains("Firefox on Linux") && !elsewhere.text.contains("This device</span>"))

            let action = try #require(page.text.firstMatch(of: /action="(\/notifications\/devices\/[^"]+\/words)"/)?.1)
            let hidden = try await stage.ask("POST", String(action), token: olga, form: "words=no")
            #expect(hidden.status == 303)
            #expect(try await stage.ask("GET", "/notifications", token: olga).text.contains("Shows only who wrote."))
            _ = try await stage.ask("POST", "/sign-out", token: olga, headers: ["Cookie": cookie])
            #expect(try await stage.ask("GET", "/notifications", token: olga).text.contains("None yet."))
        }
    }

    @Test("What is no push service of a browser's is refused and never posted to; half an answer of a page is refused too")
    func refused() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            let thread = try await stage.nadiasThread(), olga = try await stage.token(of: "olga")

            for endpoint in ["http://127.0.0.1:1/x", "https://169.254.169.254/x", "https://fcm.googleapis.com.evil.example/x"] {
                let answer = try await stage.ask(
                    "POST", "/notifications/devices", token: olga, json: WebStage.subscription(endpoint: endpoint))
                #expect(answer.status == 422 && answer.code == "pushRefused", "\(endpoint)")
            }
            #expect(try await stage.ask("POST", "/notifications/devices", token: olga, json: "{}").status == 400)
            for form in ["", "tab=x&state=open", "tab=abcdefgh&state=dancing", "tab=\(String(repeating: "a", count: 65))&state=open"] {
                #expect(try await stage.ask("POST", "/inbox/\(thread)/presence", token: olga, form: form).status == 400, "\(form)")
            }
        }
    }

    @Test("The service worker is at the top of all paths, for everybody, and may do nothing that a page may not")
    func worker() async throws {
        try await withStage { stage in
            let answer = try await stage.ask("GET", "/service-worker.js")

            #expect(answer.status == 200 && answer.headers["Content-Type"].first?.hasPrefix("text/javascript") == true)
            #expect(answer.headers["Cache-Control"] == ["no-cache"])
            #expect(answer.headers["Content-Security-Policy"].first?.contains("default-src 'none'") == true)
            #expect(answer.text.contains("showNotification"))
        }
    }

    @Test(
        "A browser is called what people call it",
        arguments: [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on Mac"
            ),
            ("curl/8", "A browser"),
        ])
    func names(line: String, name: String) {
        #expect(DeviceCookie.browserName(line) == name)
    }
}

extension WebStage {
    /// What a browser says of its subscription.
    static func subscription(endpoint: String = "https://fcm.googleapis.com/fcm/send/abc", showsWords: Bool = true) -> String {
        let key = P256.KeyAgreement.PrivateKey().publicKey.x963Representation.base64EncodedString()
        let secret = Data(repeating: 7, count: 16).base64EncodedString()
        return #"{"endpoint":"\#(endpoint)","keys":{"p256dh":"\#(key)","auth":"\#(secret)"},"showsWords":\#(showsWords)}"#
    }

    /// One of Olga's browsers wants to be told of messages.
    func tellOlga(_ secret: String) async throws {
        let answer = try await ask(
            "POST", "/notifications/devices", token: token(of: "olga"), headers: ["Cookie": "zr_device=\(secret)"],
            json: Self.subscription())
        #expect(answer.status == 200)
    }

    /// Olga's conversation with Nadia; Marek works for Olga.
    fileprivate func nadiasThread() async throws -> String {
        try await syncTenants()
        try await connectOlga()
        try await withProduct {
            try await $0.landlords.add(colleague: Person.ID("marek"), named: "Marek Zielinski", to: Landlord.ID("olga"))
        }
        return try #require(try await nadiaSays("Hello?")["id"]?.string)
    }

    fileprivate func present(_ state: String, at thread: String, token: String) async throws {
        let answer = try await ask("POST", "/inbox/\(thread)/presence", token: token, form: "tab=a1b2c3d4e5&state=\(state)")
        #expect(answer.status == 204)
    }
}

/// Reads a page's stream for as long as a test likes.
private final class Reading: Sendable {
    private let state = Mutex<(text: String, isOver: Bool)>(("", false))
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Everything up to now.
    var text: String { state.withLock { $0.text } }

    init(_ stage: WebStage, token: String) {
        let reading = Task { [self] in
            _ = try? await stage.events("/live", token: token) { text in
                state.withLock { state in
                    state.text = text
                    return state.isOver
                }
            }
        }
        task.withLock { $0 = reading }
    }

    func end() async {
        state.withLock { $0.isOver = true }
        task.withLock { $0 }?.cancel()
    }
}
