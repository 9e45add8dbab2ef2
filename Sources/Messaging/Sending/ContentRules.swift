import Foundation
import WhatsAppCloudAPI

// What WhatsApp takes of each kind, checked before anything is stored (fact sheet, sections 3.2 and 3.3; characters are code points). Each answers
// what the message says, in a line for a list.

extension Draft {
    /// What it says, in a line for a list, if a kind with limits of its own keeps them.
    /// - Throws: `SendRefusal.content` with what WhatsApp does not take, and what to do.
    public func words() throws(SendRefusal) -> String {
        switch content {
        case .place(let place): try place.checked().storable
        case .cards(let cards): try cards.checked().storable
        case .question(let question): try question.checked().storable
        case .text, .media, .template, .reaction: ""
        }
    }

    /// As it will be stored: JSON in Meta's shape.
    public var json: String { content.text }
}

extension OutgoingPlace {
    // Meta tells no limit; what is longer is no name of a place.
    private static let longest = 1_000

    func checked() throws(SendRefusal) -> String {
        guard abs(latitude) <= 90, abs(longitude) <= 180 else {
            throw .content("There is no such place: north is from -90 to 90 degrees, east from -180 to 180.")
        }
        for words in [name, address].compactMap({ $0 }) where words.unicodeScalars.count > Self.longest {
            throw .content("The name or address of the place is too long: \(Self.longest) characters at most.")
        }
        return name?.nonEmpty ?? address?.nonEmpty ?? "Location"
    }
}

extension [OutgoingCard] {
    func checked() throws(SendRefusal) -> String {
        guard (1...257).contains(count) else { throw .content("WhatsApp takes 1 to 257 contact cards at once; these are \(count).") }
        for card in self {
            guard card.formattedName?.trimmingCharacters(in: .whitespaces).isEmpty == false else {
                throw .content("A contact card needs a name. Write whose it is.")
            }
            guard card.hasNamePart else { throw .content("A contact card needs a first or last name beside the whole name.") }
        }
        return compactMap(\.formattedName).joined(separator: ", ")
    }
}

extension OutgoingQuestion {
    func checked() throws(SendRefusal) -> String {
        try body.check("The text", upTo: isList ? 4_096 : 1_024)
        try header?.check("The heading", upTo: 60)
        try footer?.check("The line at the end", upTo: 60)
        switch choice {
        case .buttons(let buttons): try check(buttons)
        case .list(let opener, let sections):
            try opener.check("What stands on the list’s button", upTo: 20)
            try check(sections)
        case .link(let title, let address):
            try title.check("What stands on the button", upTo: 20)
            try checkAddress(address)
        }
        return body
    }

    private var isList: Bool { if case .list = choice { true } else { false } }

    private func check(_ buttons: [Button]) throws(SendRefusal) {
        guard (1...3).contains(buttons.count) else {
            throw .content("WhatsApp takes 1 to 3 buttons; these are \(buttons.count). For more, send a list.")
        }
        for button in buttons {
            try button.title.check("A button", upTo: 20)
            try button.id.check("The ID of a button", upTo: 256)
        }
        guard Set(buttons.map(\.title)).count == buttons.count, Set(buttons.map(\.id)).count == buttons.count else {
            throw .content("Two buttons say the same. Give each its own words.")
        }
    }

    private func check(_ sections: [Section]) throws(SendRefusal) {
        let rows = sections.flatMap(\.rows)
        guard (1...10).contains(rows.count), sections.count <= 10 else {
            throw .content("WhatsApp takes 1 to 10 choices in a list; these are \(rows.count).")
        }
        for section in sections {
            guard !section.rows.isEmpty else {
                throw .content("The part “\(section.title ?? "")” has no choices. Add one, or take it away.")
            }
            if sections.count > 1 || section.title != nil { try (section.title ?? "").check("The heading of a part", upTo: 24) }
        }
        for row in rows {
            try row.title.check("A choice", upTo: 24)
            try row.description?.check("What explains a choice", upTo: 72)
            try row.id.check("The ID of a choice", upTo: 200)
        }
        guard Set(rows.map(\.id)).count == rows.count else { throw .content("Two choices have the same ID. Give each its own.") }
    }

    private func checkAddress(_ text: String) throws(SendRefusal) {
        let parts = URLComponents(string: text)
        guard ["http", "https"].contains(parts?.scheme?.lowercased() ?? ""), parts?.host?.isEmpty == false,
            text.unicodeScalars.count <= 2_000
        else { throw .content("The address must begin with https:// and name a page.") }
    }
}

extension OutgoingReaction {
    /// Meta’s age of a message that can still be reacted to.
    static let lasts: TimeInterval = 30 * 86_400

    /// One character to the eye that is a pictograph: digits count as emoji to Unicode, but not to people.
    func check() throws(SendRefusal) {
        guard !emoji.isEmpty else { return }
        guard emoji.count == 1, emoji.unicodeScalars.count <= 32,
            emoji.unicodeScalars.contains(where: { !$0.isASCII && $0.properties.isEmoji })
        else { throw .reaction("WhatsApp takes one emoji as a reaction. Send words as a message.") }
    }
}

extension String {
    fileprivate func check(_ what: String, upTo limit: Int) throws(SendRefusal) {
        guard !trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else { throw .content("\(what) is empty. Write something there.") }
        guard unicodeScalars.count <= limit else {
            throw .content("\(what) has \(unicodeScalars.count) characters; WhatsApp takes \(limit). Shorten it.")
        }
    }
}
