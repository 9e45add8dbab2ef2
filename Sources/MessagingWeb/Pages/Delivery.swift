import Foundation

/// How far a message of ours has come, as the tenant's phone and Meta report it.
enum Delivery: Sendable {
    /// Stored here, not with WhatsApp yet.
    case waiting
    case sent
    case delivered(at: Date?)
    case read(at: Date?)
    case failed(Slip)
    /// We do not know whether WhatsApp took it. Checking is said aloud and never shown as failed or sent.
    case checking(Slip)
}

/// The small sign in a bubble and in a conversation's row: a shape, and the word for those who cannot see it.
struct Tick: Sendable {
    /// Class and symbol: waiting, sent, delivered, read, failed, checking.
    let shape: String
    let tickWord: String

    init(_ delivery: Delivery) {
        (shape, tickWord) =
            switch delivery {
            case .waiting: ("waiting", "Waiting")
            case .sent: ("sent", "Sent")
            case .delivered: ("delivered", "Delivered")
            case .read: ("read", "Read")
            case .failed: ("failed", "Not delivered")
            case .checking: ("checking", "Checking")
            }
    }
}

/// The note under a message that did not arrive, or of which we do not know.
struct Slip: Sendable {
    /// Something a person can do about it, the best first. At most three are shown.
    struct Action: Sendable {
        let actionName: String
        let icon: String
        let postTo: String?
        let getFrom: String?

        /// Sends the same words again as a new attempt. Only for messages that surely did not arrive, or that a person decides about.
        static func again(_ message: String, in conversation: String) -> Action {
            Action(actionName: "Send again", icon: "retry", postTo: Paths.again(message, in: conversation), getFrom: nil)
        }

        /// Any other way on.
        /// - Parameters:
        ///   - href: `tel:` or a page of ours.
        static func link(_ name: String, icon: String, href: String) -> Action {
            Action(actionName: name, icon: icon, postTo: nil, getFrom: href)
        }
    }

    /// One line of "What happened".
    struct Attempt: Sendable {
        let attemptTime: String
        let attemptWords: String
        let code: String?

        /// - Parameters:
        ///   - time: with seconds (`TimeWords.second`).
        ///   - words: what happened, for a landlord.
        ///   - code: Meta's number of the error, last and small.
        init(time: String, words: String, code: String? = nil) {
            (attemptTime, attemptWords, self.code) = (time, words, code)
        }
    }

    let slipTitle: String
    let reason: String
    let actions: [Action]
    let hasActions: Bool
    let attempts: [Attempt]
    let hasAttempts: Bool

    /// - Parameters:
    ///   - title: nil for the usual words of the state.
    ///   - reason: what it means and what to do, one or two sentences.
    init(title: String? = nil, reason: String, actions: [Action] = [], attempts: [Attempt] = []) {
        slipTitle = title ?? "Not delivered"
        self.reason = reason
        self.actions = Array(actions.prefix(3))
        hasActions = !actions.isEmpty
        self.attempts = attempts
        hasAttempts = !attempts.isEmpty
    }

    /// The same for somebody who reads along.
    var withoutActions: Slip { Slip(title: slipTitle, reason: reason, attempts: attempts) }

    /// The usual words while we wait for proof: no action, since any could send it twice.
    static func checking(name: String, attempts: [Attempt] = []) -> Slip {
        Slip(
            title: "Checking whether it arrived",
            reason: "The line broke while we handed this over. We wait for proof, so that \(name) never gets it twice. "
                + "Nothing to do: most settle within a minute.",
            attempts: attempts)
    }

    /// The words once proof has not come: probably not sent, and only a person decides.
    static func probablyNotSent(name: String, message: String, in conversation: String, attempts: [Attempt] = []) -> Slip {
        Slip(
            title: "Probably not sent",
            reason: "We found no proof that it reached WhatsApp. If \(name) has not seen it, send it again.",
            actions: [.again(message, in: conversation)], attempts: attempts)
    }
}
