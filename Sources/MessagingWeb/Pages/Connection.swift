/// Where a landlord's number stands: what to read, what to do, and the steps. Replaced as one while it changes.
struct Connection: Page {
    static let view = "_connection"

    enum State: Sendable {
        /// Nothing has begun.
        case before
        case underWay(ConnectionSteps)
        /// A step waits for the landlord: what it is about, in a title and a sentence or two.
        case needsYou(title: String, words: String, GoOn, ConnectionSteps)
        case connected([Line], ConnectionSteps?)
        /// A step failed: what happened, and what to do. `canRetry` shows the button that opens Meta's window again.
        case failed(title: String, words: String, action: String, canRetry: Bool, ConnectionSteps)
    }

    /// A connected number.
    struct Line: Sendable {
        let number: String
        let verifiedName: String
        let quality: String
        let qualityTone: String
        let lineStatus: String

        /// - Parameters:
        ///   - number: written for people.
        ///   - verifiedName: what tenants see above the chat.
        ///   - quality: Meta's rating: GREEN, YELLOW, RED, or anything else for not rated yet.
        ///   - status: one word or half a sentence: "Connected".
        init(number: String, verifiedName: String, quality: String, status: String = "Connected") {
            (self.number, self.verifiedName, lineStatus) = (number, verifiedName, status)
            (self.quality, qualityTone) =
                switch quality.uppercased() {
                case "GREEN": ("Good", "pine")
                case "YELLOW": ("Mixed: some tenants blocked or reported you", "brass")
                case "RED": ("Poor: Meta may lower your limit", "brick")
                default: ("Not rated yet", "")
                }
        }
    }

    struct Start: Sendable { let startName: String, startPath: String, csrf: String, signUp: SignUp }
    /// The button that goes on once a person has done their part.
    struct GoOn: Sendable {
        let goOnPath: String
        let asksPIN: Bool

        /// - Parameters:
        ///   - onboarding: our ID of it.
        ///   - asksPIN: whether the number's old PIN must be entered.
        init(_ onboarding: String, asksPIN: Bool) {
            goOnPath = Paths.goOn(onboarding)
            self.asksPIN = asksPIN
        }
    }

    struct Card: Sendable { let cardTitle: String, cardWords: String, cardAction: String?, cardTone: String }

    let headline: String
    let lead: String
    let announce: String
    let isBefore: Bool
    let lines: [Line]
    let hasLines: Bool
    let card: Card?
    let start: Start?
    let goOn: GoOn?
    let csrf: String
    let inboxPath: String?
    let steps: ConnectionSteps?
    /// Why the reader cannot do this; nil for an owner.
    let barred: String?

    /// - Parameters:
    ///   - barred: why there is no button, in a sentence.
    ///   - firstName: of the person who reads this.
    ///   - signUp: what the button needs to open Meta's window.
    ///   - csrf: the session's token; empty in live streams, where the page fills it in.
    init(state: State, firstName: String, signUp: SignUp, csrf: String = "", barred: String? = nil) {
        let words = Self.words(for: state, firstName: firstName)
        (headline, lead, card, announce) = (words.headline, words.lead, words.card, words.headline + ". " + words.lead)
        func start(_ name: String) -> Start { Start(startName: name, startPath: Paths.connectStart, csrf: csrf, signUp: signUp) }
        isBefore = if case .before = state { true } else { false }
        lines = if case .connected(let lines, _) = state { lines } else { [] }
        hasLines = !lines.isEmpty
        goOn = if case .needsYou(_, _, let goOn, _) = state, barred == nil { goOn } else { nil }
        self.barred = barred
        self.csrf = csrf
        inboxPath = lines.isEmpty ? nil : Paths.inbox
        let (begin, steps): (Start?, ConnectionSteps?) =
            switch state {
            case .before: (start("Connect WhatsApp"), .ahead)
            case .underWay(let steps), .needsYou(_, _, _, let steps): (nil, steps)
            case .connected(_, let steps): (nil, steps)
            case .failed(_, _, _, let canRetry, let steps): (canRetry ? start("Try again with Meta") : nil, steps)
            }
        (self.start, self.steps) = (barred == nil ? begin : nil, steps)
    }

    private static func words(for state: State, firstName: String) -> (headline: String, lead: String, card: Card?) {
        switch state {
        case .before:
            (
                "One number your tenants can write to",
                "They write on WhatsApp as they always do. You and your colleagues answer here, "
                    + "on any device, and nothing gets lost on a private phone.",
                nil
            )
        case .underWay:
            (
                "Connecting your number",
                "This takes about a minute. You can close this page and come back, also on another device: it goes on by itself.", nil
            )
        case .needsYou(let title, let words, _, _):
            (
                "Nearly there, \(firstName)", "One step needs you. Everything before it is kept.",
                Card(cardTitle: title, cardWords: words, cardAction: nil, cardTone: "brass")
            )
        case .connected(let lines, _):
            (
                lines.count > 1 ? "Your numbers are connected" : "Your number is connected",
                "Tenants can write to it now, and what they write appears in your inbox by itself.", nil
            )
        case .failed(let title, let words, let action, _, _):
            (
                "One step did not work", "Everything before it is kept.",
                Card(cardTitle: title, cardWords: words, cardAction: action, cardTone: "brick")
            )
        }
    }
}

/// What the browser needs to open Meta's sign-up window (Embedded Signup v4) and to hear from it.
struct SignUp: Sendable {
    let sdkURL: String
    let appID: String
    let configurationID: String
    let graphVersion: String
    let origins: String
    let onboardPath: String
    let extras: String

    /// - Parameters:
    ///   - sdkURL: where Meta's script comes from; the page's Content-Security-Policy must allow its origin.
    ///   - configurationID: of Facebook Login for Business, `config_id`.
    ///   - origins: the exact origins whose messages are believed, as in `https://www.facebook.com`.
    ///   - extras: JSON given to `FB.login`; `{"setup":{}}` for v4.
    init(
        sdkURL: String, appID: String, configurationID: String, graphVersion: String, origins: [String], extras: String = #"{"setup":{}}"#
    ) {
        (self.sdkURL, self.appID, self.configurationID, self.graphVersion) = (sdkURL, appID, configurationID, graphVersion)
        self.origins = origins.joined(separator: " ")
        onboardPath = Paths.onboard
        self.extras = extras
    }
}
