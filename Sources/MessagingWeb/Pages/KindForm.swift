/// A form for a kind of message that is more than words. It takes the place of the pad; what comes of it is shown as the bubble that it will be.
struct KindForm: Sendable {
    /// A field of it.
    struct Field: Sendable {
        let fieldName: String
        let fieldLabel: String
        let fieldHint: String?
        let fieldValue: String
        let fieldType: String
        let longest: Int
        let isNeeded: Bool
        let isLong: Bool
        /// Where the browser's own position may go.
        let takesPosition: Bool

        /// - Parameters:
        ///   - longest: WhatsApp's limit in characters.
        ///   - type: the input's type, such as `tel`.
        init(
            _ name: String, _ label: String, hint: String? = nil, value: String, type: String = "text", longest: Int, isNeeded: Bool = true,
            isLong: Bool = false, takesPosition: Bool = false
        ) {
            (fieldName, fieldLabel, fieldHint, fieldValue) = (name, label, hint, value)
            (fieldType, self.longest, self.isNeeded, self.isLong, self.takesPosition) = (type, longest, isNeeded, isLong, takesPosition)
        }
    }

    let formTitle: String
    let formIcon: String
    let postKindTo: String
    let backHref: String
    let fields: [Field]
    let shortcut: Composer.Link?
    let preview: KindPreview

    /// - Parameters:
    ///   - shortcut: fills the form in with something that we know.
    ///   - preview: what it will look like, as far as it is filled in.
    init(
        _ kind: String, title: String, icon: String, in conversation: String, fields: [Field], shortcut: Composer.Link? = nil,
        preview: KindPreview
    ) {
        (formTitle, formIcon, self.fields, self.shortcut, self.preview) = (title, icon, fields, shortcut, preview)
        postKindTo = Paths.more(kind, in: conversation)
        backHref = Paths.conversation(conversation)
    }
}

/// What a filled-in form will look like as a bubble, or what it still lacks.
struct KindPreview: Page {
    static let view = "_preview"

    let previewID: String
    let bubble: MessageBubble?
    let lacks: String?

    init(in conversation: String, bubble: MessageBubble? = nil, lacks: String? = nil) {
        previewID = "preview-\(conversation)"
        (self.bubble, self.lacks) = (bubble, lacks)
    }
}
