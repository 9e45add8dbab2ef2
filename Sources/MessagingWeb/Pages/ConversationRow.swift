import Foundation

/// One conversation in the list.
struct ConversationRow: Page {
    static let view = "_conversation"

    /// The one tag that a row may carry, the worst first.
    enum Flag: Sendable {
        case notDelivered
        /// The window ends soon; in words, "1 h 20 left".
        case closing(left: String)
        /// Only a template can be sent.
        case closed
        /// Nothing more to do.
        case done
        /// Put off; until when, in words.
        case later(until: String)
    }

    struct Tag: Sendable { let tagWords: String, tone: String, tagIcon: String? }

    let elementID: String
    let into: String
    let conversation: String
    let order: String
    let href: String
    let plate: DoorPlate
    let name: String
    let home: String?
    let time: String
    let stamp: String
    let tick: Tick?
    let previewIcon: String?
    let preview: String
    let tag: Tag?
    let unreadCount: String?
    let isUnread: Bool
    let isOpen: Bool

    /// - Parameters:
    ///   - conversation: its ID; the element is `conversation-<id>` and goes into `conversations`.
    ///   - name: the tenant's name, or the number of somebody unknown.
    ///   - home: the property without the flat, which the plate says.
    ///   - lastAt: when its last message was written; decides the order.
    ///   - preview: the last message's `Body.preview`.
    ///   - speaker: who of us wrote it ("You", "Marek"), nil for the tenant.
    ///   - delivery: how far it has come, when it is ours.
    ///   - unread: messages that nobody of us has seen.
    ///   - heap: nil among what is open, else the part of the list that it lies in, so that live streams do not bring it into the list.
    ///   - part: the part of the list that it stands in.
    ///   - isOpen: whether its thread is beside the list. Live streams say no; the page puts the mark back.
    init(
        conversation: String, plate: DoorPlate, name: String, home: String?, lastAt: Date, preview: (icon: String?, text: String),
        speaker: String? = nil, delivery: Delivery? = nil, flag: Flag? = nil, unread: Int = 0, heap: String? = nil, part: ListPart = .all,
        isOpen: Bool = false, words: TimeWords
    ) {
        elementID = "conversation-\(conversation)"
        into = heap.map { "conversations-\($0)" } ?? "conversations"
        self.conversation = conversation
        order = "\(TimeWords.stamp(lastAt)) \(conversation)"
        href = Paths.conversation(conversation, part: part)
        (self.plate, self.name, self.home) = (plate, name, home)
        time = words.short(lastAt)
        stamp = TimeWords.stamp(lastAt)
        tick = delivery.map(Tick.init)
        previewIcon = preview.icon
        self.preview = (speaker.map { "\($0): " } ?? "") + preview.text
        tag = flag.map(Self.tag)
        unreadCount = unread > 0 ? String(unread) : nil
        isUnread = unread > 0
        self.isOpen = isOpen
    }

    private static func tag(for flag: Flag) -> Tag {
        switch flag {
        case .notDelivered: Tag(tagWords: "Not delivered", tone: "brick", tagIcon: nil)
        case .closing(let left): Tag(tagWords: left, tone: "brass", tagIcon: "glass")
        case .closed: Tag(tagWords: "Closed", tone: "", tagIcon: nil)
        case .done: Tag(tagWords: "Done", tone: "pine", tagIcon: "check")
        case .later(let until): Tag(tagWords: until, tone: "brass", tagIcon: "moon")
        }
    }
}
