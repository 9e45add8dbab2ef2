import Foundation
import Messaging
import TestSupport
import Testing

@testable import MessagingWeb

/// What each role may do, address by address.
@Suite("Roles") struct RoleTests {
    /// What an address changes, and a body that it would take. An address that is missing in both lists fails the test.
    static let deeds: [String: (Deed, body: String)] = [
        "DELETE /api/whatsapp/accounts/:account": (.connect, ""), "POST /api/whatsapp/onboard": (.connect, #"{"code":"c"}"#),
        "POST /api/whatsapp/onboard/:onboarding": (.connect, "{}"), "POST /connect/:onboarding": (.connect, ""),
        "PUT /api/whatsapp/contacts": (.organise, "[]"), "PATCH /api/whatsapp/contacts/:contact": (.organise, "{}"),
        "DELETE /api/whatsapp/contacts/:contact": (.organise, ""),
        "POST /api/whatsapp/sendMessage": (.answer, #"{"tenantId":"t-nadia","text":"Hello"}"#), "POST /api/whatsapp/media": (.answer, "x"),
        "POST /api/whatsapp/conversations/:conversation/read": (.organise, ""),
        "POST /inbox/:conversation/messages": (.answer, "text=Hello"), "POST /inbox/:conversation/files": (.answer, "x"),
        "POST /inbox/:conversation/templates": (.answer, "template=x"), "POST /inbox/:conversation/later": (.answer, "text=Hello"),
        "POST /inbox/:conversation/later/take-back": (.answer, "answer=1"),
        "POST /inbox/:conversation/messages/:message/again": (.answer, ""),
        "POST /inbox/:conversation/messages/:message/react": (.answer, "emoji=x"),
        "POST /inbox/:conversation/more/:kind": (.answer, "name=x"),
        "POST /inbox/:conversation/exports": (.organise, "format=bundle"),
        "POST /api/whatsapp/conversations/:conversation/exports": (.organise, #"{"format":"bundle"}"#),
        "POST /people/invitations": (.manage, "role=agent"), "POST /people/invitations/:invitation/withdraw": (.manage, ""),
        "POST /people/:person/role": (.manage, "role=owner"), "POST /people/:person/take-away": (.manage, ""),
        "PATCH /api/whatsapp/people/:person": (.manage, #"{"role":"owner"}"#), "DELETE /api/whatsapp/people/:person": (.manage, ""),
        "GET /api/whatsapp/invitations": (.manage, ""), "POST /api/whatsapp/invitations": (.manage, #"{"role":"agent"}"#),
        "DELETE /api/whatsapp/invitations/:invitation": (.manage, ""),
        "POST /inbox/:conversation/notes": (.organise, "text=Hello"), "POST /inbox/:conversation/assignee": (.organise, "person="),
        "POST /inbox/:conversation/labels": (.organise, "new=Keys"), "POST /inbox/:conversation/snooze": (.organise, "until=x"),
        "POST /inbox/:conversation/done": (.organise, ""), "POST /inbox/:conversation/reopen": (.organise, ""),
        "POST /api/whatsapp/conversations/:conversation/notes": (.organise, #"{"text":"Hello"}"#),
        "PUT /api/whatsapp/conversations/:conversation/assignee": (.organise, #"{"person":null}"#),
        "PUT /api/whatsapp/conversations/:conversation/labels": (.organise, #"{"labels":[]}"#),
        "PUT /api/whatsapp/conversations/:conversation/snooze": (.organise, #"{"until":"2099-01-01T09:00:00Z"}"#),
        "PUT /api/whatsapp/conversations/:conversation/done": (.organise, ""),
        "DELETE /api/whatsapp/conversations/:conversation/snooze": (.organise, ""),
        "DELETE /api/whatsapp/conversations/:conversation/done": (.organise, ""),
        "POST /api/whatsapp/labels": (.organise, #"{"name":"Keys"}"#), "DELETE /api/whatsapp/labels/:label": (.organise, ""),
        "POST /quick-answers": (.organise, "title=A&text=B"), "POST /quick-answers/:answer": (.organise, "title=A&text=B"),
        "POST /quick-answers/:answer/remove": (.organise, ""),
        "POST /api/whatsapp/quickAnswers": (.organise, #"{"title":"C","text":"D"}"#),
        "PUT /api/whatsapp/quickAnswers/:answer": (.organise, #"{"title":"C","text":"D"}"#),
        "DELETE /api/whatsapp/quickAnswers/:answer": (.organise, ""),
    ]

    /// What changes nothing of the landlord's although it is no reading: one's own session and name, a link for oneself, how a composer looks.
    static let harmless: Set = [
        "POST /sign-out", "POST /switch", "POST /join", "POST /join/accept", "POST /people/name", "POST /connect/start",
        "POST /api/whatsapp/signInLinks", "POST /inbox/:conversation/composer", "POST /inbox/:conversation/presence",
        "POST /notifications/devices", "POST /notifications/devices/:device/words", "POST /notifications/devices/:device/remove",
    ]

    @Test(
        "Every address that changes something is told to no one whose role does not allow it, and to everyone else",
        arguments: TestEngine.allCases)
    func walk(engine: TestEngine) async throws {
        let changing = RouteTests.walls.filter { address, wall in
            if case .none = wall { false } else { !address.hasPrefix("GET ") }
        }.keys
        #expect(Set(changing).subtracting(Self.harmless).symmetricDifference(Self.deeds.keys) == ["GET /api/whatsapp/invitations"])

        try await withStage(engine, StageOptions(meta: true)) { stage in
            let ids = try await RouteTests.olgasIDs(stage)
            try await stage.withProduct {
                try await $0.landlords.add(colleague: Person.ID("nina"), named: "Nina", to: Landlord.ID("olga"), as: .readOnly)
            }
            // Whoever may do least first: what owners do takes things away.
            for (person, role) in [("nina", Role.readOnly), ("marek", .agent), ("olga", .owner)] {
                let token = try await stage.token(of: person)
                for (address, (deed, body)) in Self.deeds {
                    let (method, path) = RouteTests.parts(of: address, ids)
                    let isForm = !path.hasPrefix("/api/")
                    let answer = try await stage.ask(
                        method, path, token: token, json: isForm || body.isEmpty ? nil : body, form: isForm && !body.isEmpty ? body : nil)
                    let isRefused = answer.status == 403
                    #expect(isRefused == !role.may(deed), "\(person) at \(address): \(answer.status) \(answer.text.prefix(120))")
                    if isRefused { #expect(answer.code == "notAllowed", "\(address)") }
                }
                // What an agent did must not stand in an owner's way.
                if role == .readOnly { #expect(try await stage.ask("GET", "/inbox", token: token).status == 200) }
            }
        }
    }

    @Test("Somebody who reads along finds no composer, no switch for notes and nothing to press, and reads for nobody else")
    func readingAlong() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            let ids = try await RouteTests.olgasIDs(stage), conversation = try #require(ids["conversation"])
            try await stage.withProduct {
                try await $0.landlords.add(colleague: Person.ID("nina"), named: "Nina", to: Landlord.ID("olga"), as: .readOnly)
            }
            let nina = try await stage.token(of: "nina"), olga = try await stage.token(of: "olga")

            let page = try await stage.ask("GET", "/inbox/\(conversation)", token: nina, headers: ["Accept": "text/html"])
            let refused = try await stage.ask(
                "POST", "/inbox/\(conversation)/messages", token: nina, headers: ["Accept": "text/html"], form: "text=Hello")

            #expect(page.status == 200 && page.text.contains("You read along here. An owner can let you write to Nadia."))
            #expect(!page.text.contains("<textarea") && !page.text.contains("/notes\"") && !page.text.contains("/done\""))
            #expect(!page.text.contains("data-read-to"))
            #expect(refused.status == 403 && refused.text.contains("Your role does not allow this"))
            let unread = try await stage.ask("GET", "/api/whatsapp/conversations/\(conversation)", token: olga).json["unread"]?.integer
            #expect(unread == 1)
        }
    }

    @Test("An agent finds on the page about the number whom to ask, and no button")
    func agentsAndNumbers() async throws {
        try await withStage { stage in
            try await stage.withProduct { product in
                try await product.landlords.create(landlord: Landlord.ID("olga"), name: "Brandt Lettings", owner: Person.ID("olga"))
                try await product.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: Landlord.ID("olga"))
            }

            let agent = try await stage.ask("GET", "/connect", token: stage.token(of: "marek"))
            let owner = try await stage.ask("GET", "/connect", token: stage.token(of: "olga"))

            #expect(agent.text.contains(NotAllowed(deed: .connect).message) && !agent.text.contains("data-sign-up"))
            #expect(owner.text.contains("data-sign-up"))
        }
    }
}
