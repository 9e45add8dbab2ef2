import Foundation
import Messaging
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// Copies of a conversation by API and page, with the programs that make them.
@Suite struct ExportAPITests {
    @Test("A bundle and a PDF are asked for, followed and fetched without a token", arguments: TestEngine.allCases)
    func copies(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            let token = try await stage.token(of: "olga")
            let conversation = try #require(try await stage.nadiaSays("Is the heating fixed?")["id"]?.string)
            let path = "/api/whatsapp/conversations/\(conversation)/exports"

            for (format, head) in [("bundle", "manifest.json"), ("pdf", "%PDF-1")] {
                let asked = try await stage.ask("POST", path, token: token, json: #"{"format":"\#(format)"}"#)
                #expect(asked.status == 202, "\(asked.text)")
                let id = try #require(asked.json["id"]?.string)
                let ready = try await eventually("the \(format) is ready") {
                    let answer = try await stage.ask("GET", "\(path)/\(id)", token: token).json
                    #expect(answer["status"]?.string != "failed", "\(answer.text)")
                    return answer["status"]?.string == "ready" ? answer : nil
                }
                let file = try await stage.ask("GET", try #require(ready["url"]?.string))
                #expect(file.status == 200 && file.text.hasPrefix(head))
                #expect(file.headers["Content-Disposition"].first?.contains("attachment; filename*=UTF-8''Nadia%20Rahman%20") == true)
                #expect(file.headers["X-Content-Type-Options"] == ["nosniff"])
                #expect(ready["expiresAt"]?.string != nil && ready["sha256"]?.string?.count == 64)
            }
            let key = try await stage.ask("GET", "/api/whatsapp/exports/key", token: token).json
            #expect(key["algorithm"]?.string == "Ed25519" && Data(base64Encoded: key["publicKey"]?.string ?? "")?.count == 32)
        }
    }

    @Test("An unknown format is refused in words, and so is an export of another conversation")
    func refused() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            try await stage.syncTenants()
            try await stage.connectOlga()
            let token = try await stage.token(of: "olga")
            let conversation = try #require(try await stage.nadiaSays("Is the heating fixed?")["id"]?.string)
            let path = "/api/whatsapp/conversations/\(conversation)/exports"

            let unknown = try await stage.ask("POST", path, token: token, json: #"{"format":"docx"}"#)
            let missing = try await stage.ask("POST", path, token: token, json: "{}")
            let made = try await stage.ask("POST", path, token: token, json: #"{"format":"bundle"}"#)
            let id = try #require(made.json["id"]?.string)
            let elsewhere = try await stage.ask("GET", "/api/whatsapp/conversations/other/exports/\(id)", token: token)

            #expect(unknown.status == 400 && unknown.json["error"]?["message"]?.string == "format must be pdf or bundle.")
            #expect(missing.status == 400 && elsewhere.status == 404)
        }
    }

    @Test("On paper hostile words stay words, and names cannot turn the line")
    func paper() throws {
        let views = try Views()
        let hostile = "</p><script>alert(1)</script><img src=\"file:///etc/passwd\">\u{202E}txt.exe"
        let line = TranscriptPage.Line(
            side: "in", time: "10:00:00", speaker: hostile, quote: hostile, label: hostile, words: [hostile], details: [hostile])
        let page = TranscriptPage(
            documentTitle: hostile, running: hostile,
            head: .init(title: hostile, facts: [.init(factName: "x", factValue: hostile)], note: ""),
            days: [.init(dayWords: "Monday", lines: [line])], foot: nil)

        let html = try views.page(page)

        #expect(!html.contains("<script") && !html.contains("<img") && html.contains("&lt;script&gt;"))
    }

    @Test("Every kind of message has words on paper")
    func kinds() {
        for body in Self.bodies {
            let paper = body.onPaper
            #expect(paper.words != nil || paper.label != nil)
        }
        #expect(MessageBubble.Body.text("Tuesdays are *best*").onPaper.words == "Tuesdays are *best*")
        #expect(MessageBubble.Body.deleted(said: "It is at 0.3").onPaper.words == "It is at 0.3")
    }

    private static let bodies: [MessageBubble.Body] = [
        .text("Hello", buttons: ["Yes"]), .picked("Yes"), .media(.init(.image), caption: nil),
        .location(.init(name: nil, address: nil, latitude: 1, longitude: 2)), .contacts([.init(cardName: "Harker", numbers: ["1"])]),
        .form(.init(title: nil, answers: [])), .order(.init([]), note: nil), .unknown(kind: "poll", original: "{}"), .deleted(said: nil),
        .event(icon: .phone, words: "Called"),
    ]
}
