import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("What counts as later")
struct LaterTests {
    @Test(
        "Within one of Meta's seconds the greater wamid counts, byte by byte: in whatever order both come, and however the database sorts",
        arguments: TestEngine.allCases)
    func sameSecond(on engine: TestEngine) async throws {
        for isReversed in [false, true] {
            try await withWorld(engine, running: false) { world in
                try await sortAsPeopleDo(world.database)
                let olga = try await world.olgaReady(), at = world.clock.now + 1
                // In a dictionary "B" comes behind "a"; its byte comes before.
                let events: [JSONValue] = [
                    edit("wamid.B1", "It drips", at: at), edit("wamid.a1", "It pours", at: at), reaction("wamid.B2", "👍", at: at),
                    reaction("wamid.a2", "❤️", at: at), .text("wamid.B3", "STOP", at: at, name: "N. Rahman"),
                    .text("wamid.a3", "START", at: at, name: "Nadia R."),
                ]

                for event in isReversed ? events.reversed() : events { try await world.deliver(event) }

                let nadia = try await olga.contact(externalID: "t-nadia")
                #expect(nadia.profileName == "Nadia R." && !nadia.hasOptedOut)
                let said = try await olga.messages(of: olga.conversations().items[0].id).items
                #expect(said.first { $0.wamid == "wamid.HELLO" }?.preview == "It pours")
                let reactions = try await world.database.read {
                    try LandlordRows(World.olga, $0).reactions(to: ["wamid.HELLO"], on: Line.ID("line"))
                }
                #expect(reactions.map(\.emoji) == ["❤️"])
            }
        }
    }

    // Without our saying so PostgreSQL would compare these columns by the rules of a language, as many installations do with every text.
    private func sortAsPeopleDo(_ database: any Database) async throws {
        guard database.dialect == .postgres else { return }
        try await database.write { db in
            for (table, column) in [
                ("reactions", "wamid"), ("contacts", "consent_wamid"), ("contacts", "profile_wamid"), ("conversations", "named_wamid"),
            ] {
                try db.executeScript("ALTER TABLE \(table) ALTER COLUMN \(column) TYPE TEXT COLLATE \"en-x-icu\"")
            }
        }
    }

    private func edit(_ wamid: String, _ words: String, at time: Date) -> JSONValue {
        .said(
            wamid, "edit", ["original_message_id": "wamid.HELLO", "message": ["type": "text", "text": ["body": .string(words)]]], at: time)
    }

    private func reaction(_ wamid: String, _ emoji: String, at time: Date) -> JSONValue {
        .said(wamid, "reaction", ["message_id": "wamid.HELLO", "emoji": .string(emoji)], at: time)
    }
}
