import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Who looks after it, later, done")
struct FilingTests {
    @Test("Who takes a conversation over finds it among theirs, everybody reads so in the thread", arguments: TestEngine.allCases)
    func assigned(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, marek) = try await world.team(2)

            try await marek.assign(threads[0], to: marek.person)
            try await marek.assign(threads[0], to: marek.person)
            let his = try await marek.conversations(matching: .mine).items.map(\.id)
            let nobodys = try await olga.conversations(matching: .nobodys).items.map(\.id)
            try await marek.assign(threads[0], to: olga.person)
            try await olga.assign(threads[0], to: nil)

            #expect(his == [threads[0]] && !nobodys.contains(threads[0]) && nobodys.contains(threads[1]))
            let entries = try await olga.entries(of: threads[0])
            #expect(entries.map(\.kind) == [.assigned, .assigned, .assigned])
            #expect(entries.map(\.personId) == [marek.person, marek.person, olga.person])
            #expect(entries.map(\.aboutId) == [marek.person, olga.person, nil])
            await #expect(throws: NotFound.self) { try await olga.assign(threads[0], to: Person.ID("pavel")) }
        }
    }

    @Test("What is done or put off comes back with the next message, and stays when that is read", arguments: TestEngine.allCases)
    func comesBack(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, _) = try await world.team(2)
            for thread in threads { try await olga.markRead(thread) }
            try await olga.finish(threads[0])
            try await olga.snooze(threads[1], until: world.clock.now + 86_400)
            let done = try await world.parts(of: olga)

            try await world.says("Hello?", by: 1)
            try await world.says("And me?", by: 2)
            let back = try await world.parts(of: olga)
            for thread in threads { try await olga.markRead(thread) }
            let read = try await world.parts(of: olga)

            #expect(done.open.isDisjoint(with: threads) && done.done == [threads[0]] && done.later == [threads[1]])
            #expect(back.open.isSuperset(of: threads) && back.done.isEmpty && back.later.isEmpty)
            #expect(read.open.isSuperset(of: threads) && read.done.isEmpty && read.later.isEmpty)
        }
    }

    @Test("What nobody has looked at can be neither done nor put off", arguments: TestEngine.allCases)
    func unread(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, _) = try await world.team(1)

            await #expect(throws: TeamRefusal.unread) { try await olga.finish(threads[0]) }
            await #expect(throws: TeamRefusal.unread) { try await olga.snooze(threads[0], until: world.clock.now + 60) }
            try await olga.markRead(threads[0])
            for time in [world.clock.now, world.clock.now + 367 * 86_400] {
                await #expect(throws: TeamRefusal.self) { try await olga.snooze(threads[0], until: time) }
            }
            #expect(try await olga.entries(of: threads[0]).isEmpty)
        }
    }

    @Test("When its time has come it is back by itself, once, whichever process looks", arguments: TestEngine.allCases)
    func awake(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, _) = try await world.team(1)
            try await olga.markRead(threads[0])
            try await olga.snooze(threads[0], until: world.clock.now + 3_600)
            let sequence = try await olga.liveSequence()
            @Sendable func look() async throws -> Set<Landlord.ID> {
                let now = world.clock.now
                return try await world.database.write { try Snoozes.bringBack(on: $0, now: now, random: .system) }
            }

            let early = try await look()
            world.clock.advance(by: 3_600)
            let unlooked = try await world.parts(of: olga)
            let due = try await look(), again = try await look()

            #expect(early.isEmpty && due == [World.olga] && again.isEmpty)
            #expect(unlooked.open.contains(threads[0]) && unlooked.later.isEmpty)
            #expect(try await olga.entries(of: threads[0]).map(\.kind) == [.snoozed, .awake])
            #expect(try await olga.liveSequence() == sequence + 2)
        }
    }

    @Test("Taking back what is done is a line in the thread; taking back what is open is none")
    func reopened() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads, _) = try await world.team(1)
            try await olga.markRead(threads[0])
            try await olga.reopen(threads[0])
            try await olga.finish(threads[0])
            try await olga.finish(threads[0])
            try await olga.reopen(threads[0])

            #expect(try await olga.entries(of: threads[0]).map(\.kind) == [.done, .opened])
            #expect(try await olga.conversation(threads[0]).heap(at: world.clock.now) == .open)
        }
    }

    @Test("A note stands once, however often it is handed in, and WhatsApp never hears of it", arguments: TestEngine.allCases)
    func notes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, marek) = try await world.team(1)
            let window = try await olga.conversation(threads[0]).window

            let note = try await marek.note("  Same fault in March.\n", in: threads[0], clientID: "n1")
            let again = try await marek.note("Same fault in March.", in: threads[0], clientID: "n1")
            await #expect(throws: ClientMessageIDReused.self) { try await marek.note("Other", in: threads[0], clientID: "n1") }
            await #expect(throws: ClientMessageIDReused.self) {
                try await olga.note("Same fault in March.", in: threads[0], clientID: "n1")
            }
            for text in ["", " \n ", String(repeating: "x", count: 4_097)] {
                await #expect(throws: TeamRefusal.self) { try await marek.note(text, in: threads[0], clientID: nil) }
            }

            #expect(note == again && note.text == "Same fault in March.")
            #expect(try await olga.entries(of: threads[0]) == [note])
            let queued = try await world.database.read { try $0.exists("SELECT 1 FROM outbox") }
            let after = try await olga.conversation(threads[0])
            #expect(!queued && after.window == window && after.unread == 1)
            #expect(try await olga.messages(of: threads[0]).items.count == 1)
        }
    }

    @Test("Labels are the landlord's own, at most 20, and none is made twice", arguments: TestEngine.allCases)
    func labels(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, _) = try await world.team(1)
            let boiler = try await olga.addLabel("Boiler"), same = try await olga.addLabel("bóiler"), keys = try await olga.addLabel("Keys")

            try await olga.label(threads[0], with: [boiler.labelId, keys.labelId])
            try await olga.label(threads[0], with: [boiler.labelId, keys.labelId])
            let worn = try await olga.conversation(threads[0]).labels
            try await olga.removeLabel(boiler.labelId)
            let left = try await olga.conversation(threads[0]).labels
            for number in 2...20 { _ = try await olga.addLabel("Label \(number)") }

            #expect(boiler == same && boiler.hue != keys.hue && worn == [boiler, keys] && left == [keys])
            await #expect(throws: TeamRefusal.self) { try await olga.addLabel("One more") }
            await #expect(throws: NotFound.self) { try await olga.label(threads[0], with: [boiler.labelId]) }
        }
    }

    @Test("Nothing of it is in another landlord's reach", arguments: TestEngine.allCases)
    func isolation(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, _) = try await world.team(1), (pavel, _) = try await world.pavelReady(), thread = threads[0]
            let label = try await olga.addLabel("Boiler"), answer = try await olga.addQuickAnswer(title: "Keys", text: "Here.")
            let note = try await olga.note("Ours", in: thread, clientID: "n1"),
                (invitation, _) = try await olga.invite(as: .agent, name: nil)

            await #expect(throws: NotFound.self) { try await pavel.note("Mine", in: thread, clientID: nil) }
            await #expect(throws: NotFound.self) { try await pavel.assign(thread, to: nil) }
            await #expect(throws: NotFound.self) { try await pavel.finish(thread) }
            await #expect(throws: NotFound.self) { try await pavel.snooze(thread, until: world.clock.now + 60) }
            await #expect(throws: NotFound.self) { try await pavel.reopen(thread) }
            await #expect(throws: NotFound.self) { try await pavel.label(thread, with: []) }
            await #expect(throws: NotFound.self) { try await pavel.entries(of: thread) }
            await #expect(throws: NotFound.self) { try await pavel.removeLabel(label.labelId) }
            await #expect(throws: NotFound.self) { try await pavel.quickAnswer(answer.answerId) }
            await #expect(throws: NotFound.self) { try await pavel.removeQuickAnswer(answer.answerId) }
            await #expect(throws: NotFound.self) { try await pavel.withdraw(invitation.invitationId) }
            await #expect(throws: NotFound.self) { try await pavel.takeAway(Person.ID("marek")) }
            let foreign = try await pavel.entries([note.entryId], of: thread)
            let (labels, answers) = (try await pavel.labels(), try await pavel.quickAnswers())
            #expect(foreign.isEmpty && labels.isEmpty && answers.isEmpty)
            #expect(try await pavel.invitations().isEmpty)
        }
    }

    @Test("Two conversations that turn out to be one keep their notes and labels, and are open", arguments: TestEngine.allCases)
    func merged(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads, marek) = try await world.team(2)
            let label = try await olga.addLabel("Boiler")
            for thread in threads { try await olga.markRead(thread) }
            _ = try await olga.note("Hers", in: threads[1], clientID: nil)
            try await olga.label(threads[1], with: [label.labelId])
            try await olga.assign(threads[1], to: marek.person)
            try await olga.finish(threads[0])
            let contacts = try await [olga.contact(externalID: "t-1").contactId, olga.contact(externalID: "t-2").contactId]

            let now = world.clock.now
            try await world.database.write { try LandlordRows(World.olga, $0).merge(contacts[1], into: contacts[0], now: now) }

            let kept = try await olga.conversation(threads[0])
            #expect(kept.labels == [label] && kept.filing == Filing(assignedTo: marek.person))
            #expect(try await olga.entries(of: threads[0]).filter { $0.kind == .note }.map(\.text) == ["Hers"])
        }
    }
}

extension World {
    /// Olga with tenants who have just written, and Marek, who works there too.
    fileprivate func team(_ tenants: Int) async throws -> (olga: Desk, threads: [Conversation.ID], marek: Desk) {
        let (olga, threads) = try await olgasTenants(tenants)
        try await messaging.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: Self.olga)
        return (olga, threads, try await desk(of: "marek"))
    }

    fileprivate func says(_ words: String, by tenant: Int) async throws {
        try await deliver(.text("wamid.AGAIN\(tenant)", words, by: "44770090020\(tenant)", at: clock.now + 60))
    }

    fileprivate func parts(of desk: Desk) async throws -> (
        open: Set<Conversation.ID>, later: Set<Conversation.ID>, done: Set<Conversation.ID>
    ) {
        func part(_ filter: ConversationFilter) async throws -> Set<Conversation.ID> {
            Set(try await desk.conversations(matching: filter).items.map(\.id))
        }
        return (try await part(.open), try await part(.later), try await part(.done))
    }
}
