import Foundation

/// How one reader's clock spells times: 24 hours, British dates, the reader's time zone.
struct TimeWords: Sendable {
    /// The moment against which "today" and "left" are said.
    let now: Date
    let calendar: Calendar

    /// - Parameters:
    ///   - now: the reader's present.
    ///   - timeZone: where the reader is; London unless the landlord says otherwise.
    init(now: Date, timeZone: TimeZone? = TimeZone(identifier: "Europe/London")) {
        self.now = now
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone ?? .gmt
        calendar.locale = Locale(identifier: "en_GB")
        self.calendar = calendar
    }

    /// `Europe/London`
    var zone: String { calendar.timeZone.identifier }

    /// `Friday`
    func weekday(_ date: Date) -> String { weekday(date, calendar.weekdaySymbols) }

    /// `10:41`
    func time(_ date: Date) -> String {
        let parts = calendar.dateComponents([.hour, .minute], from: date)
        return "\(Self.two(parts.hour)):\(Self.two(parts.minute))"
    }

    /// `10:41:09`, for what happened to a message second by second.
    func second(_ date: Date) -> String {
        "\(time(date)):\(Self.two(calendar.component(.second, from: date)))"
    }

    /// `Today`, `Yesterday`, `Friday 20 November`, and with the year when it is not this one.
    func day(_ date: Date) -> String {
        switch daysAgo(date) {
        case 0: "Today"
        case 1: "Yesterday"
        default: "\(weekday(date, calendar.weekdaySymbols)) \(dayAndMonth(date, calendar.monthSymbols))"
        }
    }

    /// For lists: `10:41` today, `Sun` within a week, `2 Nov`, `2 Nov 2025`.
    func short(_ date: Date) -> String {
        switch daysAgo(date) {
        case ...0: time(date)
        case 1...6: weekday(date, calendar.shortWeekdaySymbols)
        default: dayAndMonth(date, calendar.shortMonthSymbols)
        }
    }

    /// For tables: `Today 10:41`, `Fri 17:53`, `2 Nov`.
    func dayAndTime(_ date: Date) -> String {
        switch daysAgo(date) {
        case ...0: "Today \(time(date))"
        case 1...6: "\(weekday(date, calendar.shortWeekdaySymbols)) \(time(date))"
        default: dayAndMonth(date, calendar.shortMonthSymbols)
        }
    }

    /// Inside a sentence: `today at 10:41`, `on Friday`, `on 2 November`.
    func when(_ date: Date) -> String {
        switch daysAgo(date) {
        case ...0: "today at \(time(date))"
        case 1: "yesterday at \(time(date))"
        case 2...6: "on \(weekday(date, calendar.weekdaySymbols))"
        default: "on \(dayAndMonth(date, calendar.monthSymbols))"
        }
    }

    /// A date of record: `3 March 2024`.
    func date(_ date: Date) -> String {
        "\(dayAndMonth(date, calendar.monthSymbols, withYear: true))"
    }

    /// `10:41 tomorrow`, `17:58 today`.
    func until(_ date: Date) -> String {
        switch -daysAgo(date) {
        case ...0: "\(time(date)) today"
        case 1: "\(time(date)) tomorrow"
        default: "\(time(date)) on \(weekday(date, calendar.weekdaySymbols))"
        }
    }

    /// `18 h 36 min left`; whole minutes, never more than is really left.
    func left(until date: Date) -> String {
        let minutes = max(0, Int(date.timeIntervalSince(now) / 60))
        return minutes < 60 ? "\(minutes) min left" : "\(minutes / 60) h \(minutes % 60) min left"
    }

    /// ISO 8601 in UTC with milliseconds: sorts as text in the order of time.
    static func stamp(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The day that a moment belongs to: its first instant, and `2026-11-23`.
    func dayStart(_ date: Date) -> (start: Date, key: String) {
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let key = "\(parts.year ?? 0)-\(Self.two(parts.month))-\(Self.two(parts.day))"
        return (calendar.startOfDay(for: date), key)
    }

    /// The first instant of a day that is written `2026-11-23`; nil for anything else.
    func start(ofDay key: String) -> Date? {
        guard let parts = key.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/) else { return nil }
        let wanted = DateComponents(year: Int(parts.1), month: Int(parts.2), day: Int(parts.3))
        guard let date = calendar.date(from: wanted), dayStart(date).key == key else { return nil }
        return dayStart(date).start
    }

    private func daysAgo(_ date: Date) -> Int {
        calendar.dateComponents([.day], from: calendar.startOfDay(for: date), to: calendar.startOfDay(for: now)).day ?? 0
    }

    private func weekday(_ date: Date, _ names: [String]) -> String {
        names[calendar.component(.weekday, from: date) - 1]
    }

    private func dayAndMonth(_ date: Date, _ names: [String], withYear: Bool = false) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let text = "\(parts.day ?? 0) \(names[(parts.month ?? 1) - 1])"
        let sameYear = parts.year == calendar.component(.year, from: now)
        return sameYear && !withYear ? text : "\(text) \(parts.year ?? 0)"
    }

    private static func two(_ number: Int?) -> String {
        let text = String(number ?? 0)
        return text.count < 2 ? "0" + text : text
    }
}
