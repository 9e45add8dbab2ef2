import Foundation

/// A bad habit of Meta or of the network, switched on by the control API.
enum FaultKind: String, Codable, Sendable, CaseIterable {
    /// The message is taken and delivered, but the connection closes without an answer.
    case loseAnswer
    /// The connection closes before the message is taken.
    case closeBeforeAccept
    /// The status webhook is sent and acknowledged before the send is answered.
    case statusBeforeAnswer
    /// Graph answers wait `ms`.
    case delayAnswer
    /// The next message is refused with `code` (and `details`).
    case sendError
    /// A message outside the window is accepted and fails by status instead.
    case windowErrorInStatus
    /// Every webhook comes twice.
    case duplicateWebhooks
    /// Webhooks come in random order.
    case reorderWebhooks
    /// Webhooks wait `ms`.
    case delayWebhooks
    /// Up to `size` events in one body.
    case batchWebhooks
    /// Webhooks with a wrong signature.
    case badSignature
    /// Webhooks without a signature.
    case missingSignature
    /// Messages to `person` fail by status with 131026.
    case notOnWhatsApp
    /// The tokens of `business` (or all) die with 190/458, as when the customer removes the app.
    case revokeToken
    /// The tokens of `business` (or all) die with 190/463.
    case expireToken
    /// Messages fail by status with 131042; with `in: "answer"` they are refused at once.
    case paymentProblem
    /// The code is used up, but the answer of the exchange gets lost.
    case exchangeAnswerLost
    /// The exchanged token reaches another business (`business`) than the popup claimed.
    case foreignToken
    /// `register` answers 133005.
    case registerWrongPin
    /// A message type and a webhook field nobody knows come along with the next inbound message.
    case unknownTypes
    /// Every Graph call answers 503 with HTML.
    case graphDown
    /// Asking for a media ID answers 100/33.
    case mediaGone
    /// A download answers 404, as after its 5 minutes.
    case mediaUrlExpired
    /// A download ends after half the bytes, although its length says more.
    case mediaTruncated
    /// A download brings other bytes than the SHA-256 says.
    case mediaChanged
    /// The next upload or download waits `ms`.
    case delayMedia
    /// The next upload is refused with `code` (and `details`).
    case mediaError

    /// One-shot faults strike once unless `times` says otherwise; the others stay until taken away.
    var strikesOnce: Bool {
        switch self {
        case .duplicateWebhooks, .reorderWebhooks, .delayWebhooks, .batchWebhooks, .notOnWhatsApp, .paymentProblem, .graphDown,
            .revokeToken, .expireToken, .windowErrorInStatus:
            false
        default: true
        }
    }
}

/// One fault that is on.
struct Fault: Sendable {
    let id: String
    let kind: FaultKind
    /// How often it still strikes; nil means until it is taken away.
    var remaining: Int?
    let settings: JSON
    /// Tokens this fault has killed, to be revived when it is taken away.
    var killed: [String] = []

    func text(_ name: String) -> String? { settings[name]?.text }
    func int(_ name: String) -> Int? { settings[name]?.int }

    var json: JSON {
        .fields(["id": .string(id), "kind": .string(kind.rawValue), "remaining": remaining.map(JSON.int), "settings": settings])
    }
}

extension Simulator {
    func hasFault(_ kind: FaultKind) -> Bool { faults.contains { $0.kind == kind } }

    /// The fault, if it strikes now; counts it down.
    func takeFault(_ kind: FaultKind, where matches: (Fault) -> Bool = { _ in true }) -> Fault? {
        guard let position = faults.firstIndex(where: { $0.kind == kind && matches($0) }) else { return nil }
        let fault = faults[position]
        if let remaining = fault.remaining {
            faults[position].remaining = remaining - 1
            if remaining <= 1 { faults.remove(at: position) }
        }
        return fault
    }

    func addFault(_ kind: FaultKind, times: Int?, settings: JSON) -> Fault {
        let times = times ?? (kind.strikesOnce ? 1 : 0)
        var fault = Fault(id: "fault-\(world.serial())", kind: kind, remaining: times > 0 ? times : nil, settings: settings)
        if kind == .revokeToken { fault.killed = killTokens(of: fault.text("business"), subcode: 458) }
        if kind == .expireToken { fault.killed = killTokens(of: fault.text("business"), subcode: 463) }
        faults.append(fault)
        return fault
    }

    func removeFaults(where matches: (Fault) -> Bool) -> Bool {
        let gone = faults.filter(matches)
        for token in gone.flatMap(\.killed) { world.tokens[token]?.death = nil }
        faults.removeAll(where: matches)
        return !gone.isEmpty
    }

    /// Kills what is out there now; connecting again gives a token that works.
    private func killTokens(of name: String?, subcode: Int) -> [String] {
        let business = name.flatMap { world.business(called: $0)?.id }
        let doomed = world.tokens.values.filter { $0.death == nil && (name == nil || $0.businessID == business) }.map(\.value)
        for token in doomed { world.tokens[token]?.death = subcode }
        return doomed
    }
}
