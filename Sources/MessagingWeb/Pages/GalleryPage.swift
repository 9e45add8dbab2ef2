import Foundation

/// The pictures, films, sounds and documents of a conversation, the newest first.
struct GalleryPage: Page {
    static let view = "gallery"

    /// One of them, and the way to where it was said.
    struct Item: Sendable {
        let media: MessageBubble.Media
        let speaker: String
        let day: String
        let stamp: String
        let said: String

        /// - Parameters:
        ///   - message: its message's ID.
        ///   - by: who sent it.
        init(message: String, conversation: String, media: MessageBubble.Media, by speaker: String, at time: Date, words: TimeWords) {
            (self.media, self.speaker) = (media, speaker)
            day = words.dayAndTime(time)
            stamp = TimeWords.stamp(time)
            said = Paths.conversation(conversation, around: message)
        }
    }

    let frame: Frame
    let name: String
    let back: String
    let items: [Item]
    let hasItems: Bool
    let nothing: InboxPage.Nothing?
    let next: String?

    /// - Parameters:
    ///   - conversation: its ID.
    ///   - name: the tenant's.
    ///   - items: newest first.
    ///   - next: address of the page with older ones.
    init(frame: Frame, conversation: String, name: String, items: [Item], next: String? = nil) {
        self.frame = frame
        (self.name, self.items, self.next) = (name, items, next)
        back = Paths.conversation(conversation)
        hasItems = !items.isEmpty
        nothing =
            items.isEmpty
            ? .init(
                nothingTitle: "No pictures or files yet", nothingWords: "What you send each other appears here.",
                way: .init(linkName: "Back to the conversation", href: back)) : nil
    }
}
