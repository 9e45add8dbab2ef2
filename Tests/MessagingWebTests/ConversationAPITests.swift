import Foundation
import Messaging
import TestDatabases
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// The main job by API alone, against the pretend Meta.
@Suite struct ConversationAPITests {
    @Test("A landlord connects a number, reads what a tenant wrote and answers", arguments: TestEngine.allCases)
    func mainJob(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            let token = try await stage.token(of: "olga")
            let accounts = try await stage.ask("GET", "/api/whatsapp/accounts", token: token).items

            let conversation = try await stage.nadiaSays("Is the heating fixed?")
            let id = try #require(conversation["id"]?.string)
            let sent = try await stage.ask(
                "POST", "/api/whatsapp/sendMessage?wait=5", token: token,
                json: #"{"tenantId":"t-nadia","clientMessageId":"m-1","type":"text","text":{"body":"Yes, this morning."}}"#)

            #expect(accounts.first?["status"]?.string == "connected")
            #expect(conversation["unread"]?.integer == 1)
            #expect(conversation["windowExpiresAt"]?.string != nil)
            #expect(sent.status == 200)
            #expect(sent.json["wamid"]?.string?.hasPrefix("wamid.") == true)
            let delivered = try await eventually("two ticks") {
                let list = try await stage.ask("GET", "/api/whatsapp/conversations/\(id)/messages", token: token).items
                return list.first?["status"]?.string == "delivered" ? list : nil
            }
            #expect(delivered.map { $0["direction"]?.string } == ["out", "in"])
            #expect(delivered.map { $0["body"]?.string } == ["Yes, this morning.", "Is the heating fixed?"])
            let read = try await stage.ask("POST", "/api/whatsapp/conversations/\(id)/read", token: token)
            #expect(read.json["unread"]?.integer == 0)
        }
    }

    @Test("The same clientMessageId is the same message, and with other words a conflict", arguments: TestEngine.allCases)
    func clientMessageIDs(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            _ = try await stage.nadiaSays("Hello?")
            let token = try await stage.token(of: "olga")
            @Sendable func send(_ words: String) async throws -> Answer {
                let json = #"{"tenantId":"t-nadia","clientMessageId":"m-1","text":"\#(words)"}"#
                return try await stage.ask("POST", "/api/whatsapp/sendMessage", token: token, json: json)
            }

            let first = try await send("On my way."), again = try await send("On my way."), other = try await send("Not today.")

            #expect(first.status == 202 && again.status == 202)
            #expect(first.json["id"] == again.json["id"])
            #expect(other.status == 409)
            #expect(other.code == "clientMessageIdReused")
        }
    }

    @Test("A send that the rules forbid is refused by its name and leaves nothing behind")
    func refusedSends() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            let token = try await stage.token(of: "olga")
            let text = #"{"tenantId":"t-tom","text":"Hello Tom"}"#

            let withoutLine = try await stage.ask("POST", "/api/whatsapp/sendMessage", token: token, json: text)
            try await stage.connectOlga()
            let tooLate = try await stage.ask("POST", "/api/whatsapp/sendMessage", token: token, json: text)
            let noTemplate = try await stage.ask(
                "POST", "/api/whatsapp/sendMessage", token: token,
                json: #"{"tenantId":"t-tom","type":"template","template":{"name":"no_such","language":{"code":"en_GB"}}}"#)
            let stranger = try await stage.ask(
                "POST", "/api/whatsapp/sendMessage", token: token, json: #"{"tenantId":"t-none","text":"Hi"}"#)

            #expect([withoutLine, tooLate, noTemplate].map(\.status) == [422, 422, 422])
            #expect([withoutLine, tooLate, noTemplate].map(\.code) == ["noLine", "windowClosed", "templateNotApproved"])
            #expect(stranger.status == 404)
            #expect(try await stage.ask("GET", "/api/whatsapp/conversations", token: token).items.isEmpty)
        }
    }

    @Test("Whoever was away catches up from the last event seen, and too old a place is told to start anew", arguments: TestEngine.allCases)
    func liveEvents(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            let token = try await stage.token(of: "olga")
            _ = try await stage.nadiaSays("Is anybody there?")

            let caughtUp = try await stage.events("/api/whatsapp/events", token: token, lastEventID: "0") {
                $0.contains("event: conversation\n")
            }
            let fromAnotherWorld = try await stage.events("/api/whatsapp/events", token: token, lastEventID: "999999") {
                $0.contains("reset")
            }
            let garbage = try await stage.ask("GET", "/api/whatsapp/events", token: token, headers: ["Last-Event-ID": "x"])

            #expect(caughtUp.contains("event: message\n"))
            #expect(caughtUp.contains("Is anybody there?") && caughtUp.contains(#""direction":"in""#))
            #expect(fromAnotherWorld.contains("event: reset\n"))
            #expect(garbage.status == 400)
        }
    }

    @Test("A live stream ends when its token does, and a server that stops does not wait for its readers")
    func streamsEnd() async throws {
        let text = try await withStage { stage in
            let short = try await stage.token(of: "olga", lasting: 2)
            let text = try await stage.events("/api/whatsapp/events", token: short) { _ in false }
            // Left open: the stage ends with this reader still there.
            let long = try await stage.token(of: "olga")
            Task { _ = try? await stage.events("/api/whatsapp/events", token: long) { _ in false } }
            return text
        }

        #expect(text.hasPrefix("retry:"))
    }
}
