import Foundation
import Testing

@testable import MetaSimulator

@Suite("What messages of the business look like")
struct MessageShapeTests {
    @Test(
        "Every kind of message as Meta documents it is taken",
        arguments: [
            ("text", #"{"body": "Hello", "preview_url": true}"#), ("image", #"{"id": "1", "caption": "Photo"}"#),
            ("video", #"{"link": "https://cdn.example/v.mp4"}"#), ("audio", #"{"id": "1", "voice": true}"#),
            ("document", #"{"id": "1", "caption": "Lease", "filename": "lease.pdf"}"#), ("sticker", #"{"id": "1"}"#),
            ("location", #"{"latitude": 51.5, "longitude": "-0.1196", "name": "Flat 2", "address": "1 High St"}"#),
            ("contacts", #"[{"name": {"formatted_name": "Ann Lee", "first_name": "Ann"}, "phones": [{"phone": "+447700900456"}]}]"#),
            ("reaction", #"{"message_id": "wamid.x", "emoji": "❤️"}"#), ("reaction", #"{"message_id": "wamid.x", "emoji": ""}"#),
            ("interactive", interactive("button", #"{"buttons": [\#(button("a", "Yes")), \#(button("b", "No"))]}"#)),
            ("interactive", interactive("list", #"{"button": "Choose", "sections": [{"rows": [\#(row("a")), \#(row("b"))]}]}"#)),
            ("interactive", interactive("cta_url", linkTo("https://zenrent.example/pay/1"))),
            ("interactive", interactive("location_request_message", #"{"name": "send_location"}"#)),
        ] as [(String, String)])
    func good(type: String, text: String) throws {
        let value = try #require(JSON.parse(text.utf8))

        try MessageShape.check(["type": .string(type), type: value])
    }

    @Test(
        "A breach is refused with 100, 131008 or 131009",
        arguments: [
            ("text", #"{"body": ""}"#, 131008), ("image", "{}", 131009), ("image", #"{"link": "http://a.example/a.jpg"}"#, 131009),
            ("image", #"{"id": "1", "link": "https://a.example/a.jpg"}"#, 131009), ("image", #"{"id": "1", "filename": "a.jpg"}"#, 100),
            ("audio", #"{"id": "1", "caption": "No"}"#, 100), ("sticker", #"{"id": "1", "caption": "No"}"#, 100),
            ("video", #"{"id": "1", "caption": "\#(String(repeating: "x", count: 1_025))"}"#, 100),
            ("location", #"{"latitude": 91, "longitude": 0}"#, 131009), ("location", #"{"latitude": 51}"#, 131009),
            ("contacts", "[]", 131009), ("contacts", #"[{"name": {"formatted_name": "Ann"}}]"#, 131009),
            ("contacts", #"[{"name": {"first_name": "Ann"}}]"#, 131009),
            ("reaction", #"{"emoji": "👍"}"#, 131008), ("reaction", #"{"message_id": "wamid.x"}"#, 131008),
            ("reaction", #"{"message_id": "wamid.x", "emoji": "ok"}"#, 131009),
            ("interactive", #"{"type": "button", "action": {}}"#, 131008), ("interactive", interactive("telepathy", "{}"), 131009),
            ("interactive", interactive("button", #"{"buttons": []}"#), 131009),
            ("interactive", interactive("button", #"{"buttons": [\#(button("a", "Yes")), \#(button("b", "Yes"))]}"#), 131009),
            ("interactive", interactive("button", #"{"buttons": [\#(button("a", "Yes")), \#(button("a", "No"))]}"#), 131009),
            ("interactive", interactive("button", #"{"buttons": [\#(button("a", "Twenty-one characters"))]}"#), 100),
            ("interactive", interactive("list", #"{"button": "Choose", "sections": [{"rows": [\#(row("a")), \#(row("a"))]}]}"#), 131009),
            ("interactive", interactive("list", #"{"button": "Go", "sections": [{"rows": [\#(row("a"))]}, {"rows": []}]}"#), 131008),
            ("interactive", interactive("list", #"{"button": "Go", "sections": []}"#), 131009),
            ("interactive", interactive("cta_url", linkTo("javascript:alert(1)")), 131009),
            ("interactive", interactive("location_request_message", "{}"), 131009),
        ] as [(String, String, Int)])
    func bad(type: String, text: String, code: Int) throws {
        let value = try #require(JSON.parse(text.utf8))

        let refusal = #expect(throws: GraphRefusal.self) { try MessageShape.check(["type": .string(type), type: value]) }

        #expect(refusal?.code == code)
    }

    @Test("A list has a header of words only, and contacts are at most 257")
    func limits() {
        let contact: JSON = ["name": ["formatted_name": "Ann Lee", "first_name": "Ann"]]
        let list: JSON = [
            "type": "list", "header": ["type": "image", "image": ["id": "1"]], "body": ["text": "What is it?"],
            "action": ["button": "Choose", "sections": [["rows": [["id": "a", "title": "Tap"]]]]],
        ]

        let pictured = #expect(throws: GraphRefusal.self) { try MessageShape.check(["type": "interactive", "interactive": list]) }
        let crowd = #expect(throws: GraphRefusal.self) {
            try MessageShape.check(["type": "contacts", "contacts": .array(Array(repeating: contact, count: 258))])
        }

        #expect(pictured?.code == 131009 && crowd?.code == 131009)
    }

    @Test("A reply names a message, and a reaction is none")
    func context() {
        let unnamed = #expect(throws: GraphRefusal.self) { try MessageShape.check(["text": ["body": "Hello"], "context": [:]]) }
        let reaction = #expect(throws: GraphRefusal.self) {
            try MessageShape.check([
                "type": "reaction", "reaction": ["message_id": "wamid.x", "emoji": "👍"], "context": ["message_id": "wamid.x"],
            ])
        }

        #expect(unnamed?.code == 131008 && reaction?.code == 131009)
    }
}

private func interactive(_ kind: String, _ action: String) -> String {
    #"{"type": "\#(kind)", "body": {"text": "What is it?"}, "footer": {"text": "ZenRent"}, "action": \#(action)}"#
}

private func button(_ id: String, _ title: String) -> String {
    #"{"type": "reply", "reply": {"id": "\#(id)", "title": "\#(title)"}}"#
}

private func row(_ id: String) -> String { #"{"id": "\#(id)", "title": "Row \#(id)", "description": "Drips"}"# }

private func linkTo(_ address: String) -> String {
    #"{"name": "cta_url", "parameters": {"display_text": "Pay", "url": "\#(address)"}}"#
}
