import Foundation

/// The people, homes and moments of the samples: Olga of Brandt Lettings reads, on Monday 23 November 2026 at 16:05.
enum Cast {
    static let words = TimeWords(now: moment("2026-11-23T16:05:00Z"))
    static let nadia = DoorPlate(unit: "4B", property: "12 Elm Road")
    static let tom = DoorPlate(unit: "1C", property: "12 Elm Road")
    static let ines = DoorPlate(unit: "2A", property: "3 Mill Lane")
    static let conversation = "c-nadia"
    static let csrf = "sample-token"

    static func moment(_ text: String) -> Date {
        (try? Date(text, strategy: .iso8601)) ?? .distantPast
    }

    static func frame(_ title: String, section: Frame.Section = .inbox, unread: Int = 0, live: Bool = true, pane: Frame.Pane = .page)
        -> Frame
    {
        Frame(
            title: title, landlord: "Brandt Lettings", person: "Olga Brandt", csrf: csrf, section: section, unread: unread,
            live: live ? Paths.live(after: 41) : nil, pane: pane, others: [.init(otherID: "kowalski", otherName: "Kowalski Flats")])
    }

    static let outside = Frame(title: "Sign in", csrf: csrf)
}
