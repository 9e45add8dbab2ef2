import Messaging

/// Which colleagues have a conversation open or write in it, in its head.
struct PresenceWords: Page {
    static let view = "_presence"
    static let sample = PresenceWords(in: Cast.conversation, writing: ["Marek"], present: [])
    static let variants = [PresenceWords(in: Cast.conversation, writing: [], present: [])]

    let presenceID: String
    let presenceWords: String?
    let isWriting: Bool

    /// - Parameters:
    ///   - writing: first names of those who write.
    ///   - present: of those who only have it open.
    init(in conversation: String, writing: [String], present: [String]) {
        presenceID = "presence-\(conversation)"
        isWriting = !writing.isEmpty
        presenceWords =
            isWriting
            ? Self.sentence(writing, one: "is writing", many: "are writing")
            : Self.sentence(present, one: "has this open", many: "have this open")
    }

    init(of people: [Presence.Attendance], in conversation: Conversation.ID, named names: [Person.ID: String]) {
        let name = { (one: Presence.Attendance) in
            names[one.person]?.split(separator: " ").first.map(String.init) ?? "A colleague"
        }
        self.init(
            in: conversation.rawValue, writing: people.filter(\.isTyping).map(name), present: people.filter { !$0.isTyping }.map(name))
    }

    private static func sentence(_ names: [String], one: String, many: String) -> String? {
        switch names.count {
        case 0: nil
        case 1: "\(names[0]) \(one)"
        case 2: "\(names[0]) and \(names[1]) \(many)"
        default: "\(names.count) colleagues \(many)"
        }
    }
}
