import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Outgoing messages are Meta's JSON")
struct OutgoingMessageTests {
    @Test("Writing what was read gives the same JSON", arguments: ["send-text", "send-template-to-person-without-number"])
    func roundTrip(_ name: String) throws {
        let original = try fixture(name)

        let message = try JSONDecoder().decode(OutgoingMessage.self, from: Data(original.utf8))
        let written = try JSONEncoder().encode(message)

        #expect(try JSONValue(parsing: Array(written)) == JSONValue(parsing: Array(original.utf8)))
    }

    @Test("A template's values are typed") func template() throws {
        let data = Data(try fixture("send-template-to-person-without-number").utf8)

        let message = try JSONDecoder().decode(OutgoingMessage.self, from: data)

        #expect(message.recipient == .user(Cast.ines))
        guard case .template(let template) = message.content else { return #expect(Bool(false), "Not read as a template") }
        #expect(template.language == "en_GB")
        #expect(template.components[0] == .header(.document(MediaReference(id: "1300000000000002", filename: "invoice.pdf"))))
        #expect(template.components[1].parameters[0] == .text("Ines", name: "first_name"))
        #expect(template.components[2] == .urlButton(at: 0, tail: "inv%2F123"))
        #expect(template.components[3] == .quickReply(at: 1, payload: "PAID:123"))
    }

    @Test("Content alone is Meta's shape too, as the product's own API takes it") func contentAlone() throws {
        let body = Data(#"{"type":"text","text":{"body":"Hello"}}"#.utf8)

        let content = try JSONDecoder().decode(OutgoingMessage.Content.self, from: body)

        #expect(content == .text(body: "Hello", previewURL: false))
        #expect(try JSONDecoder().decode(OutgoingMessage.Content.self, from: JSONEncoder().encode(content)) == content)
    }

    @Test(
        "Every kind is written as it was read",
        arguments: [
            #"{"type":"location","location":{"latitude":51.5033,"longitude":-0.1196,"name":"Flat 2","address":"1 High St, London"}}"#,
            #"{"type":"contacts","contacts":[{"name":{"formatted_name":"Ann Lee","first_name":"Ann"},"birthday":"1990-01-31"}]}"#,
            #"{"type":"reaction","reaction":{"message_id":"wamid.ZR1","emoji":""}}"#,
            #"{"type":"interactive","interactive":{"type":"button","header":{"type":"text","text":"Viewing"},"body":{"text":"10:00?"},"#
                + #""footer":{"text":"ZenRent"},"action":{"buttons":[{"type":"reply","reply":{"id":"yes","title":"Yes"}}]}}}"#,
            #"{"type":"interactive","interactive":{"type":"list","body":{"text":"What?"},"action":{"button":"Choose","sections":"#
                + #"[{"title":"Kitchen","rows":[{"id":"tap","title":"Tap","description":"Drips"}]}]}}}"#,
            #"{"type":"interactive","interactive":{"type":"cta_url","body":{"text":"Pay"},"action":{"name":"cta_url","parameters":"#
                + #"{"display_text":"Pay now","url":"https://zenrent.example/1"}}}}"#,
        ])
    func everyKind(_ text: String) throws {
        let content = try JSONDecoder().decode(OutgoingMessage.Content.self, from: Data(text.utf8))

        #expect(try JSONValue(parsing: Array(JSONEncoder().encode(content))) == JSONValue(parsing: Array(text.utf8)))
    }

    @Test("When number and ID are both given, the number wins, as at Meta") func numberWins() throws {
        let body = Data(#"{"to":"+447700900123","recipient":"GB.1","type":"text","text":{"body":"Hello"}}"#.utf8)

        #expect(try JSONDecoder().decode(OutgoingMessage.self, from: body).recipient == .to(Cast.nadia))
    }

    @Test("A template without blanks has no components in its JSON") func noComponents() throws {
        let content = OutgoingMessage.Content.template(TemplateMessage(name: "welcome", language: "en_GB"))

        let written = try JSONValue(parsing: Array(JSONEncoder().encode(content)))

        #expect(written == ["type": "template", "template": ["name": "welcome", "language": ["code": "en_GB"]]])
    }

    @Test(
        "A message to nobody, without words or of another kind is refused",
        arguments: [
            #"{"type":"text","text":{"body":"Hello"}}"#, #"{"to":"+447700900123","type":"text"}"#,
            #"{"to":"+447700900123","type":"hologram","hologram":{}}"#,
            #"{"to":"+447700900123","type":"interactive","interactive":{"type":"flow","body":{"text":"x"},"action":{}}}"#,
            #"{"to":"+447700900123","type":"contacts","contacts":["Ann"]}"#,
        ])
    func refused(_ body: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(OutgoingMessage.self, from: Data(body.utf8)) }
    }
}
