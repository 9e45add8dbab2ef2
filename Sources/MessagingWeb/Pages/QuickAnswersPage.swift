/// Texts that are written often, to be kept and changed.
struct QuickAnswersPage: Page {
    static let view = "quick-answers"

    /// One text and the form that changes it.
    struct Answer: Sendable {
        let answerTitle: String
        let answerText: String
        let changeTo: String
        let removeTo: String

        init(id: String, title: String, text: String) {
            (answerTitle, answerText) = (title, text)
            changeTo = Paths.quickAnswer(id)
            removeTo = Paths.removeQuickAnswer(id)
        }
    }

    /// What was typed and not taken, with the reason.
    struct Draft: Sendable { let draftTitle: String, draftText: String }
    struct Gap: Sendable { let gapWritten: String, gapWords: String }

    let frame: Frame
    let answers: [Answer]
    let hasAnswers: Bool
    let mayChange: Bool
    let gaps: [Gap]
    let draft: Draft
    let notice: String?
    let addTo: String

    /// - Parameters:
    ///   - gaps: placeholders with what fills them.
    ///   - draft: words to put back after a refusal.
    init(
        frame: Frame, answers: [Answer], gaps: [(written: String, words: String)], mayChange: Bool = true,
        draft: Draft = Draft(draftTitle: "", draftText: ""), notice: String? = nil
    ) {
        self.frame = frame
        self.answers = answers
        hasAnswers = !answers.isEmpty
        self.gaps = gaps.map { Gap(gapWritten: $0.written, gapWords: $0.words) }
        (self.mayChange, self.draft, self.notice) = (mayChange, draft, notice)
        addTo = Paths.quickAnswers
    }
}

/// The quick answers as they would go to one tenant, to choose from.
struct QuickChoicePage: Page {
    static let view = "quick-choice"

    let frame: Frame
    let firstName: String
    let back: String
    let options: QuickOptions

    init(frame: Frame, firstName: String, options: QuickOptions) {
        (self.frame, self.firstName, self.options) = (frame, firstName, options)
        back = Paths.conversation(options.conversation)
    }
}

/// The same as a script shows it over the composer.
struct QuickOptions: Page {
    static let view = "_quick"

    struct Option: Sendable {
        let optionID: String
        let optionTitle: String
        let optionText: String
        let optionHref: String
        let gapWords: String?

        /// - Parameters:
        ///   - text: with everything filled in that is known.
        ///   - gaps: what is not known, for people.
        init(id: String, title: String, text: String, gaps: [String], conversation: String) {
            optionID = "quick-\(id)"
            (optionTitle, optionText) = (title, text)
            optionHref = Paths.conversation(conversation, with: id)
            gapWords = gaps.isEmpty ? nil : "Not known: " + gaps.joined(separator: ", ")
        }
    }

    let conversation: String
    let elementID: String
    let options: [Option]
    let hasOptions: Bool
    let writeThem: String

    init(conversation: String, options: [Option]) {
        self.conversation = conversation
        elementID = "quick-of-\(conversation)"
        self.options = options
        hasOptions = !options.isEmpty
        writeThem = Paths.quickAnswers
    }
}
