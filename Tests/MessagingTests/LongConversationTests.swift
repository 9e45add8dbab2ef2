import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("A conversation of 200,000 messages")
struct LongConversationTests {
    @Test(
        "Any place in it is found by keys: the newest, before and after one, around one, a day, and its files",
        arguments: TestEngine.allCases)
    func places(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            try await world.fill(
                thread, messages: 200_000, saying: "'Number ' || n", type: "CASE WHEN n % 50000 = 0 THEN 'image' ELSE 'text' END")
            let middle = Cursor(key: "100000000", id: "m100000"), message = Message.ID("m100000")
            let asked: [@Sendable (LandlordRows) throws -> [Message]] = [
                { try $0.stretch(of: thread, at: .newest, limit: 50).messages },
                { try $0.stretch(of: thread, at: .before(middle), limit: 50).messages },
                { try $0.stretch(of: thread, at: .after(middle), limit: 50).messages },
                { try $0.stretch(of: thread, at: .around(message), limit: 50).messages },
                { try $0.messages(of: thread, after: Cursor(key: "150000000", id: ""), limit: 1).items },
                { try $0.files(of: thread, before: middle, limit: 48).items },
            ]

            var answers: [[Message]] = []
            for ask in asked {
                let (answer, plan) = try await world.database.read { db in
                    let explained = ExplainedConnection(db)
                    return (try ask(LandlordRows(World.olga, explained)), explained.plan)
                }
                answers.append(answer)
                #expect(
                    !plan.contains { $0.contains("SCAN m") || $0.contains("Seq Scan on messages") || $0.contains("Sort Key: at") },
                    "\(plan)")
                #expect(!plan.contains { $0.contains("USE TEMP B-TREE") }, "\(plan)")
            }

            #expect(
                answers.map { $0.first?.preview } == [
                    "Number 199952", "Number 99950", "Number 100001", "Number 99975", "Number 150000", "Number 50000",
                ])
            #expect(answers[3].count == 51 && answers[3].map(\.at) == answers[3].map(\.at).sorted())
        }
    }

    @Test("Reading on to both sides meets every message once", arguments: TestEngine.allCases)
    func everything(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            try await world.fill(thread, messages: 240, saying: "'Number ' || n")

            let start = try await olga.stretch(of: thread, at: .around(Message.ID("m100")), limit: 20)
            var seen = start.messages, earlier = start.earlier, later = start.later
            while let cursor = earlier {
                let more = try await olga.stretch(of: thread, at: .before(cursor), limit: 50)
                (seen, earlier) = (more.messages + seen, more.earlier)
            }
            while let cursor = later {
                let more = try await olga.stretch(of: thread, at: .after(cursor), limit: 50)
                (seen, later) = (seen + more.messages, more.later)
            }

            #expect(seen.map(\.preview) == (1...240).map { "Number \($0)" } + ["Is the heating fixed?"])
        }
    }

    @Test("A message of another conversation or landlord is not found in this one", arguments: TestEngine.allCases)
    func isolation(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2), (pavel, foreign) = try await world.pavelReady()
            let own = try #require(try await olga.messages(of: threads[1]).items.first?.messageId)
            let theirs = try #require(try await pavel.messages(of: foreign).items.first?.messageId)

            for (thread, message) in [(threads[0], own), (threads[0], theirs), (foreign, theirs)] {
                await #expect(throws: NotFound.self) { try await olga.stretch(of: thread, at: .around(message)) }
            }
            await #expect(throws: NotFound.self) { try await olga.files(of: foreign) }
            await #expect(throws: NotFound.self) { try await olga.firstMessage(of: foreign, since: world.clock.now) }
        }
    }

    @Test("A search steps through boxes by key and reads no table of all landlords'", arguments: TestEngine.allCases)
    func search(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            try await world.fill(thread, messages: 3_000, saying: "'Reading number ' || n")
            try await world.messaging.indexAll()
            if engine == .postgres { try await world.database.write { try $0.execute("ANALYZE search_documents") } }

            let plan = try await world.database.read { db in
                let explained = ExplainedConnection(db)
                _ = try LandlordRows(World.olga, explained).found(SearchQuery("reading 17"), before: nil, limit: 20)
                return explained.plan
            }

            let step =
                engine == .sqlite
                ? "SEARCH d USING COVERING INDEX search_documents_in_order (landlord_id=? AND number=?)" : "search_documents_words"
            #expect(plan.contains { $0.contains(step) }, "\(plan)")
            #expect(!plan.contains { $0.contains("SCAN d") || $0.contains("Seq Scan on search_documents") }, "\(plan)")
        }
    }
}
