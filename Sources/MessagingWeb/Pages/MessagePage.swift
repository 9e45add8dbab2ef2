/// One message by itself, with what happened to it, or with the emoji to react with. Scripts show the same beside the bubble.
struct MessagePage: Page {
    static let view = "message"

    let frame: Frame
    let bubble: MessageBubble
    let back: String
    let backWords: String
    let story: MessageStory?
    let picker: EmojiPicker?
    let notice: String?

    /// - Parameters:
    ///   - name: what the thread calls the tenant.
    ///   - notice: why the last reaction was refused.
    init(
        frame: Frame, bubble: MessageBubble, in conversation: String, name: String, story: MessageStory? = nil,
        picker: EmojiPicker? = nil, notice: String? = nil
    ) {
        (self.frame, self.bubble, self.story, self.picker, self.notice) = (frame, bubble, story, picker, notice)
        back = Paths.conversation(conversation) + "#" + bubble.elementID
        backWords = "Back to \(name)"
    }
}

/// Every try and time of a message, the oldest first.
struct MessageStory: Page {
    static let view = "_story"

    struct Step: Sendable {
        /// Said once for the steps of a day.
        let stepDay: String?
        let stepTime: String
        let stepWords: String
        /// Meta's number of an error, last and small.
        let stepCode: String?
    }

    let storyID: String
    let steps: [Step]

    init(of message: String, steps: [Step]) {
        storyID = "story-\(message)"
        self.steps = steps
    }
}

/// The emoji that a message can be reacted to with: six that are common, or any other one.
struct EmojiPicker: Page {
    static let view = "_picker"

    struct Common: Sendable { let face: String, faceName: String, isPicked: Bool }

    static let common = [("👍", "Thumbs up"), ("❤️", "Heart"), ("😂", "Laughing"), ("😮", "Surprised"), ("😢", "Sad"), ("🙏", "Thank you")]

    let pickerID: String
    let postReactionTo: String
    let faces: [Common]
    /// What of ours stands there, to be taken away.
    let standing: String?
    let clientMessageID: String
    let csrf: String

    init(for message: String, in conversation: String, standing: String?, clientMessageID: String, csrf: String) {
        pickerID = "picker-\(message)"
        postReactionTo = Paths.react(to: message, in: conversation)
        faces = Self.common.map { Common(face: $0.0, faceName: $0.1, isPicked: $0.0 == standing) }
        (self.standing, self.clientMessageID, self.csrf) = (standing, clientMessageID, csrf)
    }
}
