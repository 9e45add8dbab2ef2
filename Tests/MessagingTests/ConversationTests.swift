import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Conversations")
struct ConversationTests {
    @Test("Reading a thread empties its count and tells Meta once, by the newest message", arguments: TestEngine.allCases)
    func read(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "First")
            let newest = try await world.meta.says("nadia", "Second")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await eventually("both are here") { try await olga.conversation(thread.id).unread == 2 }

            try await olga.markRead(thread.id)
            try await olga.markRead(thread.id)

            let unread = try await olga.conversation(thread.id).unread
            #expect(unread == 0)
            let receipts = try await eventually("Meta is told") {
                let calls = try await world.meta.requests().filter { $0["body"]?["status"]?.string == "read" }
                return calls.isEmpty ? nil : calls
            }
            #expect(receipts.map { $0["body"]?["message_id"]?.string } == [newest])
        }
    }

    @Test("Reading up to a message leaves what came after it unread", arguments: TestEngine.allCases)
    func readThrough(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let thread = try await olga.conversations().items[0]
            let seen = try #require(thread.lastMessage).messageId
            try await world.deliver(.text("wamid.LATER", "And one more", at: world.clock.now + 5))

            try await olga.markRead(thread.id, through: seen)

            let unread = try await olga.conversation(thread.id).unread
            #expect(unread == 1)
        }
    }

    @Test("Pages of a list neither skip nor repeat, also when times are equal", arguments: TestEngine.allCases)
    func pages(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let now = world.clock.now + 10
            for index in 0..<9 { try await world.deliver(.text("wamid.P\(index)", "No \(index)", at: now)) }
            let thread = try await olga.conversations().items[0].id

            var heard: [String] = []
            var cursor: Cursor?
            repeat {
                let page = try await olga.messages(of: thread, before: cursor, limit: 4)
                heard += page.items.map(\.preview)
                cursor = page.next
            } while cursor != nil

            #expect(heard.count == 10 && Set(heard).count == 10)
        }
    }

    @Test("An answer within the same second stands below what it answers", arguments: TestEngine.allCases)
    func sameSecond(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            let thread = try await olga.conversations().items[0].id
            for index in 0..<6 {
                let second = world.clock.now
                _ = try await olga.send(.text("Question \(index)"), to: .conversation(thread))
                try await world.deliver(.text("wamid.S\(index)", "Answer \(index)", at: second))
            }

            let said = try await olga.messages(of: thread).items.reversed().map(\.preview).dropFirst()
            #expect(Array(said) == (0..<6).flatMap { ["Question \($0)", "Answer \($0)"] })
        }
    }
}
