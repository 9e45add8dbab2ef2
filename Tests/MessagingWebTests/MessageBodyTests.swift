import Foundation
import Messaging
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

@Suite("What a stored message is shown as")
struct MessageBodyTests {
    private typealias Body = MessageBubble.Body

    @Test("Every kind that Meta describes is shown as itself; the rest can be opened as it came")
    func everyKind() throws {
        let shown = try fixture("inbound-every-kind").map { (type: $0["type"]?.string ?? "", body: body($0)) }
        let unknown = Set(
            shown.filter { if case .unknown = $0.body { true } else { false } }.map(\.type))

        // What is about another message is shown at that one. An interactive message without content is one that Meta did not hand on.
        #expect(unknown == ["reaction", "edit", "revoke", "unsupported", "hologram", "interactive"])
        #expect(shown.count > 20)
    }

    @Test("A form's answers are told by the names of its fields, without our token")
    func form() throws {
        let answers = #"{"flow_token":"t-1","screen_0_Room_0":"Kitchen","preferred_days":["Tuesday","Thursday"],"urgent":true,"rooms":2}"#
        let reply = JSONValue.object([
            "type": .string("interactive"),
            "interactive": .object([
                "type": .string("nfm_reply"),
                "nfm_reply": .object(["body": .string("Sent"), "name": .string("flow"), "response_json": .string(answers)]),
            ]),
        ])

        guard case .form(let form) = body(reply) else { throw NotShown() }

        #expect(form.formTitle == "Form: Sent")
        #expect(
            form.answers.map { "\($0.question): \($0.given)" }
                == ["Preferred days: Tuesday, Thursday", "Rooms: 2", "Room: Kitchen", "Urgent: Yes"])
    }

    @Test("A form whose answers cannot be read is still shown as a form")
    func brokenForm() throws {
        let reply = try JSONValue(
            parsing: Array(#"{"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{broken"}}}"#.utf8))

        guard case .form(let form) = body(reply) else { throw NotShown() }

        #expect(form.formTitle == "Form" && form.answers.isEmpty)
    }

    @Test(
        "An order has a total only where all prices are known and of one currency",
        arguments: [
            ([9.5, 25], ["GBP", "GBP"], "GBP 34.50"), ([9.5, nil], ["GBP", "GBP"], nil), ([9.5, 25], ["GBP", "EUR"], nil),
            ([9.5], [nil], "9.50"), ([], [], nil),
        ] as [([Double?], [String?], String?)])
    func orders(prices: [Double?], currencies: [String?], total: String?) {
        let items = zip(prices, currencies).map { MessageBubble.Order.Item(quantity: 1, product: "key", each: $0, currency: $1) }

        #expect(MessageBubble.Order(items).total == total)
    }

    @Test(
        "Only a link that is https is opened from an advertisement",
        arguments: ["javascript:alert(1)", "http://a.example", "", "data:text/html,x"])
    func advertisement(link: String) {
        #expect(MessageBubble.Advertisement(isPost: false, title: nil, text: nil, link: link).adHref == nil)
        #expect(MessageBubble.Advertisement(isPost: false, title: nil, text: nil, link: "https://fb.me/x").adHref == "https://fb.me/x")
    }

    private struct NotShown: Error {}

    private func body(_ message: JSONValue) -> MessageBubble.Body {
        MessageBubble.Body(
            content: String(decoding: message.serialized, as: UTF8.self), type: message["type"]?.string ?? "", preview: "",
            direction: .inbound)
    }

    private func fixture(_ name: String) throws -> [JSONValue] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "WhatsAppCloudAPITests/Fixtures/\(name).json")
        let payload = try JSONValue(parsing: [UInt8](Data(contentsOf: file)))
        return (payload["entry"]?.array ?? []).flatMap { $0["changes"]?.array ?? [] }.flatMap { $0["value"]?["messages"]?.array ?? [] }
    }
}
