import Foundation

/// The hairline with a date between two days of a thread.
struct DayDivider: Page {
    static let view = "_day"

    /// What the element of a day is called.
    static func id(of date: Date, words: TimeWords) -> String { "day-\(words.dayStart(date).key)" }

    let elementID: String
    let into: String
    let order: String
    let dayName: String

    /// - Parameters:
    ///   - date: any moment of the day.
    ///   - conversation: the thread's ID.
    init(of date: Date, conversation: String, words: TimeWords) {
        let start = words.dayStart(date).start
        elementID = Self.id(of: date, words: words)
        into = "messages-\(conversation)"
        order = TimeWords.stamp(start)
        dayName = words.day(date)
    }
}
