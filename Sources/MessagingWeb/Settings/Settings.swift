import Foundation
import Logging
import Messaging
import SQLDatabase
import WhatsAppCloudAPI

/// Everything the server is told from outside, read once and checked as a whole. Shows its secrets to nobody.
public struct Settings: Sendable {
    /// What the settings are read for: each command asks only for what it uses.
    public enum Purpose: Sendable {
        /// The whole server.
        case server
        /// Commands that only open the databases.
        case storage
        /// Making sign-in tokens.
        case tokens
    }

    /// The product's database.
    public var database: DatabaseURL
    /// Where webhooks are stored first: a file of its own beside a SQLite database, else the same database.
    public var ledger: DatabaseURL
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 takes any free one.
    public var port: Int
    /// How browsers and Meta reach this server, without a slash at its end; nil when it is only known from the request.
    public var publicURL: String?
    /// The address of the operator's routes.
    public var adminHost: String
    /// The port of the operator's routes; nil turns them off.
    public var adminPort: Int?
    /// What operators show as a Bearer token; needed unless the admin address is loopback.
    public var operatorToken: String?
    /// Our app at Meta.
    public var appID: AppID
    /// The app's secrets, newest first.
    public var appSecrets: [String]
    /// The login configuration of Embedded Signup.
    public var configID: String
    /// Our own system user's token, which can fetch a customer's token again.
    public var systemUserToken: AccessToken?
    /// The Graph API's version in every path.
    public var graphVersion: String
    /// Where the Graph API is.
    public var graphURL: String
    /// Hosts that files are fetched from.
    public var mediaHosts: [String]
    /// Where Meta's JavaScript SDK is.
    public var sdkURL: String
    /// What Meta shows when it verifies the webhook's address.
    public var webhookVerifyToken: String
    /// The keys that seal tokens at rest; nil only where nothing is sealed.
    public var tokenKeys: TokenKeys?
    /// The secret of HS256 sign-in tokens.
    public var jwtSecret: String?
    /// Where the public keys of sign-in tokens are published.
    public var jwksURL: String?
    /// A file with the public keys of sign-in tokens.
    public var jwksFile: String?
    /// The issuer that sign-in tokens must name.
    public var jwtIssuer: String?
    /// The audience that sign-in tokens must name.
    public var jwtAudience: String?
    /// Whether somebody unknown with a valid token becomes a landlord.
    public var createsLandlords: Bool
    /// Origins of the platform's pages that may call the API.
    public var allowedOrigins: [String]
    /// Where files of messages are kept.
    public var mediaStore: MediaStoreSetting
    /// Where browsers' push services may be.
    public var pushHosts: PushHosts
    /// Whom push services' operators may write to; the public address without one.
    public var pushContact: String?
    /// Who is told of conversations that wait for an answer.
    public var digest: DigestSetting?
    /// How much is logged.
    public var logLevel: Logger.Level

    /// Whether browsers reach us by https, so that cookies and addresses must stay there.
    public var isSecure: Bool { publicURL?.hasPrefix("https://") ?? false }

    /// How calls to Meta are made.
    public var graph: GraphConfiguration {
        GraphConfiguration(baseURL: graphURL, version: graphVersion, appID: appID, appSecrets: appSecrets, mediaHosts: mediaHosts)
    }
}

extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Addresses only.
    public var description: String { "\(host):\(port), \(database), Meta at \(graphURL)" }
    /// Addresses only.
    public var debugDescription: String { description }
    /// Shows to `dump` what the description shows.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// Everything that is wrong with the settings, told at once.
public struct SettingsRefused: Error, Equatable, CustomStringConvertible {
    /// One sentence per problem, each naming its variable.
    public let problems: [String]

    /// Gathers the problems.
    public init(problems: [String]) {
        self.problems = problems
    }

    /// The problems, one a line.
    public var description: String {
        "The settings cannot be used:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}
