import Foundation
import SQLDatabase
import Synchronization
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Who has what open")
struct PresenceTests {
    @Test(
        "A colleague's page is seen, so is that they write; both run out by themselves, and closing ends it", arguments: TestEngine.allCases
    )
    func seen(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2), marek = try await world.marek()

            try await marek.report(.typing, tab: "tab1", at: threads[0])
            try await eventually("Marek writes") { try await olga.colleagues(at: threads[0]).first?.isTyping == true }
            world.clock.advance(by: PresenceRows.typing + 1)
            let rested = try await olga.colleagues(at: threads[0])
            world.clock.advance(by: PresenceRows.lease)
            let gone = try await olga.colleagues(at: threads[0])
            try await marek.report(.open, tab: "tab1", at: threads[1])
            try await marek.report(.open, tab: "tab2", at: threads[1])
            try await eventually("Marek is elsewhere") { try await olga.colleagues(at: threads[1]).count == 1 }
            try await marek.report(.closed, tab: "tab1", at: threads[1])
            try await marek.report(.closed, tab: "tab2", at: threads[1])

            #expect(rested == [.init(person: marek.person, isTyping: false)] && gone.isEmpty)
            #expect(try await marek.colleagues(at: threads[1]).isEmpty, "nobody is their own colleague")
            try await eventually("Marek has closed it") { try await olga.colleagues(at: threads[1]).isEmpty }
        }
    }

    @Test("Another landlord's conversations are out of reach, and one person cannot fill the table")
    func limits() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1), pavel = try await world.pavel

            await #expect(throws: NotFound.self) { try await pavel.report(.open, tab: "tab", at: threads[0]) }
            for number in 0..<(PresenceRows.mostTabs + 10) { try await olga.report(.open, tab: "tab\(number)", at: threads[0]) }

            let count = { try await world.database.read { try $0.first(Int.self, "SELECT COUNT(*) FROM presence") } }
            try await eventually("all are noted") { try await count() == PresenceRows.mostTabs }
            #expect(try await pavel.colleagues(at: threads[0]).isEmpty)
        }
    }

    @Test("Streams hear of it, in other processes too, and a landlord's only of their own", arguments: TestEngine.allCases)
    func streams(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1), marek = try await world.marek(), pavel = try await world.pavel
            let other = world.restarted
            let loops = [world, other].map { world in Task { await world.messaging.presence.run() } }
            let elsewhere = other.messaging.desk(of: olga.membership)
            let here = Heard(olga), there = Heard(elsewhere), foreign = Heard(pavel)

            try await marek.report(.typing, tab: "tab1", at: threads[0])

            for heard in [here, there] {
                try await eventually("it is heard that Marek writes") {
                    heard.last?.conversations[threads[0]] == [.init(person: marek.person, isTyping: true)]
                }
            }
            try await marek.report(.closed, tab: "tab1", at: threads[0])
            for heard in [here, there] { try await eventually("it is heard that he left") { heard.last == .nobody } }
            #expect(foreign.all.allSatisfy { $0 == .nobody })
            for heard in [here, there, foreign] { await heard.end() }
            loops.forEach { $0.cancel() }
            for loop in loops { await loop.value }
        }
    }

    @Test("What comes in where somebody looks is not counted for them, and counts again when they leave", arguments: TestEngine.allCases)
    func attended(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2), marek = try await world.marek()
            let heard = Heard(olga)

            try await olga.report(.open, tab: "tab1", at: threads[0])
            try await eventually("it is known") { await olga.attended == [threads[0]] }
            let counted = try await (
                olga.unreadConversations(besides: olga.attended), marek.unreadConversations(besides: marek.attended)
            )
            try await olga.report(.closed, tab: "tab1", at: threads[0])

            // The opening "Hello?" of Nadia's own thread is the third.
            #expect(counted.0 == 2 && counted.1 == 3)
            try await eventually("she has left") { await olga.attended.isEmpty }
            #expect(try await olga.unreadConversations(besides: olga.attended) == 3)
            await heard.end()
        }
    }

    @Test(
        "The tenant is shown that somebody writes, once in 25 seconds, and only while theirs is the last word",
        arguments: TestEngine.allCases)
    func sign(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga).id
            let signs = {
                try await world.meta.requests().filter {
                    $0["body"]?["typing_indicator"]?["type"]?.string == "text" && $0["body"]?["status"]?.string == "read"
                }.count
            }
            let typesAndPauses = {
                try await olga.report(.typing, tab: "tab1", at: thread)
                try await eventually("it is noted") {
                    try await world.database.read { try $0.exists("SELECT 1 FROM presence WHERE typing_until > 0") }
                }
                try await olga.report(.open, tab: "tab1", at: thread)
                try await eventually("it is over") {
                    try await !world.database.read { try $0.exists("SELECT 1 FROM presence WHERE typing_until > 0") }
                }
            }

            try await typesAndPauses()
            try await typesAndPauses()
            try await eventually("Meta was told") { try await signs() == 1 }
            world.clock.advance(by: TypingSigns.pause + 1)
            try await typesAndPauses()
            try await eventually("Meta was told again") { try await signs() == 2 }
            _ = try await olga.send(.text("Yes?"), to: .conversation(thread))
            world.clock.advance(by: TypingSigns.pause + 1)
            try await typesAndPauses()

            #expect(try await signs() == 2)
            #expect(try await !world.database.read { try $0.exists("SELECT 1 FROM read_receipts WHERE typing = TRUE") })
        }
    }
}

/// Listens to a landlord's stream and keeps what it says of presence.
private final class Heard: Sendable {
    private let state = Mutex<[Presence]>([])
    private let task = Mutex<Task<Void, Never>?>(nil)

    var all: [Presence] { state.withLock { $0 } }
    var last: Presence? { all.last }

    init(_ desk: Desk) {
        let listening = Task { [self] in
            _ = try? await desk.follow(after: nil) { update in
                if Task.isCancelled { throw CancellationError() }
                if case .presence(let now, _) = update { state.withLock { $0.append(now) } }
            }
        }
        task.withLock { $0 = listening }
    }

    func end() async { task.withLock { $0 }?.cancel() }
}
