import Foundation
import Messaging
import WhatsAppCloudAPI

/// Puts a chapter into words for paper. Words stand as they were typed, and times to the second.
struct Transcript {
    private let chapter: Chapter
    private let words: TimeWords
    private var contact: Contact { chapter.conversation.contact }

    /// The chapter's page and its style sheet.
    static func sheet(_ chapter: Chapter, views: Views) throws -> Typesetter.Sheet {
        let page = Transcript(chapter: chapter, words: TimeWords(now: chapter.export.createdAt)).page
        let numbered = "@page :first { counter-reset: page \(chapter.firstPage); }\n"
        return Typesetter.Sheet(html: try views.page(page), css: (StaticAssets.file(at: "print/transcript.css")?.text ?? "") + numbered)
    }

    private var page: TranscriptPage {
        var days: [TranscriptPage.Day] = [], lines: [TranscriptPage.Line] = [], key = "", title = ""
        for message in chapter.messages {
            let day = words.dayStart(message.at).key
            if day != key, !lines.isEmpty { days.append(.init(dayWords: title, lines: lines)) }
            if day != key { (key, title, lines) = (day, longDay(message.at), []) }
            lines.append(line(message))
        }
        if !lines.isEmpty { days.append(.init(dayWords: title, lines: lines)) }
        let name = plain(contact.displayName)
        return TranscriptPage(
            documentTitle: "Conversation with \(name)",
            running: "\(plain(chapter.landlord.name)) · \(name) · export \(chapter.export.exportId)",
            head: chapter.isFirst ? head(name) : nil,
            days: days, foot: chapter.isLast ? foot : nil)
    }

    private func head(_ name: String) -> TranscriptPage.Head {
        let landlord = plain(chapter.landlord.name) + (chapter.number.map { ", \(PhoneNumber.written($0))" } ?? "")
        let facts = [
            ("Landlord", landlord), ("Number", contact.phone.map(PhoneNumber.written)), ("Home", contact.home.map { plain($0) }),
            ("Agreement", agreement), ("Messages", String(chapter.total)),
            ("Exported", "\(words.date(chapter.export.createdAt)), \(words.second(chapter.export.createdAt)), by \(plain(chapter.person))"),
        ]
        return .init(
            title: "Conversation with \(name)", facts: facts.compactMap { fact in fact.1.map { .init(factName: fact.0, factValue: $0) } },
            note: "WhatsApp messages as ZenRent keeps them. Times are those of \(words.zone). Ticks are as WhatsApp reported them. "
                + "The bundle of the same conversation holds every record, the files themselves, and a signature.")
    }

    private var agreement: String {
        let agreed = contact.optInAt.map { at in
            "On \(words.date(at))" + (contact.optInSource.map { ", \($0)" } ?? "") + (contact.optInWording.map { ": “\($0)”" } ?? "")
        }
        let stopped = contact.optedOutAt.map { "Said STOP on \(words.date($0)), \(words.second($0))" }
        return plain([agreed, stopped].compactMap { $0 }.joined(separator: ". "), orElse: "None recorded")
    }

    private var foot: TranscriptPage.Foot {
        .init(
            endWords: "End of the conversation: \(chapter.total) messages.",
            chainWords:
                "When this copy was taken, the newest record of \(plain(chapter.landlord.name)) was number \(chapter.chain.number), "
                + "with the link \(chapter.chain.link). A bundle that was taken later proves it.")
    }

    private func line(_ message: Message) -> TranscriptPage.Line {
        let isOurs = message.direction == .outbound
        var line = TranscriptPage.Line(
            side: isOurs ? "out" : "in", time: words.second(message.at), speaker: isOurs ? ours(message) : plain(contact.displayName))
        line.quote = message.replyTo.map { wamid in
            guard let quoted = chapter.quoted[wamid] else { return "Answers a message that is not here" }
            return plain(quoted.direction == .inbound ? contact.firstName : chapter.landlord.name) + ": "
                + plain(String(MessageBubble.Body(quoted).preview.text.prefix(160)))
        }
        say(message, &line)
        line.notes += fate(of: message) + changes(of: message) + reactions(to: message)
        return line
    }

    private func ours(_ message: Message) -> String {
        let name = message.sentBy.flatMap { chapter.colleagues[$0] }.map { plain($0) }
        return [name, plain(chapter.landlord.name)].compactMap { $0 }.joined(separator: ", ")
    }

    private func say(_ message: Message, _ line: inout TranscriptPage.Line) {
        let shown = message.editedContent ?? message.content
        let body = MessageBubble.Body(content: shown, type: message.type, preview: message.preview, direction: message.direction)
        let paper = body.onPaper
        (line.label, line.words, line.details) = (paper.label, Self.pieces(of: paper.words ?? ""), paper.details)
        guard let state = chapter.media[message.messageId]?.state else { return }
        switch state {
        case .stored(let content):
            line.details.append("\(ByteWords.size(content.bytes)), SHA-256 \(content.digest)")
            line.picture = chapter.pictures[message.messageId].map { .init(picture: $0, pictureWords: line.label ?? "Picture") }
        case .wanted: line.details.append("The file was still on its way from WhatsApp")
        case .lost: line.details.append("The file could not be had from WhatsApp")
        }
    }

