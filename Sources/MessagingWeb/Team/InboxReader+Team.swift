import Foundation
import Messaging

/// What somebody has written and not sent: it comes back with the page.
struct Written: Sendable {
    var draft = ""
    var note: String?

    /// The note's place in the composer, with fresh eyes for a second press of its button.
    func note(in conversation: Conversation.ID) -> Composer.Note {
        Composer.Note(
            noteTo: Paths.notes(in: conversation.rawValue), noteID: UUID().uuidString.lowercased(), noteDraft: note ?? "",
            isNoting: note != nil)
    }
}

/// What colleagues have made of a conversation, as pages show it.
extension InboxReader {
    func filing(of conversation: Conversation) async throws -> FilingBar {
        let people = try await desk.people()
        let assignee = people.first { $0.personId == conversation.filing.assignedTo }
        let others = people.filter { $0.role.may(.organise) && $0.personId != desk.person }
        let choices =
            [FilingBar.Choice(choiceID: desk.person.rawValue, choiceName: "Me", isChosen: assignee?.personId == desk.person)]
            + others.map {
                FilingBar.Choice(
                    choiceID: $0.personId.rawValue, choiceName: $0.name ?? "A colleague", isChosen: $0.personId == assignee?.personId)
            } + [FilingBar.Choice(choiceID: "", choiceName: "Nobody", isChosen: assignee == nil)]
        return FilingBar(
            conversation: conversation.id.rawValue,
            assignee: assignee.map { $0.personId == desk.person ? $0.name ?? "Me" : $0.name ?? "A colleague" }, choices: choices,
            closed: closed(conversation), mayFile: desk.may(.organise), csrf: csrf, words: words)
    }

    private func closed(_ conversation: Conversation) -> FilingBar.Closed? {
        switch conversation.heap(at: words.now) {
        case .open: nil
        case .done: FilingBar.Closed(closedWords: "Done", closedIcon: "check")
        case .later(let until): FilingBar.Closed(closedWords: words.soon(until), closedIcon: "moon")
        }
    }

    func labelling(of conversation: Conversation) async throws -> LabelBox {
        let worn = Set(conversation.labels.map(\.labelId))
        return LabelBox(
            conversation: conversation.id.rawValue,
            labels: try await desk.labels().map {
                LabelBox.Choice(id: $0.labelId.rawValue, name: $0.name, hue: $0.hue, isWorn: worn.contains($0.labelId))
            }, mayLabel: desk.may(.organise), csrf: csrf)
    }

    /// What stands between a page's messages, and around them where the page is the thread's end.
    func asides(
        within stretch: Stretch, at place: StretchPlace, in conversation: Conversation
    ) async throws -> [(at: Date, shown: ThreadAside)] {
        var start = stretch.earlier == nil ? nil : stretch.messages.first?.at
        var end = stretch.later == nil ? nil : stretch.messages.last.map { $0.at + 0.001 }
        // What stands between two pages belongs to the one that is nearer to the place where they meet.
        switch place {
        case .before(let cursor): end = cursor.time
        case .after(let cursor): start = cursor.time.map { $0 + 0.001 }
        case .newest, .around: break
        }
        return try await shown(try await desk.entries(of: conversation.id, from: start, before: end), in: conversation)
    }

    func asides(of conversation: Conversation, _ ids: [Entry.ID]) async throws -> [(at: Date, shown: ThreadAside)] {
        ids.isEmpty ? [] : try await shown(try await desk.entries(ids.unique, of: conversation.id), in: conversation)
    }

    private func shown(_ entries: [Entry], in conversation: Conversation) async throws -> [(at: Date, shown: ThreadAside)] {
        guard !entries.isEmpty else { return [] }
        let names = try await desk.colleagues()
        return entries.map { ($0.at, ThreadAside($0, reader: desk.person, names: names, words: words)) }
    }

    /// A quick answer in the composer, and what to look at in it before it goes. Throws `NotFound` for one that is not the landlord's.
    func chosen(_ quick: String?, in id: Conversation.ID) async throws -> (Written, gaps: String?) {
        guard let quick else { return (Written(), nil) }
        let values = try await desk.conversation(id).contact.values(from: desk)
        let filled = try await desk.quickAnswer(QuickAnswer.ID(quick)).filled(with: values)
        return (Written(draft: filled.text), filled.gaps.isEmpty ? nil : filled.gaps.refusal)
    }
}

extension ThreadAside {
    init(_ entry: Entry, reader: Person.ID, names: [Person.ID: String], words: TimeWords) {
        func name(_ person: Person.ID?, _ you: String) -> String {
            person.map { $0 == reader ? you : names[$0] ?? "A colleague" } ?? "Nobody"
        }
        let who = name(entry.personId, "You")
        let isOwn = entry.aboutId == entry.personId
        let kind: Kind =
            switch entry.kind {
            case .note: .note(entry.text ?? "")
            case .assigned where entry.aboutId == nil: .event(icon: "user", sentence: "\(who) gave this to nobody")
            case .assigned:
                .event(icon: "user", sentence: isOwn ? "\(who) took this over" : "\(who) gave this to \(name(entry.aboutId, "you"))")
            case .snoozed: .event(icon: "moon", sentence: "\(who) put this off until \(entry.until.map(words.soon) ?? "later")")
            case .awake: .event(icon: "moon", sentence: "The time has come")
            case .done: .event(icon: "check", sentence: "\(who) marked this as done")
            case .opened: .event(icon: "retry", sentence: "\(who) opened this again")
            }
        self.init(
            id: entry.entryId.rawValue, conversation: entry.conversationId.rawValue, kind: kind, by: who, at: entry.at, words: words)
    }
}

extension Contact {
    /// What fills the gaps of quick answers for this tenant.
    func values(from desk: Desk) -> [Placeholder: String] {
        // A number is not what one calls somebody.
        let isNamed = displayName.contains(where: \.isLetter) && (name != nil || profileName != nil)
        return [
            .firstName: isNamed ? firstName : "", .name: isNamed ? displayName : "", .address: home ?? "", .property: property ?? "",
            .unit: unit ?? "", .landlordName: desk.landlord.name, .myName: desk.membership.personName ?? "",
        ]
    }
}

extension Placeholder {
    /// What it stands for, for people.
    var words: String {
        switch self {
        case .firstName: "first name"
        case .name: "whole name"
        case .address: "property and flat"
        case .property: "property"
        case .unit: "flat"
        case .landlordName: "your business"
        case .myName: "your own name"
        }
    }
}

extension [Placeholder] {
    /// What to do about gaps that are left in a text.
    var refusal: String {
        let written = map { "\($0.written) (\($0.words))" }.joined(separator: ", ")
        return "There is a gap in the text: \(written). Nothing is known that fills it, so write it yourself."
    }
}

extension TimeWords {
    /// A time to come, as briefly as it can be said: `18:30`, `Tue 9:00`, `2 Jan 9:00`.
    func soon(_ date: Date) -> String {
        let day = dayStart(date).key
        if day == dayStart(now).key { return time(date) }
        let parts = calendar.dateComponents([.day, .month, .weekday], from: date)
        guard date.timeIntervalSince(now) > 6 * 86_400 else {
            return "\(calendar.shortWeekdaySymbols[(parts.weekday ?? 1) - 1]) \(time(date))"
        }
        return "\(parts.day ?? 1) \(calendar.shortMonthSymbols[(parts.month ?? 1) - 1]) \(time(date))"
    }
}

extension Cursor {
    /// The time of the message that it names.
    fileprivate var time: Date? { Int64(key).map { Date(milliseconds: $0) } }
}
