/// Why a call to the Graph API gave no answer to work with; each case says what is known about Meta's side.
public enum GraphFailure: Error, Sendable, Hashable {
    /// No connection could be made, or the request surely never left: safe to repeat.
    case notSent(String)
    /// A time-out, a cancellation or a broken connection after the request may have gone: Meta may have acted on it.
    case answerLost(String)
    /// Meta said no, in its own words.
    case refused(GraphError)
    /// Something answered that is not Meta's JSON (an HTML page, an empty 5xx, a redirect): for sends the outcome is unknown.
    case unreadable(status: Int, excerpt: String)
}

extension GraphFailure {
    /// Meta may have done what was asked although no proof came back. Sends must not be repeated then.
    public var leavesOutcomeUnknown: Bool {
        switch self {
        case .notSent, .refused: false
        case .answerLost, .unreadable: true
        }
    }

    /// What a log may say: codes and trace ID, but none of Meta's sentences, which may name people's numbers.
    var logged: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason)"
        case .answerLost(let reason): "answer lost: \(reason)"
        case .refused(let error): "refused: \(error.number) fbtrace_id \(error.fbtraceID ?? "-")"
        case .unreadable(let status, _): "unreadable: \(status)"
        }
    }

    /// An answer that is JSON but lacks what the call promises. Its values may hold secrets, so only the names are kept.
    static func unexpected(_ answer: JSONValue) -> GraphFailure {
        let names = (answer.object ?? [:]).keys.sorted().joined(separator: ", ")
        return .unreadable(status: 200, excerpt: "An answer with the fields: \(names)")
    }
}

extension GraphFailure: CustomStringConvertible {
    /// What happened and what to do, in plain words, without secrets.
    public var description: String {
        switch self {
        case .notSent(let reason):
            "The request did not leave (\(reason)). It can be sent again; check the network and the configured base URL if this goes on."
        case .answerLost(let reason):
            "Meta's answer got lost (\(reason)). Meta may have acted; look for proof before sending again."
        case .refused(let error):
            error.description
        case .unreadable(let status, let excerpt):
            "Meta answered \(status) without readable JSON: \(excerpt). Meta may have acted; look for proof before sending again."
        }
    }
}
