import Foundation
import Messaging
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// Every address, walked with no sign-in, a wrong one, and another landlord's.
@Suite struct RouteTests {
    /// Who may ask. An address that is missing here fails the test that reads the router.
    enum Wall {
        /// Anybody; the address says no itself where it must.
        case none
        /// A landlord's token; nothing of the landlord's is named in the path.
        case landlord
        /// A landlord's token, and the ID in the path must be the landlord's own.
        case own(String)
    }

    static let walls: [String: Wall] = [
        "GET /health": .none, "GET /ready": .none, "GET /webhook/whatsapp": .none, "POST /webhook/whatsapp": .none,
        "GET /sign-in": .none, "POST /sign-in": .none, "GET /sign-in/:link": .none, "POST /sign-in/:link": .none,
        "POST /sign-out": .landlord,
        "GET /api/whatsapp/accounts": .landlord, "DELETE /api/whatsapp/accounts/:account": .own("account"),
        "POST /api/whatsapp/onboard": .landlord, "GET /api/whatsapp/onboard/:onboarding": .own("onboarding"),
        "POST /api/whatsapp/onboard/:onboarding": .own("onboarding"),
        "GET /api/whatsapp/contacts": .landlord, "PUT /api/whatsapp/contacts": .landlord,
        "GET /api/whatsapp/contacts/:contact": .own("contact"), "PATCH /api/whatsapp/contacts/:contact": .own("contact"),
        "DELETE /api/whatsapp/contacts/:contact": .own("contact"), "POST /api/whatsapp/sendMessage": .landlord,
        "GET /api/whatsapp/conversations": .landlord, "GET /api/whatsapp/conversations/:conversation": .own("conversation"),
        "GET /api/whatsapp/conversations/:conversation/messages": .own("conversation"),
        "POST /api/whatsapp/conversations/:conversation/read": .own("conversation"),
        "GET /api/whatsapp/messages/:message": .own("message"), "GET /api/whatsapp/events": .landlord,
        "POST /api/whatsapp/signInLinks": .landlord,
        "GET /": .none, "GET /assets/:digest/**": .none, "GET /live": .landlord, "GET /connect": .landlord,
        "POST /connect/start": .landlord,
        "POST /connect/:onboarding": .own("onboarding"),
        "GET /contacts": .landlord, "GET /contacts/:contact/conversation": .own("contact"), "GET /inbox": .landlord,
        "GET /inbox/:conversation/gallery": .own("conversation"), "GET /api/whatsapp/search": .landlord,
        "GET /inbox/:conversation": .own("conversation"), "POST /inbox/:conversation/messages": .own("conversation"),
        "POST /inbox/:conversation/templates": .own("conversation"),
        "POST /inbox/:conversation/messages/:message/again": .own("message"),
        "GET /inbox/:conversation/messages/:message/react": .own("message"),
        "POST /inbox/:conversation/messages/:message/react": .own("message"),
        "GET /inbox/:conversation/messages/:message/story": .own("message"),
        "GET /inbox/:conversation/more/:kind": .own("conversation"), "POST /inbox/:conversation/more/:kind": .own("conversation"),
        "GET /inbox/:conversation/messages/:message/file": .own("message"),
        "GET /inbox/:conversation/messages/:message/preview": .own("message"),
        "POST /inbox/:conversation/composer": .own("conversation"), "POST /inbox/:conversation/later": .own("conversation"),
        "POST /inbox/:conversation/later/take-back": .own("conversation"),
        "POST /inbox/:conversation/files": .own("conversation"), "POST /api/whatsapp/media": .landlord,
        "POST /inbox/:conversation/exports": .own("conversation"), "GET /inbox/:conversation/exports/:export/file": .own("export"),
        "POST /api/whatsapp/conversations/:conversation/exports": .own("conversation"),
        "GET /api/whatsapp/conversations/:conversation/exports/:export": .own("export"), "GET /api/whatsapp/exports/key": .landlord,
        "GET /api/whatsapp/messages/:message/media": .own("message"), "GET /media/:pass/:name": .none,
        "HEAD /media/:pass/:name": .none, "GET /service-worker.js": .none, "GET /notifications": .landlord,
        "POST /notifications/devices": .landlord, "POST /notifications/devices/:device/words": .own("device"),
        "POST /notifications/devices/:device/remove": .own("device"), "POST /inbox/:conversation/presence": .own("conversation"),
        "POST /switch": .landlord, "GET /join": .landlord, "POST /join": .landlord, "POST /join/accept": .landlord,
        "POST /api/whatsapp/join": .none,
        "GET /people": .landlord, "POST /people/name": .landlord, "POST /people/invitations": .landlord,
        "POST /people/invitations/:invitation/withdraw": .own("invitation"), "POST /people/:person/role": .own("person"),
        "POST /people/:person/take-away": .own("person"),
        "GET /api/whatsapp/people": .landlord, "PATCH /api/whatsapp/people/:person": .own("person"),
        "DELETE /api/whatsapp/people/:person": .own("person"), "GET /api/whatsapp/invitations": .landlord,
        "POST /api/whatsapp/invitations": .landlord, "DELETE /api/whatsapp/invitations/:invitation": .own("invitation"),
        "POST /inbox/:conversation/notes": .own("conversation"), "POST /inbox/:conversation/assignee": .own("conversation"),
        "POST /inbox/:conversation/labels": .own("conversation"), "POST /inbox/:conversation/snooze": .own("conversation"),
        "POST /inbox/:conversation/done": .own("conversation"), "POST /inbox/:conversation/reopen": .own("conversation"),
        "GET /inbox/:conversation/quick-answers": .own("conversation"), "GET /inbox/:conversation/labels": .own("conversation"),
        "GET /api/whatsapp/conversations/:conversation/entries": .own("conversation"),
        "POST /api/whatsapp/conversations/:conversation/notes": .own("conversation"),
        "PUT /api/whatsapp/conversations/:conversation/assignee": .own("conversation"),
        "PUT /api/whatsapp/conversations/:conversation/labels": .own("conversation"),
        "PUT /api/whatsapp/conversations/:conversation/snooze": .own("conversation"),
        "PUT /api/whatsapp/conversations/:conversation/done": .own("conversation"),
        "DELETE /api/whatsapp/conversations/:conversation/snooze": .own("conversation"),
        "DELETE /api/whatsapp/conversations/:conversation/done": .own("conversation"),
        "GET /api/whatsapp/conversations/:conversation/quickAnswers": .own("conversation"),
        "GET /api/whatsapp/labels": .landlord, "POST /api/whatsapp/labels": .landlord,
        "DELETE /api/whatsapp/labels/:label": .own("label"),
        "GET /quick-answers": .landlord, "POST /quick-answers": .landlord, "POST /quick-answers/:answer": .own("answer"),
        "POST /quick-answers/:answer/remove": .own("answer"),
        "GET /api/whatsapp/quickAnswers": .landlord, "POST /api/whatsapp/quickAnswers": .landlord,
        "PUT /api/whatsapp/quickAnswers/:answer": .own("answer"), "DELETE /api/whatsapp/quickAnswers/:answer": .own("answer"),
    ]

