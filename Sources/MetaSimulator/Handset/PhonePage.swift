import Foundation

/// One person's phone, open at one conversation.
struct PhonePage: Sendable {
    struct Chat: Sendable {
        let id: String
        let name: String
        let isCurrent: Bool
    }
    struct Owner: Sendable {
        let slug: String
        let name: String
        let isCurrent: Bool
    }
    struct Bubble: Sendable {
        let id: String
        let text: String
        let time: String
        let isOwn: Bool
        let tick: String?
        let tickClass: String
        let tickWord: String
    }

    let title: String
    let slug: String
    let firstName: String
    let number: String
    let business: String
    let businessNumber: String
    let numberID: String
    let others: [Owner]
    let chats: [Chat]
    let bubbles: [Bubble]
}

extension Simulator {
    /// The phone in somebody's hand: looking at a conversation reads it. Nil when there is no such person or number.
    func phonePage(_ slug: String, number wanted: String?) async -> PhonePage? {
        guard let person = world.person(slug), let number = chatNumber(of: person, wanted: wanted) else { return nil }
        if openConversation(of: person.slug, with: number.id) > 0 { await persist() }
        let others = world.persons.prefix(12).map { PhonePage.Owner(slug: $0.slug, name: $0.firstName, isCurrent: $0.slug == person.slug) }
        let chats = numbersInOrder.map { PhonePage.Chat(id: $0.id, name: $0.verifiedName, isCurrent: $0.id == number.id) }
        return PhonePage(
            title: title(of: person), slug: person.slug, firstName: person.isGuest ? person.name : person.firstName,
            number: shownNumber(of: person), business: number.verifiedName, businessNumber: number.display, numberID: number.id,
            others: others, chats: chats, bubbles: bubbles(of: person, with: number))
    }

    /// What somebody typed on the phone's page. Answers the number it went to.
    func write(_ text: String, as slug: String, to numberID: String) async -> String? {
        guard let person = world.person(slug), let number = world.numbers[numberID] else { return nil }
        let words = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if !words.isEmpty {
            openConversation(of: person.slug, with: number.id)
            _ = say(["type": "text", "text": ["body": .string(words)]], as: person, to: number)
            await persist()
        }
        return number.id
    }

    func title(of person: Person) -> String { "\(person.isGuest ? person.name : person.firstName)’s phone" }

    func shownNumber(of person: Person) -> String {
        person.username.map { "@\($0), number hidden" } ?? World.display(person.digits)
    }

    var numbersInOrder: [Number] { world.numbers.values.sorted { $0.id < $1.id } }

    /// The asked number, else the one written with last, else a live one.
    private func chatNumber(of person: Person, wanted: String?) -> Number? {
        if let wanted { return world.numbers[wanted] }
        let last = world.messages.last { $0.person == person.slug }.flatMap { world.numbers[$0.numberID] }
        return last ?? numbersInOrder.first { $0.status == "CONNECTED" } ?? numbersInOrder.first
    }

    /// Failed messages never reached the phone; reactions are not bubbles.
    private func bubbles(of person: Person, with number: Number) -> [PhonePage.Bubble] {
        world.conversation(of: person.slug, with: number.id).filter { $0.failure == nil && $0.type != "reaction" }.suffix(200).map {
            message in
            let isOwn = message.direction == .fromPerson
            let isRead = message.readAt != nil
            return PhonePage.Bubble(
                id: message.id, text: message.text, time: Self.time(message.sentAt), isOwn: isOwn, tick: isOwn ? "✓✓" : nil,
                tickClass: isRead ? "read" : "", tickWord: isRead ? "Read" : "Delivered")
        }
    }

    static func time(_ date: Date) -> String {
        date.formatted(
            Date.VerbatimFormatStyle(
                format: "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)", timeZone: .gmt,
                calendar: Calendar(identifier: .gregorian)))
    }
}
