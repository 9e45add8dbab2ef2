import Foundation

/// One message as pretend Meta holds it, in either direction.
struct Message: Codable, Sendable {
    enum Direction: String, Codable, Sendable { case fromBusiness, fromPerson }

    let id: String
    let direction: Direction
    let numberID: String
    let person: String
    let type: String
    /// The object in Meta's shape, as it was sent or corrected since.
    var content: JSON
    /// What the phone shows.
    var text: String
    let sentAt: Date
    var deliveredAt: Date?
    var readAt: Date?
    var failure: Int?
    var callbackData: String?
    var pricing: JSON?
    /// The business wrote to a user ID instead of a number.
    var byUserID = false
    /// The message that this one answers.
    var quoted: String?
    /// The reactions that stand at it, one of each side.
    var personReaction: String?
    var businessReaction: String?
    var isEdited: Bool?
    var isRevoked: Bool?
}

extension Message {
    /// Whether this opens the customer service window: anything a person says, but not reactions or system notes.
    var opensWindow: Bool {
        direction == .fromPerson && !["reaction", "system", "edit", "revoke", "request_welcome"].contains(type)
    }

    /// What is about another message shows at that one.
    var isAboutAnother: Bool { ["reaction", "edit", "revoke"].contains(type) }

    var state: String {
        if failure != nil { return "failed" }
        if readAt != nil { return "read" }
        return deliveredAt != nil ? "delivered" : "sent"
    }
}

extension World {
    func messageIndex(_ id: String) -> Int? { messages.place(of: id) }

    func conversation(of person: String, with number: String) -> [Message] {
        messages.filter { $0.person == person && $0.numberID == number }
    }

    /// Whether free text may go out: less than 24 hours since the person last said something to this number.
    func windowIsOpen(from number: String, to person: String, at now: Date) -> Bool {
        messages.lastSaid(by: person, to: number).map { now.timeIntervalSince($0) < 86_400 } ?? false
    }

    /// Stores a message. A reaction, a correction or a deletion also shows at the message that it is about.
    mutating func store(_ message: Message) {
        messages.store(message)
        guard message.isAboutAnother, message.failure == nil else { return }
        let target = message.content["message_id"] ?? message.content["original_message_id"]
        guard let place = target?.string.flatMap({ messageIndex($0) }), messages[place].person == message.person,
            messages[place].numberID == message.numberID
        else { return }
        let isOwn = messages[place].direction == message.direction
        switch message.type {
        case "reaction": messages[place].take(reaction: message.content["emoji"]?.string ?? "", from: message.direction)
        case "edit" where isOwn: messages[place].take(correction: message.content["message"] ?? .null)
        case "revoke" where isOwn: messages[place].isRevoked = true
        default: break
        }
    }
}

extension Message {
    /// No emoji takes the reaction away.
    fileprivate mutating func take(reaction emoji: String, from side: Direction) {
        let reaction = emoji.isEmpty ? nil : emoji
        if side == .fromPerson { personReaction = reaction } else { businessReaction = reaction }
    }

    fileprivate mutating func take(correction: JSON) {
        guard let value = correction[type] else { return }
        if type == "text" { content = value } else { content["caption"] = value["caption"] }
        text = MessageShape.words(type: type, value: content)
        isEdited = true
    }
}
