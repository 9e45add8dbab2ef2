import Foundation

/// One message as the phone shows it. Names that may be absent differ from the page's own, since a view looks for them there next.
struct Bubble: Sendable {
    struct Quote: Sendable {
        let author: String
        let excerpt: String
    }
    struct Attachment: Sendable {
        /// Nil when the file is not here: sent by link, or made room for others.
        var address: String?
        let label: String
        var about = ""
        var isPicture = false
        var isSticker = false
        var isFilm = false
        var isSound = false
        var isPaper = false
    }
    struct Place: Sendable {
        let placeName: String?
        let street: String?
        let coordinates: String
    }
    struct Card: Sendable {
        let cardName: String
        let lines: [String]
    }
    struct Press: Sendable {
        let position: Int
        let label: String
        let hint: String?
    }
    struct Group: Sendable {
        let groupTitle: String?
        let rows: [Press]
    }
    struct Menu: Sendable {
        let opener: String
        let groups: [Group]
    }
    struct Buttons: Sendable { let presses: [Press] }
    struct Link: Sendable {
        let label: String
        let target: String
    }

    let id: String
    let isOwn: Bool
    let time: String
    let tick: String?
    let tickClass: String
    let tickWord: String
    var quoting: Quote?
    var heading: String?
    var attachment: Attachment?
    var words: String?
    var footing: String?
    var place: Place?
    var cards: [Card] = []
    var buttons: Buttons?
    var menu: Menu?
    var link: Link?
    var reactions: String?
    var isOwnReaction = false
    var isEdited = false
    var isDeleted = false
}

extension Simulator {
    func bubble(_ message: Message, of person: Person, with number: Number) -> Bubble {
        let isOwn = message.direction == .fromPerson
        let isRead = message.readAt != nil
        var bubble = Bubble(
            id: message.id, isOwn: isOwn, time: Self.time(message.sentAt), tick: isOwn ? "✓✓" : nil, tickClass: isRead ? "read" : "",
            tickWord: isRead ? "Read" : "Delivered")
        guard message.isRevoked != true else {
            bubble.isDeleted = true
            return bubble
        }
        bubble.quoting = quote(in: message, of: person, with: number)
        bubble.isEdited = message.isEdited == true
        let reactions = [message.businessReaction, message.personReaction].compactMap { $0 }
        bubble.reactions = reactions.isEmpty ? nil : reactions.joined(separator: " ")
        bubble.isOwnReaction = message.personReaction != nil
        fill(&bubble, with: message)
        return bubble
    }

    /// The quoted message, as long as WhatsApp shows it: 30 days, and never at a template.
    private func quote(in message: Message, of person: Person, with number: Number) -> Bubble.Quote? {
        guard message.type != "template", let quoted = message.quoted.flatMap({ self.message($0, of: person, with: number) }),
            quoted.isRevoked != true, message.sentAt.timeIntervalSince(quoted.sentAt) <= 30 * 86_400
        else { return nil }
        return quote(of: quoted, with: number)
    }

    func quote(of message: Message, with number: Number) -> Bubble.Quote {
        let author = message.direction == .fromPerson ? "You" : number.verifiedName
        return Bubble.Quote(author: author, excerpt: message.text.count > 80 ? "\(message.text.prefix(80))…" : message.text)
    }

    private func fill(_ bubble: inout Bubble, with message: Message) {
        let value = message.content
        switch message.type {
        case "location": bubble.place = place(value)
        case "contacts": bubble.cards = (value.items ?? []).map(card)
        case "interactive" where message.direction == .fromBusiness: fillInteractive(&bubble, with: message)
        case "template":
            let header = value["components"]?.items?.first { $0["type"]?.string?.lowercased() == "header" }
            bubble.attachment = header?["parameters"]?.items?.first.flatMap { attachment($0) }
            bubble.words = message.text
            bubble.buttons = buttons(keys(on: message))
        default:
            bubble.attachment = MediaKind(rawValue: message.type).map { attachment($0, value) }
            bubble.words = bubble.attachment == nil ? message.text : value["caption"]?.string
        }
    }

    private func fillInteractive(_ bubble: inout Bubble, with message: Message) {
        let value = message.content
        bubble.heading = value["header"]?["text"]?.string
        bubble.attachment = value["header"].flatMap { attachment($0) }
        bubble.words = message.text
        bubble.footing = value["footer"]?["text"]?.string
        switch value["type"]?.string {
        case "list": bubble.menu = menu(value["action"] ?? .null)
        case "cta_url":
            let parameters = value["action"]?["parameters"]
            bubble.link = Bubble.Link(label: parameters?["display_text"]?.string ?? "", target: parameters?["url"]?.string ?? "")
        default: bubble.buttons = buttons(keys(on: message))
        }
    }

    private func buttons(_ keys: [Key]) -> Bubble.Buttons? {
        guard !keys.isEmpty else { return nil }
        return Bubble.Buttons(
            presses: keys.enumerated().map { Bubble.Press(position: $0.offset, label: $0.element.title, hint: $0.element.hint) })
    }

    /// Rows are counted through all sections, as `keys(on:)` lists them.
    private func menu(_ action: JSON) -> Bubble.Menu {
        var count = 0
        let groups = (action["sections"]?.items ?? []).map { section in
            let rows = (section["rows"]?.items ?? []).enumerated().map { row in
                Bubble.Press(
                    position: count + row.offset, label: row.element["title"]?.string ?? "", hint: row.element["description"]?.string)
            }
            count += rows.count
            return Bubble.Group(groupTitle: section["title"]?.string, rows: rows)
        }
        return Bubble.Menu(opener: action["button"]?.string ?? "", groups: groups)
    }

    private func place(_ value: JSON) -> Bubble.Place {
        let coordinates = [value["latitude"], value["longitude"]].compactMap { $0?.text }.joined(separator: ", ")
        return Bubble.Place(placeName: value["name"]?.string, street: value["address"]?.string, coordinates: coordinates)
    }

    private func card(_ contact: JSON) -> Bubble.Card {
        let lines = [("phones", "phone"), ("emails", "email"), ("urls", "url")].flatMap { list, name in
            (contact[list]?.items ?? []).compactMap { $0[name]?.string }
        }
        return Bubble.Card(cardName: contact["name"]?["formatted_name"]?.string ?? "Contact", lines: lines)
    }
}
