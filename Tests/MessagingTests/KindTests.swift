import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Kinds of messages that go out")
struct KindTests {
    private static let row = OutgoingQuestion.Row(id: "tap", title: "Tap", description: "Drips")
    private static func buttons(_ titles: String...) -> OutgoingMessage.Content {
        .question(OutgoingQuestion(body: "Does 10:00 suit you?", choice: .buttons(titles.map { .init(id: "id-\($0)", title: $0) })))
    }
    private static func list(opener: String = "Choose", _ sections: [OutgoingQuestion.Section]) -> OutgoingMessage.Content {
        .question(OutgoingQuestion(body: "What is broken?", choice: .list(opener: opener, sections)))
    }
    private static func link(_ title: String, _ address: String) -> OutgoingMessage.Content {
        .question(OutgoingQuestion(body: "Your statement", choice: .link(title: title, address: address)))
    }
    private static let place = OutgoingMessage.Content.place(
        OutgoingPlace(latitude: 51.5033, longitude: -0.1196, name: "The key safe", address: "12 Elm Road"))
    private static let card = OutgoingCard(name: "Harker Heating", phone: "+44 7700 900640")

    @Test(
        "A place, a card, buttons, a list and a link arrive as they are, each with its words for the list", arguments: TestEngine.allCases)
    func sent(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "Hello?")
            let thread = try await world.conversation(with: "t-nadia", at: olga).id
            let sections: [OutgoingQuestion.Section] = [
                .init(title: "Kitchen", rows: [Self.row]), .init(title: "Bath", rows: [.init(id: "wc", title: "WC")]),
            ]
            let kinds: [(OutgoingMessage.Content, type: String, preview: String)] = [
                (Self.place, "location", "The key safe"), (.cards([Self.card]), "contacts", "Harker Heating"),
                (Self.buttons("Yes", "No"), "interactive", "Does 10:00 suit you?"),
                (Self.list(sections), "interactive", "What is broken?"),
                (Self.link("Open it", "https://zenrent.example/s/1"), "interactive", "Your statement"),
            ]

            for (content, type, preview) in kinds {
                let message = try await olga.send(Draft(content), to: .conversation(thread))
                try await world.message(message.messageId, at: olga, becomes: .delivered)
                #expect(message.type == type && message.preview == preview)
            }

