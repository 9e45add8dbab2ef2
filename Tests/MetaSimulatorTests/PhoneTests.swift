import Foundation
import Testing

@testable import MetaSimulator

@Suite("A person's phone", .timeLimit(.minutes(1)))
struct PhoneTests {
    @Test("Every kind of message is shown")
    func everyKind() async throws {
        try await withOpenWindow { stage, token in
            let photoID = try await stage.uploaded(photo, type: "image/jpeg", as: token)
            let paperID = try await stage.uploaded(photo, type: "application/pdf", as: token)
            let sent = [
                try await stage.send("image", ["id": .string(photoID), "caption": "The new tap"], as: token),
                try await stage.send("document", ["id": .string(paperID), "filename": "lease.pdf"], as: token),
                try await stage.send("video", ["link": "https://cdn.example/tour.mp4"], as: token),
                try await stage.send("location", ["latitude": .double(51.5), "longitude": .double(-0.12), "name": "Flat 2"], as: token),
                try await stage.send("contacts", [["name": ["formatted_name": "Bob Ray", "first_name": "Bob"]]], as: token),
                try await stage.send("interactive", menu, as: token),
            ]
            #expect(sent.allSatisfy { $0.status == 200 })
            let voice = try await stage.sends("audio", ["voice": true], photo).object
            let sticker = try await stage.sends("sticker", [:], photo).object

            let page = try await stage.page()

            for words in [
                #"<img class="picture" src="/phones/media/\#(photoID)" alt="Photo">"#, "The new tap", "Document: lease.pdf, 5 kB",
                "Video: by link: https://cdn.example/tour.mp4", "Flat 2", "51.5, -0.12", "Bob Ray", "What is broken?", "Choose", "Kitchen",
                "Drips", #"src="/phones/media/\#(voice["id"]?.string ?? "")" controls"#, "Voice message",
                #"<img class="sticker" src="/phones/media/\#(sticker["id"]?.string ?? "")""#,
            ] {
                #expect(page.contains(words), "\(words)")
            }
        }
    }

    @Test("No text, name or file brings HTML into the page, not even behind an accent")
    func injection() async throws {
        try await withOpenWindow { stage, token in
            let evil = "\"\u{301} onerror=alert(1) x=\"\u{301}><script>alert(1)</script>"
            try await stage.say(evil)
            _ = try await stage.sends("document", ["filename": .string(evil), "caption": .string(evil)], photo)
            _ = try await stage.sends("image", ["caption": .string(evil), "mime_type": "image/svg+xml"], photo)
            let question: JSON = ["type": "button", "body": ["text": .string(evil)], "action": buttons("<b>\"\u{301}")]
            #expect(try await stage.send("interactive", question, as: token).status == 200)
            try await stage.control("persons", ["name": .string(evil), "waId": "447700900990"])

            for page in [try await stage.page(), try await stage.call(.GET, "/").text] {
                #expect(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"))
                #expect(Data(page.utf8).range(of: Data("\"\u{301}".utf8)) == nil)
            }
        }
    }

    @Test("A page that came as a file is handed out for keeping, never shown", arguments: ["text/html", "image/svg+xml", "text/plain"])
    func foreignPages(type: String) async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            let object: JSON = ["filename": "a\".html", "mime_type": .string(type)]
            let id = try await stage.sends("document", object, photo).object["id"]?.string ?? ""

            let file = try await stage.fetch(stage.base + "/phones/media/\(id)")

