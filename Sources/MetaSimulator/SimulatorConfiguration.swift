import Foundation

/// What the fake Meta is told at start. Every value has a default that suits a demo on one machine.
public struct SimulatorConfiguration: Sendable {
    /// The address to listen on; only loopback addresses are accepted.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any free one (see `Simulator.port()`).
    public var port = 0
    /// The host in the addresses of media: another one than the Graph API's, as at Meta. It must lead to this machine.
    public var mediaHost = "localhost"
    /// The one app that exists.
    public var appID = "700000000000001"
    /// Signs webhooks, proves tokens and opens the code exchange.
    public var appSecret = "simulator-app-secret"
    /// The Facebook Login for Business configuration of the sign-up popup.
    public var configID = "800000000000001"
    /// Where webhooks go (the app's callback URL); nil sends none until one is set.
    public var webhookURL: String?
    /// Sent along when the callback URL is verified.
    public var webhookVerifyToken: String?
    /// The app owner's own system-user token, which fetches a customer's business token again.
    public var systemUserToken: String? = "EAAsimulatorSystemUser"
    /// Keeps the world and undelivered webhooks across restarts; nil keeps nothing.
    public var stateFile: URL?
    /// Pages that may open the sign-up popup; empty means any page on this machine.
    public var allowedOrigins: [String] = []
    /// The app setting "Require app secret": calls without `appsecret_proof` are refused.
    public var requiresProof = true
    /// Seconds a business token lives; nil means for ever (a setting of the login configuration at Meta).
    public var tokenLifetime: Int?
    /// Time from accepting a message to its first status; `delivered` follows after as long again.
    public var statusDelay: Duration = .milliseconds(30)
    /// Time from `delivered` until the person has read; nil leaves it to whoever opens the conversation.
    public var readDelay: Duration?
    /// Most changes in one webhook body, gathered for `gatheringTime`, as Meta does with a busy number; 1 sends each by itself.
    public var webhookBatch = 1
    /// How long changes are gathered where `webhookBatch` allows it.
    public var gatheringTime: Duration = .milliseconds(20)
    /// Time a new template spends in review.
    public var reviewDelay: Duration = .milliseconds(500)
    /// First pause before an undelivered webhook is tried again; doubles with every try.
    public var retryPause: Duration = .milliseconds(100)
    /// Longest pause between two tries of a webhook. Meta goes on for 7 days, and so does the simulator.
    public var longestRetryPause: Duration = .seconds(30)
    /// Real time; Meta's clock runs this far plus what `/simulator/clock/advance` added.
    public var clock: @Sendable () -> Date = { Date() }
    /// Called with the port once connections are accepted.
    public var onRunning: (@Sendable (Int) async -> Void)?

    /// The defaults.
    public init() {}

    var listensOnLoopbackOnly: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        let name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

/// Why the simulator does not start.
public enum SimulatorError: Error, CustomStringConvertible {
    /// The address can be reached from other machines.
    case notLoopback(String)
    /// The state file is there but cannot be read.
    case unreadableState(URL, reason: String)

    /// The problem and its remedy.
    public var description: String {
        switch self {
        case .notLoopback(let host):
            "The simulator answers on loopback only, because anybody who reaches it can act as Meta. Use 127.0.0.1 instead of \(host)."
        case .unreadableState(let file, let reason):
            "The state file \(file.path) cannot be read (\(reason)). Move it away to start with the seeded world."
        }
    }
}
