/// The way of a number from Meta's window to the inbox, as a list of steps with one state each.
struct ConnectionSteps: Page {
    static let view = "_steps"

    enum State: Sendable, Equatable { case toCome, underWay, needsYou, done, failed }

    struct Step: Sendable {
        let stepClass: String
        let stepState: String
        let stepTitle: String
        let stepWords: String?
        let stepTime: String?
        let numeral: String?
        let markIcon: String?
        let turns: Bool

        /// - Parameters:
        ///   - title: in the tense of its state: "You sign in with Meta", "Signed in with Meta".
        ///   - words: a half sentence more, nil when the title says it all.
        ///   - time: when it was done, or how long it takes ("10:02", "2 min").
        init(_ state: State, title: String, words: String? = nil, time: String? = nil) {
            (stepTitle, stepWords, stepTime) = (title, words, time)
            (stepClass, stepState, markIcon) =
                switch state {
                case .toCome: ("todo", "To come", nil)
                case .underWay: ("now", "Under way", nil)
                case .needsYou: ("you", "Needs you", "user")
                case .done: ("done", "Done", "check")
                case .failed: ("stuck", "Stopped here", "alert")
                }
            turns = state == .underWay
            numeral = nil
        }

        fileprivate init(_ step: Step, numeral: Int) {
            (stepTitle, stepWords, stepTime, stepClass, stepState) = (
                step.stepTitle, step.stepWords, step.stepTime, step.stepClass, step.stepState
            )
            (markIcon, turns) = (step.markIcon, step.turns)
            self.numeral = step.markIcon == nil && !step.turns ? String(numeral) : nil
        }
    }

    let stepsTitle: String
    let progress: String
    let steps: [Step]

    /// - Parameters:
    ///   - title: "What will happen" or "Your connection".
    ///   - progress: "About 4 minutes", "4 of 6 done".
    init(title: String, progress: String, steps: [Step]) {
        stepsTitle = title
        self.progress = progress
        self.steps = steps.enumerated().map { Step($1, numeral: $0 + 1) }
    }

    /// A connection that has begun, with its own count.
    init(steps: [(state: State, step: Step)]) {
        let done = steps.count { $0.state == .done }
        self.init(title: "Your connection", progress: "\(done) of \(steps.count) done", steps: steps.map(\.step))
    }

    /// Before anything has begun.
    static let ahead = ConnectionSteps(
        title: "What will happen", progress: "About 4 minutes",
        steps: [
            Step(.toCome, title: "You sign in with Meta", words: "In a window of Meta’s own; we never see your password.", time: "2 min"),
            Step(.toCome, title: "We check the permission", words: "Only for messages and templates of this one business."),
            Step(.toCome, title: "Your business account is connected"),
            Step(.toCome, title: "Messages start to arrive here"),
            Step(.toCome, title: "Your number is turned on", time: "1 min"),
            Step(.toCome, title: "Your templates are fetched"),
            Step(.toCome, title: "Ready"),
        ])
}
