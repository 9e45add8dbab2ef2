import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Colleagues")
struct ColleagueTests {
    @Test("Whoever was invited has the role of the invitation, and the name that the platform or the invitation gives")
    func joining() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olga
            let first = try await olga.invite(as: .agent, name: " Marek\u{202E} "), second = try await olga.invite(as: .readOnly, name: nil)

            let marek = try await world.messaging.join(first.secret, person: Person.ID("marek"), name: nil)
            let nina = try await world.messaging.join(second.secret, person: Person.ID("nina"), name: "Nina Berg")
            let stored = try await world.database.read { try $0.all(String.self, "SELECT secret_hash FROM invitations") }

            #expect(marek.role == .agent && marek.personName == "Marek" && marek.landlord == olga.landlord)
            #expect(nina.role == .readOnly && nina.personName == "Nina Berg")
            #expect(try await olga.people().map(\.personId.rawValue) == ["olga", "marek", "nina"])
            #expect(stored.isEmpty && first.secret != second.secret)
        }
    }

    @Test("A code is kept as its digest only, and two who use it at the same moment are one who comes in", arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            let (invitation, secret) = try await olga.invite(as: .agent, name: nil)
            let stored = try await world.database.read { try $0.first(String.self, "SELECT secret_hash FROM invitations") }

            let joined = await withTaskGroup(of: Bool.self) { group in
                for person in ["marek", "nina", "tom"] {
                    group.addTask { (try? await world.messaging.join(secret, person: Person.ID(person), name: nil)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }

            #expect(joined == 1)
            #expect(stored == secretHash(secret) && stored?.contains(secret) == false)
            #expect(try await olga.people().count == 2)
            #expect(try await olga.invitations().isEmpty)
            await #expect(throws: NotFound.self) { try await olga.withdraw(invitation.invitationId) }
        }
    }

    @Test("A member who follows an invitation stays what they are, and it stays for somebody else")
    func membersStay() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olga
            let (_, secret) = try await olga.invite(as: .readOnly, name: nil)

            let same = try await world.messaging.join(secret, person: olga.person, name: nil)
            let marek = try await world.messaging.join(secret, person: Person.ID("marek"), name: nil)

            #expect(same.role == .owner && marek.role == .readOnly)
        }
    }

    @Test("Two owners who take each other away leave one of them", arguments: TestEngine.allCases)
    func lastOwner(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            try await world.messaging.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: World.olga, as: .owner)
            let marek = try await world.desk(of: "marek")

            async let one: Void? = try? olga.takeAway(marek.person)
            async let other: Void? = try? marek.takeAway(olga.person)
            _ = await (one, other)

            let owners = try await olga.people()
            #expect(owners.count == 1 && owners[0].role == .owner)
            let last = try await world.desk(of: owners[0].personId.rawValue)
            await #expect(throws: TeamRefusal.lastOwner) { try await last.takeAway(last.person) }
            await #expect(throws: TeamRefusal.lastOwner) { try await last.change(last.person, to: .agent) }
        }
    }

    @Test("Who is gone keeps a name on what was written, and words that waited do not go out any more", arguments: TestEngine.allCases)
    func gone(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            try await world.messaging.landlords.add(colleague: Person.ID("marek"), named: "Marek", to: World.olga)
            let marek = try await world.desk(of: "marek")
            try await olga.assign(threads[0], to: marek.person)
            try await marek.sendWhenAnswered("I am on my way.", in: threads[0])

            try await olga.takeAway(marek.person)

            let now = world.clock.now
            #expect(try await world.database.read { try DueAnswer.all(on: $0, now: now) }.isEmpty)
            #expect(try await olga.waitingAnswer(in: threads[0])?.problem != nil)
            #expect(try await olga.colleagues()[marek.person] == "Marek")
            #expect(try await olga.conversations(matching: .nobodys).items.map(\.id).contains(threads[0]))
            #expect(try await world.messaging.landlords.memberships(of: marek.person).isEmpty)
            await #expect(throws: NotFound.self) { try await olga.takeAway(marek.person) }
        }
    }

    @Test("A role allows what it says, also to a desk that another process made")
    func roles() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            for (person, role) in [("marek", Role.agent), ("nina", .readOnly)] {
                try await world.messaging.landlords.add(colleague: Person.ID(person), named: nil, to: World.olga, as: role)
            }
            let marek = try await world.desk(of: "marek"), nina = try await world.desk(of: "nina")

            await #expect(throws: NotAllowed(deed: .answer)) { try await nina.send(.text("Hello"), to: .conversation(threads[0])) }
            await #expect(throws: NotAllowed(deed: .organise)) { try await nina.note("Hello", in: threads[0], clientID: nil) }
            await #expect(throws: NotAllowed(deed: .organise)) { try await nina.markRead(threads[0]) }
            await #expect(throws: NotAllowed(deed: .manage)) { try await marek.invite(as: .owner, name: nil) }
            await #expect(throws: NotAllowed(deed: .connect)) { try await marek.disconnect(Line.ID("line")) }
            try await nina.goBy("Nina")
            _ = try await marek.note("Hello", in: threads[0], clientID: nil)

            #expect(try await nina.entries(of: threads[0]).count == 1)
            #expect(try await olga.colleagues()[nina.person] == "Nina")
            for role in Role.allCases { #expect(Role(code: role.code) == role) }
        }
    }

    @Test("Names and invitations have their limits", arguments: ["", " \u{200F} ", String(repeating: "x", count: 81)])
    func limits(name: String) async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olga

            await #expect(throws: TeamRefusal.self) { try await olga.goBy(name) }
            for _ in 0..<Invitation.most { _ = try await olga.invite(as: .agent, name: nil) }
            await #expect(throws: TeamRefusal.self) { try await olga.invite(as: .agent, name: nil) }
        }
    }
}

extension World {
    /// The desk of one of Olga's colleagues.
    func desk(of person: String) async throws -> Desk {
        messaging.desk(
            of: try await messaging.landlords.membership(of: Person.ID(person), chosen: Self.olga, creating: false, name: nil))
    }
}
