import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Words that wait for an answer")
struct WaitingAnswerTests {
    @Test("They go out once, as soon as the person writes, in the name of who wrote them", arguments: TestEngine.allCases)
    func sent(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let thread = try await world.closedThread(at: olga)

            try await olga.sendWhenAnswered("  The plumber comes at five.  ", in: thread)
            let waiting = try await olga.waitingAnswer(in: thread)
            let before = try await world.meta.received(by: "nadia")
            try await world.meta.says("nadia", "Hello?")

            let message = try await eventually("the words are sent") {
                try await olga.messages(of: thread).items.first { $0.direction == .outbound && $0.wamid != nil }
            }
            try await eventually("nothing waits any more") { try await olga.waitingAnswer(in: thread) == nil }
            try await eventually("the phone shows them") { try await world.meta.received(by: "nadia").count == 1 }
            #expect(waiting?.text == "The plumber comes at five." && before.isEmpty)
            #expect(message.preview == "The plumber comes at five." && message.sentBy == olga.person)
        }
    }

    @Test("A process that died between sending and forgetting does not send them again", arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            try await olga.sendWhenAnswered("Come in.", in: threads[0])
            let now = world.clock.now
            let due = try await world.database.read { try DueAnswer.all(on: $0, now: now) }
            let order = SendOrder(
                draft: .text(due[0].text, clientMessageID: WaitingAnswer.clientMessageID(due[0].answerId)),
                addressee: .conversation(threads[0]),
                person: due[0].personId, now: now, random: .system)

            let first = try await world.messaging.sends.perform(order, for: due[0].landlordId)
            let again = try await world.restarted.messaging.sends.perform(order, for: due[0].landlordId)
            try await world.database.write { try due[0].settle(problem: nil, on: $0, now: now) }

            #expect(due.count == 1 && first.messageId == again.messageId)
            #expect(try await world.database.read { try DueAnswer.all(on: $0, now: now) }.isEmpty)
        }
    }

    @Test("They can be taken back; newer ones make way for nobody; another landlord's are out of reach", arguments: TestEngine.allCases)
    func takenBack(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1), pavel = try await world.pavel
            try await olga.sendWhenAnswered("First", in: threads[0])
            let first = try #require(try await olga.waitingAnswer(in: threads[0]))
            try await olga.sendWhenAnswered("Second", in: threads[0])

            try await olga.takeBack(answer: first.answerId, in: threads[0])
            let second = try #require(try await olga.waitingAnswer(in: threads[0]))
            try await pavel.takeBack(answer: second.answerId, in: threads[0])
            await #expect(throws: NotFound.self) { try await pavel.sendWhenAnswered("Mine", in: threads[0]) }
            let foreign = try await pavel.waitingAnswer(in: threads[0])

            #expect(second.text == "Second" && foreign == nil)
            #expect(try await olga.waitingAnswer(in: threads[0]) == second)
            try await olga.takeBack(answer: second.answerId, in: threads[0])
            #expect(try await olga.waitingAnswer(in: threads[0]) == nil)
        }
    }

    @Test("What the rules forbid by then stays where it was written, with the reason", arguments: TestEngine.allCases)
    func refused(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let thread = try await world.closedThread(at: olga)
            try await olga.sendWhenAnswered("The plumber comes at five.", in: thread)
            let line = try #require(try await olga.lines().first)

            try await world.meta.says("nadia", "Hello?")
            try await olga.disconnect(line.lineId)
            let now = world.clock.now
            try await world.database.write { db in
                try db.execute(
                    """
                    UPDATE conversations SET last_inbound_at = \(now) WHERE landlord_id = \(World.olga) AND conversation_id = \(thread)
                    """)
            }

            // Either it went out before the line was gone, or it stands there with the reason.
            try await eventually("it is settled") {
                let waiting = try await olga.waitingAnswer(in: thread)
                return waiting == nil || waiting?.problem == SendRefusal.noLine.message
            }
        }
    }

    @Test("Nothing, and more than WhatsApp takes, is not kept")
    func empty() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)

            for text in [" \n ", String(repeating: "x", count: 4_097)] {
                await #expect(throws: SendRefusal.self) { try await olga.sendWhenAnswered(text, in: threads[0]) }
            }
            #expect(try await olga.waitingAnswer(in: threads[0]) == nil)
        }
    }
}

extension World {
    /// A thread with Nadia, who wrote two days ago.
    fileprivate func closedThread(at desk: Desk) async throws -> Conversation.ID {
        let stamp = String(Int(clock.now.timeIntervalSince1970) - 2 * 86_400)
        try await meta.says("nadia", ["type": "text", "text": ["body": "Long ago"], "timestamp": .string(stamp)])
        return try await conversation(with: "t-nadia", at: desk).id
    }
}
