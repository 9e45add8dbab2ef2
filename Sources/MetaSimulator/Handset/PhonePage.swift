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
    /// The message that is being answered.
    struct Answering: Sendable {
        let wamid: String
        let quote: Bubble.Quote
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
    let answering: Answering?
}

extension Simulator {
    /// The phone in somebody's hand: looking at a conversation reads it. Nil when there is no such person or number.
    /// - Parameter answered: the message that what is written next answers.
    func phonePage(_ slug: String, number wanted: String?, answering answered: String? = nil) async -> PhonePage? {
        guard let person = world.person(slug), let number = chatNumber(of: person, wanted: wanted) else { return nil }
        if openConversation(of: person.slug, with: number.id) > 0 { await persist() }
        let others = world.persons.prefix(12).map { PhonePage.Owner(slug: $0.slug, name: $0.firstName, isCurrent: $0.slug == person.slug) }
        let chats = numbersInOrder.map { PhonePage.Chat(id: $0.id, name: $0.verifiedName, isCurrent: $0.id == number.id) }
        return PhonePage(
            title: title(of: person), slug: person.slug, firstName: person.isGuest ? person.name : person.firstName,
            number: shownNumber(of: person), business: number.verifiedName, businessNumber: number.display, numberID: number.id,
            others: others, chats: chats, bubbles: bubbles(of: person, with: number),
            answering: answered.flatMap { message($0, of: person, with: number) }.map {
                PhonePage.Answering(wamid: $0.id, quote: quote(of: $0, with: number))
            })
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

    /// Failed messages never reached the phone; what is about another message shows at that one.
    private func bubbles(of person: Person, with number: Number) -> [Bubble] {
        world.conversation(of: person.slug, with: number.id).filter { $0.failure == nil && !$0.isAboutAnother }.suffix(200).map {
            bubble($0, of: person, with: number)
        }
    }

    /// A message of this conversation.
    func message(_ wamid: String, of person: Person, with number: Number) -> Message? {
        guard let place = world.messageIndex(wamid) else { return nil }
        let message = world.messages[place]
        return message.person == person.slug && message.numberID == number.id && message.failure == nil ? message : nil
    }

    static func time(_ date: Date) -> String {
        date.formatted(
            Date.VerbatimFormatStyle(
                format: "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)", timeZone: .gmt,
                calendar: Calendar(identifier: .gregorian)))
    }
}
