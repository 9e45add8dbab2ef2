extension MessageBubble {
    /// What somebody can press beneath our words: buttons, a list that opens, or a link.
    struct Choices: Sendable {
        struct List: Sendable { let opener: String, parts: [Part] }
        struct Part: Sendable { let partName: String?, rows: [Row] }
        struct Row: Sendable { let rowName: String, rowHint: String? }
        struct Link: Sendable { let pressName: String, pressHref: String }

        let heading: String?
        let footing: String?
        let presses: [String]
        let list: List?
        let press: Link?

        /// - Parameters:
        ///   - heading: stands above the words.
        ///   - footing: stands beneath the words.
        ///   - presses: what stands on the buttons.
        ///   - press: a button that opens an address; only `https` and `http` addresses are opened.
        init(heading: String? = nil, footing: String? = nil, presses: [String] = [], list: List? = nil, press: Link? = nil) {
            (self.heading, self.footing, self.presses, self.list) = (heading, footing, presses, list)
            self.press = press.flatMap { $0.pressHref.hasPrefix("https://") || $0.pressHref.hasPrefix("http://") ? $0 : nil }
        }
    }

    /// What can be done about one message: the addresses work without a script.
    struct Answers: Sendable {
        let replyHref: String
        let reactHref: String

        init(to message: String, in conversation: String) {
            replyHref = Paths.reply(to: message, in: conversation)
            reactHref = Paths.react(to: message, in: conversation)
        }
    }
}