            #expect(file.headers["content-type"] == "application/octet-stream" && file.headers["x-content-type-options"] == "nosniff")
            #expect(file.headers["content-disposition"] == "attachment; filename*=UTF-8''a%22%2Ehtml")
            #expect(file.headers["content-security-policy"] == "default-src 'none'; sandbox" && file.bytes == photo)
        }
    }

    @Test("Without JavaScript a person sends a file and a place, reacts and answers")
    func acts() async throws {
        try await withOpenWindow { stage, token in
            let wamid = try await stage.send("Yes, since noon", as: token).json["messages"]?.items?.first?["id"]?.string ?? ""
            let quoted = wamid.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let form = TestForm().field("number", brandt.number).field("caption", "The leak").file("leak.jpg", "image/jpeg", photo)

            _ = try await stage.post(form.sent, "/phones/nadia/files")
            let place = "number=\(brandt.number)&latitude=51.5&longitude=-0.12&name=&address=Mill+Lane"
            _ = try await stage.post("/phones/nadia/places", place)
            _ = try await stage.post("/phones/nadia/reactions", "number=\(brandt.number)&message=\(quoted)&emoji=%F0%9F%91%8D")
            let answering = try await stage.call(.GET, "/phones/nadia?number=\(brandt.number)&message=\(quoted)").text
            #expect(answering.contains("Do not answer this one"))
            _ = try await stage.post("/phones/nadia/messages", "number=\(brandt.number)&context=\(quoted)&text=Thank+you")

            let messages = await stage.receiver.arrived { $0.flatMap(\.messages).count == 5 }.flatMap(\.messages).dropFirst()
            #expect(messages.map { $0["type"]?.string } == ["image", "location", "reaction", "text"])
            #expect(messages.first?["image"]?["caption"] == "The leak" && messages.first?["image"]?["mime_type"] == "image/jpeg")
            let location: JSON = ["latitude": .double(51.5), "longitude": .double(-0.12), "address": "Mill Lane"]
            #expect(messages.dropFirst().first?["location"] == location)
            #expect(messages.last?["context"] == ["from": .string(brandt.digits), "id": .string(wamid)])
            let page = try await stage.page()
            #expect(page.contains("Reactions: </span>👍"))
            #expect(page.contains(#"<b>Brandt Lettings</b><span class="cut">Yes, since noon</span>"#))
        }
    }

    @Test("A pressed button comes in as button_reply, a row as list_reply, and a template's as button, each with its context")
    func presses() async throws {
        try await withOpenWindow { stage, token in
            let question: JSON = ["type": "button", "body": ["text": "Does 10:00 suit you?"], "action": buttons("No")]
            let template: JSON = [
                "name": "visit_asked", "language": "en_GB", "category": "UTILITY",
                "components": [
                    ["type": "BODY", "text": "May we visit you on Monday"],
                    ["type": "BUTTONS", "buttons": [["type": "QUICK_REPLY", "text": "Come"]]],
                ],
            ]
            #expect(try await stage.graph(.POST, brandt.account + "/message_templates", template, as: token).status == 200)
            _ = await stage.receiver.arrived { $0.flatMap(\.changes).contains { $0.field == "message_template_status_update" } }
            let asked: JSON = ["name": "visit_asked", "language": ["code": "en_GB"]]

            let expected: [(type: String, said: JSON, key: Int, object: JSON)] = [
                ("interactive", question, 1, ["type": "button_reply", "button_reply": ["id": "no", "title": "No"]]),
                ("interactive", menu, 1, ["type": "list_reply", "list_reply": ["id": "tap", "title": "Tap", "description": "Drips"]]),
                ("template", asked, 0, ["payload": "Come", "text": "Come"]),
            ]
            for (number, press) in expected.enumerated() {
                let answer = try await stage.send(press.type, press.said, as: token)
                let wamid = try #require(answer.json["messages"]?.items?.first?["id"]?.string, "\(answer.text)")
                let quoted = wamid.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                _ = try await stage.post("/phones/nadia/presses", "number=\(brandt.number)&message=\(quoted)&key=\(press.key)")

                let posts = await stage.receiver.arrived { $0.flatMap(\.messages).count == number + 2 }
                let told = try #require(posts.flatMap(\.messages).last)
                #expect(told[told["type"]?.string ?? ""] == press.object)
                #expect(told["type"]?.string == (press.type == "template" ? "button" : "interactive"))
                #expect(told["context"] == ["from": .string(brandt.digits), "id": .string(wamid)])
            }
        }
    }

    @Test("A corrected message shows its new words, and a deleted one that it is gone")
    func edits() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            let first = try await stage.say("The tap drips")
            let second = try await stage.say("Forget it")
            let edit: JSON = ["original_message_id": .string(first), "message": ["type": "text", "text": ["body": "The tap pours"]]]

            try await stage.control("phones/nadia/messages", ["phoneNumberId": .string(brandt.number), "type": "edit", "edit": edit])
            try await stage.control(
                "phones/nadia/messages",
                ["phoneNumberId": .string(brandt.number), "type": "revoke", "revoke": ["original_message_id": .string(second)]])

            let page = try await stage.page()
            #expect(page.contains("The tap pours") && page.contains("edited") && !page.contains("The tap drips"))
            #expect(page.contains("This message was deleted.") && !page.contains("Forget it"))
        }
    }
}

private let menu: JSON = [
    "type": "list", "body": ["text": "What is broken?"],
    "action": [
        "button": "Choose",
        "sections": [
            ["title": "Roof", "rows": [["id": "roof", "title": "Roof"]]],
            ["title": "Kitchen", "rows": [["id": "tap", "title": "Tap", "description": "Drips"]]],
        ],
    ],
]

private func buttons(_ last: String) -> JSON {
    [
        "buttons": [
            ["type": "reply", "reply": ["id": "yes", "title": "Yes"]], ["type": "reply", "reply": ["id": "no", "title": .string(last)]],
        ]
    ]
}

extension Stage {
    fileprivate func page(of person: String = "nadia") async throws -> String {
        let page = try await call(.GET, "/phones/\(person)?number=\(brandt.number)")
        #expect(page.status == 200)
        return page.text
    }
}
