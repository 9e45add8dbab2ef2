import Synchronization
import WhatsAppCloudAPI

/// What this process's calls to Meta have come to since it started, besides sends (`SendingFigures`). Nobody can be told from it.
public final class MetaCalls: Sendable {
    /// What was asked of Meta.
    public enum Kind: String, Sendable, CaseIterable {
        case receipt, onboarding, lineCheck, media, upload
    }

    /// The calls of one kind.
    public struct Figures: Sendable, Equatable {
        /// Calls by what they came to.
        public var outcomes: [Attempt.Outcome: Int] = [:]
        /// Refusals by Meta's code.
        public var refusals: [Int: Int] = [:]

        package init() {}
    }

    private let figures = Mutex<[Kind: Figures]>([:])

    /// How they stand.
    public var now: [Kind: Figures] { figures.withLock { $0 } }

    /// Notes how a call ended: without a failure Meta did what was asked.
    func ended(_ kind: Kind, _ failure: GraphFailure?) {
        let outcome: Attempt.Outcome =
            switch failure {
            case nil: .accepted
            case .refused?: .refused
            case .notSent?: .notSent
            case .answerLost?, .unreadable?: .unknown
            }
        figures.withLock { figures in
            figures[kind, default: Figures()].outcomes[outcome, default: 0] += 1
            if case .refused(let error)? = failure { figures[kind, default: Figures()].refusals[error.code, default: 0] += 1 }
        }
    }
}