            let received = try await world.meta.received(by: "nadia")
            #expect(received.map { $0["type"]?.string } == kinds.map(\.type))
            #expect(received[1]["content"]?.array?.first?["name"]?["first_name"] == "Harker")
        }
    }

    @Test(
        "What breaks one of WhatsApp’s limits is refused before it is stored, in words",
        arguments: [
            (.place(OutgoingPlace(latitude: 91, longitude: 0)), "There is no such place"),
            (.cards([]), "WhatsApp takes 1 to 257 contact cards"),
            (.cards([OutgoingCard(name: " ", phone: "1")]), "A contact card needs a name"),
            (buttons("Yes", "No", "Perhaps", "Never"), "WhatsApp takes 1 to 3 buttons; these are 4."),
            (buttons("Yes", "Yes"), "Two buttons say the same."),
            (buttons(String(repeating: "x", count: 21)), "A button has 21 characters"),
            (buttons(), "these are 0"), (list([]), "WhatsApp takes 1 to 10 choices"),
            (list([.init(rows: (0...10).map { .init(id: "\($0)", title: "Row \($0)") })]), "these are 11"),
            (list([.init(rows: [row]), .init(rows: [.init(id: "2", title: "B")])]), "The heading of a part is empty"),
            (list([.init(title: "A", rows: [row]), .init(title: "B", rows: [])]), "The part “B” has no choices"),
            (list([.init(rows: [.init(id: "1", title: String(repeating: "x", count: 25))])]), "A choice has 25 characters"),
            (list([.init(rows: [row, row])]), "Two choices have the same ID"),
            (list(opener: "", [.init(rows: [row])]), "What stands on the list’s button is empty"),
            (link("Open it", "javascript:alert(1)"), "The address must begin with https://"),
            (
                .question(OutgoingQuestion(body: String(repeating: "x", count: 1_025), choice: .buttons([.init(id: "1", title: "A")]))),
                "1025"
            ),
        ] as [(OutgoingMessage.Content, String)])
    func limits(content: OutgoingMessage.Content, words: String) async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)

            await #expect("\(words)") { try await olga.send(Draft(content), to: .conversation(threads[0])) } throws: {
                guard let refusal = $0 as? SendRefusal else { return false }
                return refusal.code == "content" && refusal.message.contains(words)
            }
            #expect(try await olga.messages(of: threads[0]).items.allSatisfy { $0.direction == .inbound })
        }
    }

    @Test(
        "Every kind but a template needs the open window", arguments: [place, .cards([card]), buttons("Yes"), list([.init(rows: [row])])])
    func window(content: OutgoingMessage.Content) async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            world.clock.advance(by: 86_400)

            await #expect(throws: SendRefusal.windowClosed) { try await olga.send(Draft(content), to: .conversation(threads[0])) }
        }
    }

    @Test("A quote names a message of the same conversation that WhatsApp has", arguments: TestEngine.allCases)
    func quotes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            let (pavel, pavelsThread) = try await world.pavelReady()
            func first(_ desk: Desk, _ thread: Conversation.ID) async throws -> Message.ID {
                try #require(try await desk.messages(of: thread).items.first).messageId
            }
            let own = try await first(olga, threads[0]), neighbours = try await first(olga, threads[1])
            let foreign = try await first(pavel, pavelsThread)
            let waiting = try await olga.send(.text("Still waiting"), to: .conversation(threads[0])).messageId

            let draft = try await olga.quoting(own, in: threads[0], .text("To this"))
            let sent = try await olga.send(draft, to: .conversation(threads[0]))

            #expect(sent.replyTo == "wamid.IN1")
            for message in [neighbours, foreign, Message.ID("none")] {
                await #expect(throws: SendRefusal.unknownQuote) { try await olga.quoting(message, in: threads[0], .text("No")) }
            }
            await #expect(throws: SendRefusal.notSentYet) { try await olga.quoting(waiting, in: threads[0], .text("No")) }
        }
    }

    @Test(
        "Coordinates are read from what people paste, without asking anybody",
        arguments: [
            ("51.5033, -0.1196", 51.5033, -0.1196), ("51.5033 -0.1196", 51.5033, -0.1196), ("geo:51.5,-0.12;u=35", 51.5, -0.12),
            ("https://www.openstreetmap.org/?mlat=51.5033&mlon=-0.1196#map=17/1.0/2.0", 51.5033, -0.1196),
            ("https://www.openstreetmap.org/#map=17/51.5033/-0.1196", 51.5033, -0.1196),
            ("https://www.google.com/maps/place/X/@51.50,-0.11,17z/data=!4m6!3m5!3d51.5033!4d-0.1196", 51.5033, -0.1196),
            ("https://www.google.com/maps/@51.5033,-0.1196,15z", 51.5033, -0.1196),
            ("https://maps.google.com/?q=51.5033,-0.1196", 51.5033, -0.1196),
            ("https://www.google.com/maps/search/?api=1&query=51.5033%2C-0.1196", 51.5033, -0.1196),
            ("https://maps.apple.com/?ll=51.5033,-0.1196&q=Home", 51.5033, -0.1196),
            ("https://www.bing.com/maps?cp=51.5033~-0.1196&lvl=16", 51.5033, -0.1196),
        ])
    func mapLinks(text: String, north: Double, east: Double) throws {
        let link = try MapLink(text)

        #expect(link.latitude == north && link.longitude == east)
    }

    @Test(
        "What holds no place says so, and a short link what to do with it",
        arguments: [
            "", "12 Elm Road", "https://example.com/", "javascript:51.5,-0.12", "95.0, 0.0", "https://maps.app.goo.gl/Ab3dE",
            String(repeating: "1", count: 10_000), "https://maps.google.com/?q=1.2.3,4",
        ])
    func noPlace(text: String) {
        let isShort = text.contains("goo.gl")
        #expect { try MapLink(text) } throws: {
            ($0 as? SendRefusal)?.message.contains(isShort ? "short link" : "We find no place") == true
        }
    }

    @Test("Stickers are WebP of 512 by 512 points, and light: what moves may be heavier")
    func stickers() throws {
        func head(_ side: Int, moving: Bool) -> [UInt8] {
            Array("RIFF\0\0\0\0WEBPVP8X".utf8) + [10, 0, 0, 0, moving ? 2 : 0, 0, 0, 0] + [
                UInt8((side - 1) & 255), UInt8((side - 1) >> 8), 0,
            ]
                + [UInt8((side - 1) & 255), UInt8((side - 1) >> 8), 0]
        }
        let still = try #require(StickerShape(head: head(512, moving: false)))
        let moving = try #require(StickerShape(head: head(512, moving: true)))
        let wide = try #require(StickerShape(head: head(1_024, moving: false)))

        try still.check(bytes: 100 << 10)
        try moving.check(bytes: 500 << 10)
        #expect(throws: SendRefusal.self) { try still.check(bytes: 100 << 10 + 1) }
        #expect(throws: SendRefusal.self) { try moving.check(bytes: 500 << 10 + 1) }
        #expect { try wide.check(bytes: 1) } throws: { ($0 as? SendRefusal)?.message.contains("1024 × 1024") == true }
        #expect(StickerShape(head: Array("RIFF\0\0\0\0WEBPVP8 ".utf8)) == nil)
        #expect(StickerShape(head: Array(TestFiles.png.prefix(30))) == nil)
    }
}
