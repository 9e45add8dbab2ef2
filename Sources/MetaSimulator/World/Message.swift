import Foundation

/// One message as pretend Meta holds it, in either direction.
struct Message: Codable, Sendable {
    enum Direction: String, Codable, Sendable { case fromBusiness, fromPerson }

    let id: String
    let direction: Direction
    let numberID: String
    let person: String
    let type: String
    /// The object in Meta's shape, as it was sent.
    let content: JSON
    /// What the phone shows.
    let text: String
    let sentAt: Date
    var deliveredAt: Date?
    var readAt: Date?
    var failure: Int?
    var callbackData: String?
    var pricing: JSON?
    /// The business wrote to a user ID instead of a number.
    var byUserID = false
}

extension Message {
    /// Whether this opens the customer service window: anything a person says, but not reactions or system notes.
    var opensWindow: Bool {
        direction == .fromPerson && !["reaction", "system", "edit", "revoke", "request_welcome"].contains(type)
    }

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

    mutating func store(_ message: Message) {
        messages.store(message)
    }
}
