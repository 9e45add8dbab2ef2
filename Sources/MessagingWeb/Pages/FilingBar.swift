import Foundation

/// Who looks after a conversation, and whether it is put off or done, in the thread's head.
struct FilingBar: Page {
    static let view = "_filing"

    /// A colleague to whom it can be given; nobody without a name.
    struct Choice: Sendable { let choiceID: String, choiceName: String, isChosen: Bool }
    /// A time until which it can be put off.
    struct Time: Sendable { let timeName: String, until: String }
    /// That it is not open, in words, with the way back.
    struct Closed: Sendable { let closedWords: String, closedIcon: String }

    let elementID: String
    let assigneeName: String
    let assigneeInitials: String
    let isAssigned: Bool
    let mayFile: Bool
    let choices: [Choice]
    let times: [Time]
    let earliest: String
    let closed: Closed?
    let assignTo: String
    let snoozeTo: String
    let doneTo: String
    let reopenTo: String
    let csrf: String

    /// - Parameters:
    ///   - assignee: the name of who looks after it, nil for nobody.
    ///   - choices: whom it can be given to, with the reader first.
    ///   - closed: nil while it is open.
    ///   - mayFile: whether the reader may change any of it.
    init(
        conversation: String, assignee: String?, choices: [Choice], closed: Closed? = nil, mayFile: Bool = true, csrf: String = "",
        words: TimeWords
    ) {
        elementID = "filing-\(conversation)"
        assigneeName = assignee ?? "Nobody"
        assigneeInitials = assignee.map { Frame.initials(of: $0) } ?? ""
        isAssigned = assignee != nil
        (self.choices, self.closed, self.mayFile, self.csrf) = (choices, closed, mayFile, csrf)
        times = words.laterTimes.map { Time(timeName: $0.name, until: TimeWords.stamp($0.at)) }
        earliest = words.localStamp(words.now)
        assignTo = Paths.assignee(of: conversation)
        snoozeTo = Paths.snooze(conversation)
        doneTo = Paths.done(conversation)
        reopenTo = Paths.reopen(conversation)
    }
}

extension TimeWords {
    /// Times that one puts something off until, by the reader's clock.
    var laterTimes: [(name: String, at: Date)] {
        let tomorrow = calendar.date(byAdding: .day, value: 1, to: calendar.startOfDay(for: now)) ?? now
        let untilMonday = (9 - calendar.component(.weekday, from: tomorrow)) % 7
        let monday = calendar.date(byAdding: .day, value: untilMonday, to: tomorrow) ?? tomorrow
        let nine = { (day: Date) in calendar.date(bySettingHour: 9, minute: 0, second: 0, of: day) ?? day }
        let times = [("In 3 hours", now + 3 * 3_600), ("Tomorrow, 9:00", nine(tomorrow))]
        // On a Sunday tomorrow is Monday.
        return untilMonday == 0 ? times : times + [("Monday, 9:00", nine(monday))]
    }

    /// `2026-11-24T09:00`, as a browser's field for a time writes it.
    func localStamp(_ date: Date) -> String {
        "\(dayStart(date).key)T\(time(date))"
    }

    /// Reads such a time by the reader's clock; nil for anything else.
    func date(localStamp text: String) -> Date? {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(:\d\d)?/) else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5].compactMap { Int($0) }
        guard parts.count == 5, parts[1] <= 12, parts[2] <= 31, parts[3] <= 23, parts[4] <= 59 else { return nil }
        return calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4]))
    }
}
