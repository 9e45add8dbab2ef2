import Foundation
import Messaging
import TestSupport
import Testing

@testable import MessagingWeb

/// Browsers: links, cookies, forms of other sites, going out.
@Suite struct SessionTests {
    private static let page = ["Accept": "text/html"]

    @Test("A sign-in link works once, by pressing its button; looking at it does not use it up", arguments: TestEngine.allCases)
    func linkOnce(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let path = try await self.newLink(stage)

            let looks = [try await stage.ask("GET", path, headers: Self.page), try await stage.ask("GET", path, headers: Self.page)]
            let pressed = try await stage.ask("POST", path), again = try await stage.ask("POST", path)
            let lookAfter = try await stage.ask("GET", path, headers: Self.page)

            #expect(looks.map(\.status) == [200, 200])
            #expect(pressed.status == 303)
            #expect(pressed.headers["Location"] == ["/inbox"])
            #expect(again.status == 410 && again.cookie == nil)
            #expect(lookAfter.status == 410)
            let attributes = try #require(pressed.headers["Set-Cookie"].first)
            #expect(attributes.contains("; HttpOnly") && attributes.contains("; SameSite=Lax") && attributes.contains("; Path=/"))
            let inside = try await stage.ask("GET", "/api/whatsapp/accounts", headers: ["Cookie": try #require(pressed.cookie)])
            #expect(inside.status == 200)
        }
    }

    @Test("A sign-in link is worthless after a minute")
    func linkExpires() async throws {
        let clock = TestClock()
        try await withStage(.sqlite, StageOptions(clock: { clock.now })) { stage in
            let path = try await self.newLink(stage)

            clock.advance(by: 61)

            #expect(try await stage.ask("GET", path).status == 410)
            #expect(try await stage.ask("POST", path).status == 410)
        }
    }

    @Test("A link is made for a token of the platform only, never for a browser that is in already")
    func linksNeedTokens() async throws {
        try await withStage { stage in
            let session = try await self.enter(stage)

            let answer = try await stage.ask(
                "POST", "/api/whatsapp/signInLinks", headers: ["Cookie": session.cookie, "X-CSRF-Token": session.csrf])

            #expect(answer.status == 401)
        }
    }

    @Test("With a cookie alone nothing can be changed: the page's token is needed, in a header or in the form")
    func csrf() async throws {
        try await withStage { stage in
            let session = try await self.enter(stage), other = try await self.enter(stage)
            func put(_ headers: [String: String]) async throws -> Int {
                let headers = headers.merging(["Cookie": session.cookie]) { $1 }
                return try await stage.ask("PUT", "/api/whatsapp/contacts", headers: headers, json: "[]").status
            }

            #expect(try await put([:]) == 403)
            #expect(try await put(["X-CSRF-Token": "guess"]) == 403)
            #expect(try await put(["X-CSRF-Token": other.csrf]) == 403)
            #expect(try await put(["X-CSRF-Token": session.csrf, "Origin": "https://evil.example"]) == 403)
            #expect(try await put(["X-CSRF-Token": session.csrf, "Origin": "null"]) == 403)
            #expect(try await put(["X-CSRF-Token": session.csrf, "Origin": "http://127.0.0.1:\(stage.port)"]) == 200)
            #expect(try await put(["X-CSRF-Token": session.csrf]) == 200)
        }
    }

    @Test("After signing out the cookie is worthless, also where a copy of it was kept")
    func signOut() async throws {
        try await withStage { stage in
            let session = try await self.enter(stage), cookie = ["Cookie": session.cookie]

            let withoutToken = try await stage.ask("POST", "/sign-out", headers: cookie, form: "csrf=guess")
            let before = try await stage.ask("GET", "/api/whatsapp/accounts", headers: cookie)
            let out = try await stage.ask("POST", "/sign-out", headers: cookie, form: "csrf=\(session.csrf)")
            let after = try await stage.ask("GET", "/api/whatsapp/accounts", headers: cookie)

            #expect([withoutToken, before, out, after].map(\.status) == [403, 200, 303, 401])
            #expect(out.headers["Set-Cookie"].first?.contains("Max-Age=0") == true)
        }
    }

    @Test("A page that needs somebody signed in leads to the sign-in page")
    func pagesLeadToSignIn() async throws {
        try await withStage { stage in
            let answer = try await stage.ask("POST", "/sign-out", headers: Self.page)

            #expect(answer.status == 303)
            #expect(answer.headers["Location"] == ["/sign-in"])
        }
    }

    @Test("Cookies stay on https where the server is reached by it")
    func secureCookies() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["PUBLIC_URL": "https://wa.example/"])) { stage in
            let link = try await stage.ask("POST", "/api/whatsapp/signInLinks", token: stage.token(of: "olga")).json["url"]?.string
            let path = try #require(link.flatMap { URL(string: $0)?.path })

            let answer = try await stage.ask("POST", path, headers: ["Origin": "https://wa.example"])

            #expect(link?.hasPrefix("https://wa.example/sign-in/") == true)
            #expect(answer.headers["Set-Cookie"].first?.contains("; Secure") == true)
            #expect(answer.headers["Strict-Transport-Security"].isEmpty == false)
        }
    }

    @Test("The demo's button signs its landlord in, on this machine and by its own name only")
    func demoButton() async throws {
        let demo = DemoSignIn(landlord: Landlord.ID("olga"), name: "Olga")
        try await withStage(.sqlite, StageOptions(demo: demo)) { stage in
            _ = try await stage.ask("GET", "/api/whatsapp/accounts", token: stage.token(of: "olga"))

            let page = try await stage.ask("GET", "/sign-in", headers: Self.page)
            let pressed = try await stage.ask("POST", "/sign-in")
            let rebound = try await stage.ask("POST", "/sign-in", headers: ["Host": "evil.example"])
            let foreign = try await stage.ask("POST", "/sign-in", headers: ["Origin": "https://evil.example"])

            #expect(page.text.contains("Sign in as Olga"))
            #expect([pressed, rebound, foreign].map(\.status) == [303, 404, 403])
        }
        try await withStage { stage in
            let outsideTheDemo = try await stage.ask("POST", "/sign-in")
            #expect(outsideTheDemo.status == 404)
        }
    }

    private func newLink(_ stage: WebStage) async throws -> String {
        let answer = try await stage.ask("POST", "/api/whatsapp/signInLinks", token: stage.token(of: "olga"))
        #expect(answer.status == 201)
        return try #require(answer.json["url"]?.string.flatMap { URL(string: $0)?.path })
    }

    private func enter(_ stage: WebStage) async throws -> (cookie: String, csrf: String) {
        let cookie = try #require(try await stage.ask("POST", newLink(stage)).cookie)
        return (cookie, CSRF.token(for: String(cookie.dropFirst("zr_session=".count))))
    }
}
