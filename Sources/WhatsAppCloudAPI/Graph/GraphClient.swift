import AsyncHTTPClient
import Logging
import NIOCore

/// Meta's Graph API, as far as a WhatsApp tech provider needs it. One client serves every customer: the token travels with each call.
///
/// Every call goes out at most once. A failure says whether Meta may have acted on it (``GraphFailure``); repeating is the
/// caller's decision.
public struct GraphClient: Sendable {
    let configuration: GraphConfiguration
    let httpClient: HTTPClient
    let logger: Logger

    /// - Parameters:
    ///   - configuration: where Meta is and who we are there.
    ///   - httpClient: best made by ``makeHTTPClient(for:connectionsPerHost:)``; it stays the caller's to shut down.
    ///   - logger: receives one line per call: method, path, status and Meta's trace ID; never a token, a secret or a body.
    public init(_ configuration: GraphConfiguration, httpClient: HTTPClient, logger: Logger) {
        self.configuration = configuration
        self.httpClient = httpClient
        self.logger = logger
    }

    /// An HTTP client as these calls need it: redirects are not followed (they would carry the token elsewhere), connections are
    /// kept alive, and a refused connection is told at once instead of tried again behind the caller's back.
    ///
    /// - Parameter connectionsPerHost: how many calls may be under way at the same time; more of them wait for a free connection.
    public static func makeHTTPClient(for configuration: GraphConfiguration, connectionsPerHost: Int = 512) -> HTTPClient {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.readTimeout)))
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerHost
        settings.connectionPool.idleTimeout = .seconds(60)
        settings.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }
}