    // A line of thousands of letters without a space takes minutes to set; pieces of it take none.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = [], rest = Substring(text)
        while !rest.isEmpty {
            let piece = rest.prefix(1_000)
            rest = rest.dropFirst(piece.count)
            // Where there is one, a space ends it.
            guard !rest.isEmpty, let space = piece.lastIndex(where: \.isWhitespace), space > piece.startIndex else {
                pieces.append(String(piece))
                continue
            }
            pieces.append(String(piece[..<space]))
            rest = text[text.index(after: space)...]
        }
        return pieces
    }

    private func fate(of message: Message) -> [String] {
        guard message.direction == .outbound else { return [] }
        let ticks = [("Sent", message.sentAt), ("Delivered", message.deliveredAt), ("Read", message.readAt), ("Played", message.playedAt)]
            .compactMap { tick in tick.1.map { "\(tick.0) \(moment($0, after: message.at))" } }
        let state: String? =
            switch message.status {
            case .failed: "Not delivered: \(plain(message.errorDetails ?? "WhatsApp gave no reason."))"
            case .unknown: "Not known whether WhatsApp took it"
            case .probablyNotSent: "Probably not sent"
            case .queued, .sending: "Not yet with WhatsApp"
            default: nil
            }
        let tries = (chapter.attempts[message.messageId] ?? []).map {
            "Try \($0.number) at \(words.second($0.startedAt)): \($0.outcome.rawValue)"
        }
        return [state, ticks.isEmpty ? nil : ticks.joined(separator: " · ")].compactMap { $0 } + tries
    }

    private func changes(of message: Message) -> [String] {
        var notes: [String] = []
        if let at = message.editedAt {
            let before = MessageBubble.Body(content: message.content, type: message.type, preview: "", direction: message.direction)
            notes.append("Edited \(moment(at, after: message.at)). Before: \(plain(before.onPaper.words ?? before.preview.text))")
        }
        if let at = message.revokedAt { notes.append("Deleted by its sender \(moment(at, after: message.at))") }
        return notes
    }

    private func reactions(to message: Message) -> [String] {
        (message.wamid.flatMap { chapter.reactions[$0] } ?? []).compactMap { reaction in
            reaction.emoji.map {
                "\(reaction.direction == .inbound ? plain(contact.firstName) : plain(chapter.landlord.name)) reacted with \($0)"
            }
        }
    }

    // The day as well, where it is another one.
    private func moment(_ date: Date, after first: Date) -> String {
        words.dayStart(date).key == words.dayStart(first).key ? words.second(date) : "\(words.date(date)), \(words.second(date))"
    }

    private func longDay(_ date: Date) -> String { "\(words.weekday(date)) \(words.date(date))" }

    /// A name in a line of ours: what turns the direction of writing or ends the line stays out, so that it misleads nobody about its
    /// neighbours.
    private func plain(_ text: String, orElse other: String = "Unnamed") -> String {
        let kept = text.unicodeScalars.map { scalar -> Unicode.Scalar? in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: " "
            case .format where scalar != "\u{200D}": nil
            default: scalar
            }
        }
        let plain = String(String.UnicodeScalarView(kept.compactMap { $0 }))
        return plain.allSatisfy(\.isWhitespace) ? other : plain
    }
}

extension MessageBubble.Body {
    /// Its kind, where it is no text; what was typed; and what else it holds.
    var onPaper: (label: String?, words: String?, details: [String]) {
        switch self {
        case .text(let text, let buttons): (nil, text, buttons.map { "Button: \($0)" })
        case .asked(let text, let choices): ("Question", text, choices.onPaper)
        case .picked(let text): ("Picked", text, [])
        case .media(let media, let caption): (media.mediaName, caption, [])
        case .location(let place): ("Location", place.placeName, [place.address, place.coordinates].compactMap { $0 })
        case .contacts(let cards): ("Contact", nil, cards.map { "\($0.cardName): \($0.numbers.joined(separator: ", "))" })
        case .form(let form): (form.formTitle, nil, form.answers.map { "\($0.question): \($0.given)" })
        case .order(let order, let note):
            (
                "Order", note,
                order.items.map { item in "\(item.quantity) × \(item.product)" + (item.price.map { ", \($0)" } ?? "") }
                    + [order.total.map { "Sum: \($0)" }].compactMap { $0 }
            )
        case .unknown(let kind, let original): ("A message of the kind “\(kind)”", nil, [String(original.prefix(4_000))])
        case .deleted(let said): ("Deleted", said, [])
        case .event(_, let words): ("Event", words, [])
        }
    }
}

extension MessageBubble.Choices {
    /// What stands around the words and what could be pressed, a line each.
    fileprivate var onPaper: [String] {
        let rows =
            list?.parts.flatMap { part in part.rows.map { ["List", part.partName, $0.rowName].compactMap { $0 }.joined(separator: ": ") } }
            ?? []
        return [heading.map { "Heading: \($0)" }, footing.map { "Footing: \($0)" }].compactMap { $0 } + presses.map { "Button: \($0)" }
            + rows
            + [press.map { "Link: \($0.pressName), \($0.pressHref)" }].compactMap { $0 }
    }
}
