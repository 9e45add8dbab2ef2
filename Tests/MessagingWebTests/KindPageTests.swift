import Foundation
import Messaging
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

@Suite("Answers, kinds and stories on the page")
struct KindPageTests {
    @Test("Choices are written one in a line; a dash explains, a colon begins a part")
    func choiceLines() {
        let plain = ChoiceLines("Tap - drips\n\n Oven ").sections
        let parts = ChoiceLines("Kitchen:\r\nTap – drips – again\r\nBath:\r\nShower").sections

        #expect(plain == [.init(rows: [.init(id: "1", title: "Tap", description: "drips"), .init(id: "2", title: "Oven")])])
        #expect(parts.map(\.title) == ["Kitchen", "Bath"])
        #expect(parts.flatMap(\.rows).map(\.id) == ["1", "2"])
        #expect(parts[0].rows == [.init(id: "1", title: "Tap", description: "drips – again")])
        #expect(ChoiceLines("").sections.isEmpty)
    }

    @Test("The sheet of a place draws its lines in their true distances, and none where none can be told apart")
    func sketch() throws {
        let london = PlaceSketch(latitude: 51.5, longitude: 0)
        let parallel = try #require(london.parallels.first { $0.lineLabel == "51.500° N" })
        let positions = london.meridians.compactMap { Double($0.at) }

        #expect(parallel.at == "60.0")
        #expect(london.meridians.contains { $0.at == "140.0" && $0.lineLabel == "0.000° E" })
        // 0.002 degrees on this parallel are 138.6 metres, 2 metres a unit.
        #expect(zip(positions, positions.dropFirst()).allSatisfy { abs($1 - $0 - 69.3) < 0.2 })
        for (north, east) in [(90.0, 0.0), (-90.0, 180.0), (89.999, 0), (0, 180), (0, 0)] {
            let sketch = PlaceSketch(latitude: north, longitude: east)
            #expect(sketch.meridians.count < 10 && sketch.parallels.count < 10)
        }
    }

    @Test("A story tells every try and time, Meta's code last, and the day once")
    func story() throws {
        let begun = Cast.moment("2026-11-22T23:59:58Z")
        let message = try Cast.message(
            status: .refused, at: begun, failedAt: Cast.moment("2026-11-23T00:00:09Z"), code: 131_026, details: "Nadia’s phone could not.")
        let attempts = [
            try Cast.attempt(1, .notSent, begun, begun + 1), try Cast.attempt(2, .refused, begun + 10, begun + 11, code: 131_026),
        ]

        let steps = MessageStory(message, attempts: attempts, name: "Nadia", words: Cast.words).steps

        #expect(steps.map(\.stepTime) == ["23:59:58", "23:59:58", "23:59:59", "00:00:08", "00:00:09", "00:00:09"])
        #expect(steps.map(\.stepDay) == ["Yesterday", nil, nil, "Today", nil, nil])
        #expect(steps[0].stepWords == "Written, and waiting for its turn" && steps[3].stepWords == "Handed to WhatsApp again, try 2")
        #expect(steps[4].stepCode == "Code 131026" && steps[5].stepCode == "Code 131026")
        #expect(steps[5].stepWords == "Not delivered. Nadia’s phone could not.")
    }

    @Test("What was sent is shown as what it is; an address that would run something is no link")
    func bodies() throws {
        func body(_ content: OutgoingMessage.Content) -> MessageBubble.Body {
            let draft = Draft(content)
            return MessageBubble.Body(content: draft.json, type: draft.type, preview: "", direction: .outbound)
        }
        let row = OutgoingQuestion.Row(id: "1", title: "Tap", description: "Drips")

        guard case .location(let place) = body(.place(.init(latitude: 51.5, longitude: -0.1, name: "Home"))) else { throw NotShown() }
        guard case .contacts(let cards) = body(.cards([.init(name: "Harker Heating", phone: "+44 7700 900640")])) else { throw NotShown() }
        guard
            case .asked(let words, let list) = body(
                .question(.init(body: "What?", choice: .list(opener: "Choose", [.init(title: "Kitchen", rows: [row])]))))
        else { throw NotShown() }
        guard
            case .asked(_, let link) = body(.question(.init(body: "x", choice: .link(title: "Open", address: "javascript:alert(1)"))))
        else { throw NotShown() }

        #expect(place.placeName == "Home" && cards.map(\.numbers) == [["+44 7700 900640"]])
        #expect(words == "What?" && list.list?.parts.first?.rows.first?.rowHint == "Drips")
        #expect(link.press == nil)
    }

    private struct NotShown: Error {}
}

extension Cast {
    fileprivate static func message(status: Message.State, at: Date, failedAt: Date?, code: Int?, details: String?) throws -> Message {
        let json = """
            {"messageId":"1","conversationId":"c","direction":"out","type":"text","content":"{}","preview":"Hello","state":"\(status.rawValue)",
            "at":\(at.timeIntervalSinceReferenceDate),"failedAt":\(failedAt?.timeIntervalSinceReferenceDate ?? 0),
            "errorCode":\(code ?? 0),"errorDetails":"\(details ?? "")"}
            """
        return try JSONDecoder().decode(Message.self, from: Data(json.utf8))
    }

    fileprivate static func attempt(_ number: Int, _ outcome: Attempt.Outcome, _ start: Date, _ end: Date, code: Int? = nil) throws
        -> Attempt
    {
        let json = """
            {"number":\(number),"outcome":"\(outcome.rawValue)","startedAt":\(start.timeIntervalSinceReferenceDate),
            "finishedAt":\(end.timeIntervalSinceReferenceDate)\(code.map { ",\"errorCode\":\($0)" } ?? "")}
            """
        return try JSONDecoder().decode(Attempt.self, from: Data(json.utf8))
    }
}