    @Test("Every address has a wall that a test knows, and none hides another")
    func everyAddressIsKnown() async throws {
        try await withTestDatabaseURL(.sqlite) { url in
            let media = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: media) }
            let settings = try Settings(
                ["DATABASE_URL": url.text, "TOKEN_KEYS": TokenKeys.newKey(id: "k"), "MEDIA_STORE": "file:\(media.path)"], for: .storage)
            let databases = try await ServerDatabases.open(settings)
            let httpClient = GraphClient.makeHTTPClient(for: settings.graph)
            let site = try await Server(settings, logger: quietLogger).site(databases, httpClient)
            let router = site.routes(site.webhookIntake())
            let addresses = router.routes.map { $0.description.replacing("{", with: ":").replacing("}", with: "") }
            await databases.close()
            try await httpClient.shutdown()

            #expect(throws: Never.self) { try router.validate() }
            #expect(Set(addresses) == Set(Self.walls.keys))
        }
    }

    @Test("Behind every wall, nobody and strangers get 401, and another landlord's IDs are as good as none", arguments: TestEngine.allCases)
    func walk(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            let ids = try await Self.olgasIDs(stage)
            let pavel = try await stage.token(of: "pavel"), expired = try await stage.token(of: "olga", lasting: -1)
            for (address, wall) in Self.walls {
                let (method, path) = Self.parts(of: address, ids)
                let body = method == "GET" || method == "DELETE" ? nil : "{}"
                if case .none = wall { continue }
                for headers in [
                    [:], ["Authorization": "Bearer \(expired)"], ["Authorization": "Basic b2xnYTpv"], ["Cookie": "zr_session=guess"],
                ] {
                    let answer = try await stage.ask(method, path, headers: headers, json: body)
                    #expect(answer.status == 401, "\(address) with \(headers.keys)")
                    #expect(answer.headers["WWW-Authenticate"].isEmpty == false)
                }
                guard case .own = wall else { continue }
                let foreign = try await stage.ask(method, path, token: pavel, json: body)
                let missing = try await stage.ask(
                    method, Self.parts(of: address, ids.mapValues { _ in "none" }).path, token: pavel, json: body)
                #expect(foreign.status == 404 && missing.status == 404, "\(address)")
                #expect(Self.withoutRequestID(foreign) == Self.withoutRequestID(missing), "\(address)")
            }
            try await self.expectUntouched(ids, stage)
        }
    }

    @Test("Lists hold nothing of another landlord's, and X-Landlord opens no foreign door")
    func lists() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            _ = try await Self.olgasIDs(stage)
            let pavel = try await stage.token(of: "pavel")

            for path in ["accounts", "contacts", "conversations", "labels", "quickAnswers", "invitations"] {
                #expect(try await stage.ask("GET", "/api/whatsapp/\(path)", token: pavel).items.isEmpty)
            }
            let foreign = try await stage.ask("GET", "/api/whatsapp/contacts", token: pavel, headers: ["X-Landlord": "olga"])
            let tenant = try await stage.ask("GET", "/api/whatsapp/conversations?tenantId=t-nadia", token: pavel)
            #expect(foreign.status == 404)
            #expect(tenant.status == 404)
        }
    }

    @Test("Somebody who acts for several landlords must choose, and is told among which")
    func severalLandlords() async throws {
        try await withStage { stage in
            try await stage.withProduct { product in
                for (id, name) in [("olga", "Brandt Lettings"), ("pavel", "Pavel Novak Homes")] {
                    try await product.landlords.create(landlord: Landlord.ID(id), name: name, owner: Person.ID(id))
                    try await product.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: Landlord.ID(id))
                }
            }
            let marek = try await stage.token(of: "marek")

            let undecided = try await stage.ask("GET", "/api/whatsapp/accounts", token: marek)
            let decided = try await stage.ask("GET", "/api/whatsapp/accounts", token: marek, headers: ["X-Landlord": "olga"])

            #expect(undecided.status == 409)
            #expect(undecided.json["error"]?["details"]?["landlords"]?.array?.compactMap { $0["id"]?.string } == ["olga", "pavel"])
            #expect(decided.status == 200)
        }
    }

    @Test("Without AUTH_CREATE_LANDLORDS somebody unknown is told so, and nothing is made")
    func unknownPerson() async throws {
        try await withStage(.sqlite, StageOptions(variables: ["AUTH_CREATE_LANDLORDS": "no"])) { stage in
            let answer = try await stage.ask("GET", "/api/whatsapp/accounts", token: stage.token(of: "stranger"))

            #expect(answer.status == 403 && answer.code == "unknownPerson")
            let exists = try await stage.withProduct { try await $0.landlords.exists(Landlord.ID("stranger")) }
            #expect(!exists)
        }
    }

    static func olgasIDs(_ stage: WebStage) async throws -> [String: String] {
        try await stage.syncTenants()
        try await stage.connectOlga()
        let conversation = try await stage.nadiaSays("Is the heating fixed?"), olga = try await stage.token(of: "olga")
        let account = try await stage.ask("GET", "/api/whatsapp/accounts", token: olga).items.first?["id"]?.string
        let onboarding = try await stage.withProduct { product in
            let membership = try await product.landlords.membership(of: Person.ID("olga"), chosen: nil, creating: false, name: nil)
            return try await product.desk(of: membership).latestOnboarding()?.onboarding.onboardingId.rawValue
        }
        try await stage.tellOlga("a-browser-of-olgas-and-nobody-elses")
        let path = "/api/whatsapp/conversations/\(conversation["id"]?.string ?? "")/exports"
        let export = try await stage.ask("POST", path, token: olga, json: #"{"format":"bundle"}"#)
        try await stage.withProduct {
            try await $0.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: Landlord.ID("olga"))
        }
        func made(_ path: String, _ json: String) async throws -> String {
            try #require(try await stage.ask("POST", "/api/whatsapp/\(path)", token: olga, json: json).json["id"]?.string)
        }
        return [
            "device": PushDevice.id(of: "a-browser-of-olgas-and-nobody-elses"), "export": try #require(export.json["id"]?.string),
            "person": "marek", "invitation": try await made("invitations", #"{"role":"agent"}"#),
            "label": try await made("labels", #"{"name":"Boiler"}"#),
            "answer": try await made("quickAnswers", #"{"title":"Keys","text":"Your keys are here."}"#),
            "account": try #require(account), "onboarding": try #require(onboarding),
            "conversation": try #require(conversation["id"]?.string), "contact": try #require(conversation["contact"]?["id"]?.string),
            "message": try #require(conversation["lastMessage"]?["id"]?.string),
        ]
    }

    private func expectUntouched(_ ids: [String: String], _ stage: WebStage) async throws {
        let olga = try await stage.token(of: "olga")
        let accounts = try await stage.ask("GET", "/api/whatsapp/accounts", token: olga).items
        let contact = try await stage.ask("GET", "/api/whatsapp/contacts/\(ids["contact"] ?? "")", token: olga)
        let conversation = try await stage.ask("GET", "/api/whatsapp/conversations/\(ids["conversation"] ?? "")", token: olga)
        #expect(accounts.first?["status"]?.string == "connected")
        #expect(contact.json["name"]?.string == "Nadia Rahman")
        #expect(conversation.json["unread"]?.integer == 1)
        #expect(conversation.json["assignedTo"]?.string == nil && conversation.json["doneAt"]?.string == nil)
        #expect(try await stage.ask("GET", "/api/whatsapp/people", token: olga).items.count == 2)
        for list in ["invitations", "labels", "quickAnswers"] {
            #expect(try await stage.ask("GET", "/api/whatsapp/\(list)", token: olga).items.count == 1)
        }
    }

    static func parts(of address: String, _ ids: [String: String]) -> (method: String, path: String) {
        let parts = address.split(separator: " ")
        let path = ids.reduce(String(parts[1])) { $0.replacing(":\($1.key)", with: $1.value) }
        return (String(parts[0]), path)
    }

    private static func withoutRequestID(_ answer: Answer) -> String {
        answer.text.replacing(answer.json["error"]?["requestId"]?.string ?? "-", with: "")
    }
}
