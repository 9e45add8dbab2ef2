import Foundation

/// A message that was looked for, beneath the conversations that match.
struct FoundRow: Sendable {
    /// A piece of its words.
    struct Part: Sendable {
        let plain: String?
        let marked: String?
    }

    let href: String
    let plate: DoorPlate
    let name: String
    let time: String
    let stamp: String
    let speaker: String?
    let parts: [Part]
    let isOpen: Bool

    /// - Parameters:
    ///   - part: the search, which stays beside the conversation.
    ///   - speaker: who of us wrote it ("You", "Marek"), nil for the tenant.
    ///   - excerpt: the words around what was found; found ones are true.
    ///   - isOpen: whether this very message is shown beside the list.
    init(
        message: String, conversation: String, part: ListPart, plate: DoorPlate, name: String, at time: Date, speaker: String?,
        excerpt: [(text: String, isFound: Bool)], isOpen: Bool = false, words: TimeWords
    ) {
        href = Paths.conversation(conversation, around: message, part: part)
        (self.plate, self.name, self.isOpen) = (plate, name, isOpen)
        self.time = words.short(time)
        stamp = TimeWords.stamp(time)
        self.speaker = speaker
        parts = excerpt.map { $0.isFound ? Part(plain: nil, marked: $0.text) : Part(plain: $0.text, marked: nil) }
    }
}

/// The messages that were found, and the way to older ones.
struct FoundList: Sendable {
    let found: [FoundRow]
    let older: String?
    let unfound: String?

    /// - Parameter older: the address of the list's next page.
    init(_ rows: [FoundRow], older: String? = nil) {
        found = rows
        self.older = older
        unfound = rows.isEmpty ? "No message holds these words." : nil
    }
}
