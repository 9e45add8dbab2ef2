import Foundation
import Testing

@testable import MessagingWeb

@Suite("Words for times")
struct TimeWordsTests {
    private let words = TimeWords(now: Cast.moment("2026-11-23T16:05:00Z"))

    @Test(
        "A list says the hour today, the weekday within a week, else the date",
        arguments: [
            ("2026-11-23T10:41:00Z", "10:41"), ("2026-11-22T23:59:00Z", "Sun"), ("2026-11-17T08:00:00Z", "Tue"),
            ("2026-11-16T08:00:00Z", "16 Nov"),
            ("2025-11-02T08:00:00Z", "2 Nov 2025"),
        ])
    func short(moment: String, expected: String) {
        #expect(words.short(Cast.moment(moment)) == expected)
    }

    @Test("Days are the reader's, also when London is an hour ahead of UTC")
    func summer() {
        let summer = TimeWords(now: Cast.moment("2026-07-02T08:00:00Z"))
        let justAfterMidnight = Cast.moment("2026-07-01T23:30:00Z")

        #expect(summer.day(justAfterMidnight) == "Today")
        #expect(summer.time(justAfterMidnight) == "00:30")
        #expect(summer.dayStart(justAfterMidnight).key == "2026-07-02")
    }

    @Test("A day divider names yesterday and today, and the year only when it is another")
    func days() {
        #expect(words.day(Cast.moment("2026-11-22T10:00:00Z")) == "Yesterday")
        #expect(words.day(Cast.moment("2026-11-20T10:00:00Z")) == "Friday 20 November")
        #expect(words.day(Cast.moment("2025-12-31T10:00:00Z")) == "Wednesday 31 December 2025")
    }

    @Test("What is left of the window is never said to be more than it is")
    func left() {
        #expect(words.left(until: Cast.moment("2026-11-24T10:41:59Z")) == "18 h 36 min left")
        #expect(words.left(until: Cast.moment("2026-11-23T16:05:59Z")) == "0 min left")
        #expect(words.left(until: Cast.moment("2026-11-23T16:00:00Z")) == "0 min left")
        #expect(words.until(Cast.moment("2026-11-24T10:41:00Z")) == "10:41 tomorrow")
    }

    @Test("Order keys sort as time does")
    func stamps() {
        let earlier = TimeWords.stamp(Cast.moment("2026-11-23T09:59:59Z"))

        #expect(earlier < TimeWords.stamp(Cast.moment("2026-11-23T10:00:00Z")))
        #expect(earlier == "2026-11-23T09:59:59.000Z")
    }
}

@Suite("Words of tenants and landlords")
struct PieceTests {
    @Test("A flat keeps its plate's hue, and somebody unknown has a grey plate")
    func plates() {
        #expect(DoorPlate(unit: "Flat 4B", property: "12 Elm Road") == DoorPlate(unit: "4B", property: "12 Elm Road"))
        #expect(DoorPlate(unit: "4B", property: "12 Elm Road").label == "4B")
        #expect(DoorPlate(unit: nil, property: nil) == DoorPlate(unit: "", property: nil))
        #expect(DoorPlate(unit: nil, property: nil).label == "?")
    }

    @Test("A template's value that stands twice has one field, and a place without a value an empty one")
    func templates() {
        let choice = TemplateChoice(
            number: 1, name: "visit", language: "en_GB", title: "Visit", hint: "", body: "{{1}}, we come on {{2}}. Suits you, {{ 1 }}?",
            variables: [.init(name: "1", label: "First name", value: "Ines")], languageWords: "English")

        #expect(choice.pieces.compactMap(\.field?.fieldName) == ["value.1", "value.2"])
        #expect(choice.pieces.compactMap(\.field?.value) == ["Ines", ""])
        #expect(choice.pieces.compactMap(\.echo?.echoWords) == ["Ines"])
        #expect(choice.pieces.compactMap(\.words) == [", we come on ", ". Suits you, ", "?"])
    }

    @Test("Every address is percent-encoded, so that an ID cannot reach another page")
    func paths() {
        #expect(Paths.again("m/1?x", in: "../c") == "/inbox/..%2Fc/messages/m%2F1%3Fx/again")
    }
}
