import Foundation

/// What stands between messages and only the team sees: a note, or a line that says who did what.
struct ThreadAside: Page {
    static let view = "_aside"

    enum Kind: Sendable {
        case note(String)
        /// The sentence says who; its icon is one of the sprite's.
        case event(icon: String, sentence: String)
    }

    struct Event: Sendable { let asideIcon: String, sentence: String }

    let elementID: String
    let into: String
    let order: String
    let byWords: String
    let time: String
    let stamp: String
    let noteText: FormattedText?
    let event: Event?

    /// - Parameters:
    ///   - id: the entry's ID; the element is `entry-<id>` and goes into `messages-<conversation>`.
    ///   - by: who wrote a note.
    ///   - at: decides its place among the messages.
    init(id: String, conversation: String, kind: Kind, by: String, at: Date, words: TimeWords) {
        elementID = "entry-\(id)"
        into = "messages-\(conversation)"
        order = "\(TimeWords.stamp(at)) \(id)"
        byWords = by
        time = words.time(at)
        stamp = TimeWords.stamp(at)
        (noteText, event) =
            switch kind {
            case .note(let text): (FormattedText(text), nil)
            case .event(let icon, let sentence): (nil, Event(asideIcon: icon, sentence: sentence))
            }
    }
}
