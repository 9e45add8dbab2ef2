import Foundation

/// The hairline with a date between two days of a thread.
struct DayDivider: Page {
    static let view = "_day"

    let elementID: String
    let into: String
    let order: String
    let dayName: String

    /// - Parameters:
    ///   - date: any moment of the day.
    ///   - conversation: the thread's ID.
    init(of date: Date, conversation: String, words: TimeWords) {
        let (start, key) = words.dayStart(date)
        elementID = "day-\(key)"
        into = "messages-\(conversation)"
        order = TimeWords.stamp(start)
        dayName = words.day(date)
    }
}
