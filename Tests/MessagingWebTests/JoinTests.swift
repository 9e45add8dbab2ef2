import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import MessagingWeb

/// Coming in with an invitation, going over between landlords, and losing access.
@Suite("Joining and leaving") struct JoinTests {
    @Test("An invitation lets one person in, once, by POST; its code is in no address that a server sees", arguments: TestEngine.allCases)
    func once(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let made = try await self.invite(stage, as: "agent"), code = try #require(made.json["code"]?.string)
            let url = try #require(made.json["url"]?.string.flatMap { URL(string: $0) })
            let marek = try await self.enter(stage, "marek"), nina = try await stage.token(of: "nina")

            let look = try await self.post("/join", "code=\(code)", as: marek, stage)
            let lookAgain = try await self.post("/join", "code=\(code)", as: marek, stage)
            let joined = try await self.post("/join/accept", "code=\(code)", as: marek, stage)
            let late = try await stage.ask("POST", "/api/whatsapp/join", token: nina, json: #"{"invitation":"\#(code)"}"#)

            #expect(url.path == "/join" && url.query == nil && url.fragment == code)
            #expect([look, lookAgain].allSatisfy { $0.status == 200 && $0.text.contains("Join <bdi>Brandt Lettings</bdi>") })
            #expect(joined.status == 303 && joined.headers["Location"] == ["/inbox"])
            #expect(late.status == 410 && late.code == "invitationOver")
            // The browser has gone over; what it was before is worth nothing.
            let inside = try await stage.ask("GET", "/inbox", headers: ["Cookie": try #require(joined.cookie)])
            #expect(inside.text.contains("Brandt Lettings") && inside.text.contains("You also serve"))
            #expect(try await stage.ask("GET", "/inbox", headers: ["Cookie": marek.cookie]).status == 401)
        }
    }

    @Test("Withdrawn, a week old or made up, an invitation opens nothing")
    func over() async throws {
        let clock = TestClock()
        try await withStage(.sqlite, StageOptions(clock: { clock.now })) { stage in
            let olga = try await stage.token(of: "olga", lasting: 30 * 86_400),
                marek = try await stage.token(of: "marek", lasting: 30 * 86_400)
            let withdrawn = try await self.invite(stage, as: "agent").json, old = try await self.invite(stage, as: "agent").json
            _ = try await stage.ask("DELETE", "/api/whatsapp/invitations/\(withdrawn["id"]?.string ?? "")", token: olga)
            @Sendable func join(_ code: String?) async throws -> Int {
                try await stage.ask("POST", "/api/whatsapp/join", token: marek, json: #"{"invitation":"\#(code ?? "")"}"#).status
            }

            #expect(try await join(withdrawn["code"]?.string) == 410)
            #expect(try await join("made-up-made-up-made-up-made-up") == 410)
            clock.advance(by: 7 * 86_400 + 1)
            #expect(try await join(old["code"]?.string) == 410)
            #expect(try await stage.ask("GET", "/api/whatsapp/people", token: olga).items.count == 1)
        }
    }

    @Test("Where nobody becomes a landlord by signing in, an invitation is the way in, with the name that the platform tells")
    func withoutLandlord() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["AUTH_CREATE_LANDLORDS": "no"])) { stage in
            let code = try #require(try await self.invite(stage, as: "readOnly").json["code"]?.string)
            let marek = try await stage.token(of: "marek")

            let before = try await stage.ask("GET", "/api/whatsapp/people", token: marek)
            let joined = try await stage.ask("POST", "/api/whatsapp/join", token: marek, json: #"{"invitation":"\#(code)"}"#)
            let after = try await stage.ask("GET", "/api/whatsapp/people", token: marek)
            let nobody = try await stage.ask("POST", "/api/whatsapp/join", json: #"{"invitation":"\#(code)"}"#)

            #expect(before.status == 403 && nobody.status == 401)
            #expect(joined.json["role"]?.string == "readOnly" && joined.json["landlord"]?["name"]?.string == "Brandt Lettings")
            #expect(after.items.first { $0["isYou"]?.bool == true }?["role"]?.string == "readOnly")
        }
    }

    @Test("Who is taken away is out at once: cookie, token, open stream and the addresses of files", arguments: TestEngine.allCases)
    func takenAway(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let olga = try await stage.token(of: "olga")
            let code = try #require(try await self.invite(stage, as: "agent").json["code"]?.string)
            let joined = try await self.post("/join/accept", "code=\(code)", as: self.enter(stage, "marek"), stage)
            let cookie = ["Cookie": try #require(joined.cookie)]
            let token = try await stage.token(of: "marek")
            let listens = Mutex(false)
            async let told = stage.events("/api/whatsapp/events", token: token, headers: ["X-Landlord": "olga"]) { text in
                listens.withLock { $0 = true }
                return text.contains("event: reset")
            }
            try await eventually("Marek listens") { listens.withLock { $0 } }

            let before = try await stage.ask("GET", "/inbox", headers: cookie).status
            let taken = try await stage.ask("DELETE", "/api/whatsapp/people/marek", token: olga).status

            #expect(before == 200 && taken == 204)
            #expect(try await told.contains("event: reset"))
            #expect(try await stage.ask("GET", "/inbox", headers: cookie).status == 401)
            let byToken = try await stage.ask("GET", "/api/whatsapp/people", token: token, headers: ["X-Landlord": "olga"])
            #expect(byToken.status == 404)
        }
    }

    @Test("The last owner can neither leave nor become less")
    func lastOwner() async throws {
        try await withStage { stage in
            let olga = try await stage.token(of: "olga")
            _ = try await self.invite(stage, as: "agent")

            let left = try await stage.ask("DELETE", "/api/whatsapp/people/olga", token: olga)
            let less = try await stage.ask("PATCH", "/api/whatsapp/people/olga", token: olga, json: #"{"role":"agent"}"#)
            let named = try await stage.ask("PATCH", "/api/whatsapp/people/olga", token: olga, json: #"{"name":"Olga \u202e Brandt"}"#)

            #expect([left, less].allSatisfy { $0.status == 409 && $0.code == "lastOwner" })
            #expect(named.json["name"]?.string == "Olga Brandt" && named.json["role"]?.string == "owner")
        }
    }

    @Test("One goes over only to a landlord whom one serves, and another landlord's page gets no news")
    func switching() async throws {
        try await withStage { stage in
            try await stage.withProduct { product in
                for (id, name) in [("olga", "Brandt Lettings"), ("pavel", "Pavel Novak Homes")] {
                    try await product.landlords.create(landlord: Landlord.ID(id), name: name, owner: Person.ID(id))
                }
                try await product.landlords.add(colleague: Person.ID("pavel"), named: "Pavel", to: Landlord.ID("olga"))
                try await product.landlords.create(landlord: Landlord.ID("nina"), name: "Nina's", owner: Person.ID("nina"))
            }
            let pavel = try await self.enter(stage, "pavel", landlord: "pavel")

            let stranger = try await self.post("/switch", "landlord=nina", as: pavel, stage)
            let over = try await self.post("/switch", "landlord=olga", as: pavel, stage)
            let cookie = ["Cookie": try #require(over.cookie)]
            let page = try await stage.ask("GET", "/inbox", headers: cookie)
            let oldPage = try await stage.ask("GET", "/live?after=0&landlord=pavel", headers: cookie)

            #expect(stranger.status == 404 && over.status == 303)
            #expect(page.text.contains("<span class=\"cut\" dir=\"auto\">Brandt Lettings</span>"))
            #expect(oldPage.text == "id: 0\nevent: reset\ndata: \n\n")
        }
    }

    private func invite(_ stage: WebStage, as role: String) async throws -> Answer {
        let olga = try await stage.token(of: "olga", lasting: 30 * 86_400)
        _ = try await stage.withProduct {
            try await $0.landlords.create(landlord: Landlord.ID("olga"), name: "Brandt Lettings", owner: Person.ID("olga"))
        }
        let answer = try await stage.ask("POST", "/api/whatsapp/invitations", token: olga, json: #"{"role":"\#(role)","name":"Marek"}"#)
        #expect(answer.status == 201)
        return answer
    }

    private func enter(_ stage: WebStage, _ person: String, landlord: String? = nil) async throws -> (cookie: String, csrf: String) {
        let headers = landlord.map { ["X-Landlord": $0] } ?? [:]
        let link = try await stage.ask("POST", "/api/whatsapp/signInLinks", token: stage.token(of: person), headers: headers)
        let path = try #require(link.json["url"]?.string.flatMap { URL(string: $0)?.path })
        let cookie = try #require(try await stage.ask("POST", path).cookie)
        return (cookie, CSRF.token(for: String(cookie.dropFirst("zr_session=".count))))
    }

    private func post(_ path: String, _ form: String, as visitor: (cookie: String, csrf: String), _ stage: WebStage) async throws -> Answer
    {
        try await stage.ask(
            "POST", path, headers: ["Cookie": visitor.cookie, "Accept": "text/html"], form: form + "&csrf=\(visitor.csrf)")
    }
}
