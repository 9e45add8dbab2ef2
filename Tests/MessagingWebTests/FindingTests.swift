import Foundation
import Messaging
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// Looking for what was said, by pages and by the API.
@Suite struct FindingTests {
    @Test("A message is found by a landlord's own words only, with the words around it", arguments: TestEngine.allCases)
    func search(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            let message = try await conversation(stage, saying: "The <b>boiler</b> & the tap")["lastMessage"]
            let olga = try await stage.token(of: "olga"), pavel = try await stage.token(of: "pavel")

            let found = try await eventually("the message can be found") {
                let items = try await stage.ask("GET", "/api/whatsapp/search?q=boil", token: olga).items
                return items.isEmpty ? nil : items
            }
            let page = try await stage.ask("GET", "/inbox?show=unread&q=tap+%3A+boil", token: olga)

            #expect(found.count == 1 && found[0]["message"]?["id"] == message?["id"])
            #expect(found[0]["contact"]?["externalId"]?.string == "t-nadia")
            #expect(found[0]["excerpt"]?.array?.filter { $0["found"]?.bool == true }.map { $0["text"]?.string } == ["boiler"])
            #expect(page.text.contains("The &lt;b&gt;<mark>boiler</mark>&lt;/b&gt; &amp; the <mark>tap</mark>"))
            #expect(page.text.contains(#"value="tap : boil""#))
            let foreign = try await stage.ask("GET", "/api/whatsapp/search?q=boil", token: pavel)
            #expect(foreign.status == 200 && foreign.items.isEmpty)
            #expect(try await stage.ask("GET", "/inbox?q=boil", token: pavel).text.contains("Nothing found for “boil”"))
        }
    }

    @Test("Whatever is looked for is answered, and never as a command or as markup", arguments: TestEngine.allCases)
    func hostile(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let olga = try await stage.token(of: "olga")
            let questions = [
                "", "\"", "'", "\" OR \"", "a AND", "*", "(", "\u{0}", "%", "\u{202E}", "😀", "<script>alert(1)</script>", "{{csrf}}",
                "a:*&",
                String(repeating: "😀", count: 3_000), String(repeating: "a ", count: 10_000),
            ]

            for question in questions {
                let asked = question.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                for path in ["/inbox?q=", "/contacts?q=", "/api/whatsapp/search?q="] {
                    let answer = try await stage.ask("GET", path + asked, token: olga)
                    #expect(answer.status == 200, "\(path) \(question.prefix(20)): \(answer.text.prefix(200))")
                    #expect(!answer.text.contains("<script>alert"))
                }
            }
            for query in ["limit=0", "limit=101", "cursor=nonsense"] {
                #expect(try await stage.ask("GET", "/api/whatsapp/search?q=a&\(query)", token: olga).status == 400, "\(query)")
            }
        }
    }

    @Test("A conversation that is open at an older message is not read by that, and takes no new ones in", arguments: TestEngine.allCases)
    func history(engine: TestEngine) async throws {
        try await withStage(engine, StageOptions(meta: true)) { stage in
            let first = try await conversation(stage, saying: "Number 0"), id = try #require(first["id"]?.string)
            for number in 1...60 { _ = try await stage.nadiaSays("Number \(number)") }
            let olga = try await stage.token(of: "olga"), message = try #require(first["lastMessage"]?["id"]?.string)

            let around = try await stage.ask("GET", "/inbox/\(id)?message=\(message)", token: olga)
            let unread = try await stage.ask("GET", "/api/whatsapp/conversations/\(id)", token: olga).json["unread"]?.integer
            let later = try #require(around.text.firstMatch(of: /<p class="onward"[^>]*><a class="btn small" href="([^"]+)"/)?.1)
            let next = try await stage.ask("GET", String(later), token: olga)

            #expect(around.text.contains("data-found=\"message-\(message)\"") && around.text.contains("id=\"history-\(id)\""))
            #expect(!around.text.contains("data-read-to") && unread == 61)
            #expect(around.text.contains("Number 25<") && !around.text.contains("Number 26<"))
            #expect(next.text.contains("Number 26<") && next.text.contains("id=\"messages-\(id)\"") && next.text.contains("data-read-to"))
            let strange = try await stage.ask("GET", "/inbox/\(id)?message=none", token: olga)
            #expect(strange.status == 404)
        }
    }

    @Test("A day leads to its first message, a day without any to the next, and what is no day to the end")
    func day() async throws {
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            let first = try await conversation(stage, saying: "Hello"), id = try #require(first["id"]?.string)
            let olga = try await stage.token(of: "olga"), message = try #require(first["lastMessage"]?["id"]?.string)
            let today = TimeWords(now: Date()).dayStart(Date()).key

            for day in [today, "2020-02-29"] {
                let answer = try await stage.ask("GET", "/inbox/\(id)?day=\(day)", token: olga)
                #expect(answer.status == 303 && answer.headers["Location"] == ["/inbox/\(id)?message=\(message)#day-\(today)"], "\(day)")
            }
            for day in ["2999-01-01", "2026-02-30", "yesterday", "0000-00-00", "2026-1-1"] {
                let answer = try await stage.ask("GET", "/inbox/\(id)?day=\(day)", token: olga)
                #expect(answer.status == 303 && answer.headers["Location"] == ["/inbox/\(id)"], "\(day)")
            }
        }
    }

    @Test("A day begins at the reader's own midnight, also when clocks change")
    func midnight() {
        let words = TimeWords(now: Cast.words.now)

        #expect(words.start(ofDay: "2026-06-01").map(TimeWords.stamp) == "2026-05-31T23:00:00.000Z")
        #expect(words.start(ofDay: "2026-10-25").map(TimeWords.stamp) == "2026-10-24T23:00:00.000Z")
        #expect(words.start(ofDay: "2026-12-01").map(TimeWords.stamp) == "2026-12-01T00:00:00.000Z")
    }

    private func conversation(_ stage: WebStage, saying words: String) async throws -> JSONValue {
        try await stage.syncTenants()
        try await stage.connectOlga()
        return try await stage.nadiaSays(words)
    }
}
