import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("What people call themselves")
struct ContactNameTests {
    @Test("A name that is used again is confirmed where it was used, and the contact stays as it is", arguments: TestEngine.allCases)
    func again(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now.wholeSecond

            try await world.deliver(.text("wamid.1", "One", at: now + 10, name: "Nadia R."))
            let first = try await stamps(in: world)
            try await world.deliver(.text("wamid.3", "Three", at: now + 30, name: "Nadia R."))
            let second = try await stamps(in: world)

            #expect(first == [(now + 10).sqlValue, .text("wamid.1"), .null, .null])
            #expect(second == [(now + 10).sqlValue, .text("wamid.1"), (now + 30).sqlValue, .text("wamid.3")])
        }
    }

    @Test("An older name that arrives late changes nothing; one that is used later counts", arguments: TestEngine.allCases)
    func late(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now.wholeSecond
            try await world.deliver(.text("wamid.1", "One", at: now + 10, name: "Nadia R."))
            try await world.deliver(.text("wamid.3", "Three", at: now + 30, name: "Nadia R."))

            try await world.deliver(.text("wamid.2", "Two", at: now + 20, name: "N. Rahman"))
            let before = try await olga.contact(externalID: "t-nadia").profileName, held = try await stamps(in: world)
            try await world.deliver(.text("wamid.4", "Four", at: now + 40, name: "N. Rahman"))
            let after = try await olga.contact(externalID: "t-nadia").profileName

            #expect(before == "Nadia R." && after == "N. Rahman")
            #expect(held == [(now + 30).sqlValue, .text("wamid.3"), .null, .null])
        }
    }

    @Test("In whatever order names arrive, the one that was used last counts", arguments: TestEngine.allCases)
    func orders(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now.wholeSecond
            let uses: [(name: String, at: Date)] = [("Ann", now + 10), ("Annie", now + 20), ("Ann", now + 30)]
            let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

            for (person, order) in orders.enumerated() {
                for use in order { try await say(uses[use].name, by: "44770090020\(person)", nil, at: uses[use].at, in: world) }
            }

            for person in orders.indices {
                let shown = try await name(of: "44770090020\(person)", in: world)
                #expect(shown == "Ann", "\(orders[person])")
            }
        }
    }

    @Test("Two strangers who turn out to be one person bear the name that was used last, whoever used it", arguments: TestEngine.allCases)
    func merged(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now.wholeSecond
            for (number, again, expected) in [("447700900201", 40.0, "Ann"), ("447700900202", 25.0, "Annie")] {
                let id = "GB.\(number)"
                try await say("Ann", by: nil, id, at: now + 10, in: world)
                try await say("Annie", by: number, nil, at: now + 20, in: world)
                try await say("Ann", by: nil, id, at: now + again, in: world)
                try await say("Annie", by: number, nil, at: now + 30, in: world)

                try await say(nil, by: number, id, at: now + 50, in: world)
                let merged = try await name(of: number, in: world)
                try await say("Bob", by: number, nil, at: now + 29, in: world)
                let late = try await name(of: number, in: world)

                #expect(merged == expected && late == expected)
            }
        }
    }

    @Test("What tells that two strangers are one person may bear the older one's name, and it counts", arguments: TestEngine.allCases)
    func joining(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now.wholeSecond
            let cases = [
                ("447700900201", "Ann", 30.0, "Ann"), ("447700900202", "Annie", 30.0, "Annie"), ("447700900203", "Zoe", 30.0, "Zoe"),
                ("447700900204", "Zoe", 15.0, "Annie"),
            ]
            for (number, last, at, expected) in cases {
                try await say("Ann", by: nil, "GB.\(number)", at: now + 10, in: world)
                try await say("Annie", by: number, nil, at: now + 20, in: world)

                try await say(last, by: number, "GB.\(number)", at: now + at, in: world)

                let shown = try await name(of: number, in: world)
                #expect(shown == expected)
            }
        }
    }

    // Somebody writes under a name. Contacts are made a second apart, so that it is certain which one is older.
    private func say(_ name: String?, by number: String?, _ id: String?, at time: Date, in world: World) async throws {
        world.clock.advance(by: 1)
        let wamid = "wamid.\(number ?? "")\(id ?? "")at\(time.milliseconds)"
        try await world.deliver(.text(wamid, "Hello", by: number, user: id, at: time, name: name))
    }

    private func name(of number: String, in world: World) async throws -> String? {
        try await world.database.read { try LandlordRows(World.olga, $0).holder(of: .number(number))?.profileName }
    }

    /// How long the only contact's name has held: by its own row, and by its conversation's.
    private func stamps(in world: World) async throws -> [SQLValue] {
        try await world.database.read { db in
            let rows = try db.rows(
                """
                SELECT p.profile_at, p.profile_wamid, c.named_at, c.named_wamid
                FROM contacts p JOIN conversations c ON c.landlord_id = p.landlord_id AND c.contact_id = p.contact_id
                """)
            return rows.flatMap { row in (0..<4).map { row[$0] } }
        }
    }
}
