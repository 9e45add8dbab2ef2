import AsyncHTTPClient
import Foundation
import Logging
import Synchronization
import Testing
import WhatsAppCloudAPI

/// IDs and secrets that all tests share, invented.
enum Cast {
    static let account: WABAID = "104000000000001"
    static let number: PhoneNumberID = "109000000000001"
    static let token = AccessToken("EAAolgasTokenZXCVB")
    static let systemToken = AccessToken("EAAourSystemUserQWERT")
    static let newestSecret = "newest-app-secret"
    static let olderSecret = "older-app-secret"
    static let nadia = "+447700900123"
    static let ines: BusinessScopedUserID = "GB.10000000000000000003"

    static let rentReminder = OutgoingMessage(recipient: .to(nadia), content: .text(body: "Rent is due on 1 Dec.", previewURL: false))

    static func configuration(port: Int, scheme: String = "http", timeout: Duration = .seconds(20)) -> GraphConfiguration {
        GraphConfiguration(
            baseURL: "\(scheme)://127.0.0.1:\(port)", appID: "700000000000001", appSecrets: [newestSecret, olderSecret],
            connectTimeout: .seconds(5), readTimeout: timeout, requestTimeout: timeout)
    }
}

/// Gives a test an HTTP client and takes its connections down afterwards.
func withHTTPClient(
    _ configuration: GraphConfiguration, connectionsPerHost: Int = 64, _ test: (HTTPClient) async throws -> Void
) async throws {
    let httpClient = GraphClient.makeHTTPClient(for: configuration, connectionsPerHost: connectionsPerHost)
    do {
        try await test(httpClient)
    } catch {
        try await httpClient.shutdown()
        throw error
    }
    try await httpClient.shutdown()
}

/// Gives a test a client of Meta's API.
func withClient(
    _ configuration: GraphConfiguration, log: LogLines = LogLines(), _ test: (GraphClient) async throws -> Void
) async throws {
    try await withHTTPClient(configuration) { httpClient in
        try await test(GraphClient(configuration, httpClient: httpClient, logger: log.logger))
    }
}

/// Gives a test a port that refuses connections: it is taken, so that nobody else gets it, but nobody listens.
func withRefusingPort(_ test: (Int) async throws -> Void) async throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutableBytes(of: &address) { bytes in
        let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        return bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
    }
    try #require(bound)
    try await test(Int(UInt16(bigEndian: address.sin_port)))
}

extension GraphClient {
    /// How sending Nadia's reminder fails; `nil` when it does not.
    func failureOfReminder() async -> GraphFailure? {
        do {
            _ = try await send(Cast.rentReminder, from: Cast.number, token: Cast.token)
            return nil
        } catch {
            return error
        }
    }
}

extension GraphFailure {
    enum Kind {
        case notSent, answerLost, refused, unreadable
    }

    var kind: Kind {
        switch self {
        case .notSent: .notSent
        case .answerLost: .answerLost
        case .refused: .refused
        case .unreadable: .unreadable
        }
    }
}

/// The text of a file beside the tests.
func fixture(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")
    return try String(contentsOf: folder.appending(path: "\(name).json"), encoding: .utf8)
}

/// Keeps every log line with its metadata.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(sink: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let sink: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(metadata.merging(event.metadata ?? [:]) { $1 })"
            sink.lines.withLock { $0.append(line) }
        }
    }
}
