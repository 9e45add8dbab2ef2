import AsyncHTTPClient
import Foundation
import Logging
import Messaging
import MetaSimulator
import NIOCore
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// The whole server on real sockets, with a pretend Meta of its own where a test needs one.
struct WebStage: Sendable {
    static let jwtSecret = "a-secret-that-only-tests-share-0123456789-long-enough-for-any-hash-function"
    static let appSecret = "app-secret-of-the-tests"

    let settings: Settings
    let port: Int
    let adminPort: Int?
    let simulatorPort: Int?

    /// A token of the platform.
    func token(of person: String, lasting seconds: TimeInterval = 3_600) async throws -> String {
        try await TokenIssuer.issue(for: Person.ID(person), lasting: seconds, settings: settings)
    }

    /// Opens the stage's database beside the server, as another process would.
    func withProduct<Result: Sendable>(_ work: (Messaging) async throws -> Result) async throws -> Result {
        try await withMessaging(settings, logger: quietLogger, work)
    }
}

/// What a test changes about the stage.
struct StageOptions {
    var variables: [String: String] = [:]
    var demo: DemoSignIn?
    var deadlines = Deadlines()
    var meta = false
    var clock: @Sendable () -> Date = { Date() }
}

/// Runs `body` with a server on a new database. The server ends as on SIGTERM.
func withStage<Result: Sendable>(
    _ engine: TestEngine = .sqlite, _ options: StageOptions = StageOptions(), _ body: @Sendable (WebStage) async throws -> Result
) async throws -> Result {
    try await inTestRoom { try await withStageInRoom(engine, options, body) }
}

private func withStageInRoom<Result: Sendable>(
    _ engine: TestEngine, _ options: StageOptions, _ body: @Sendable (WebStage) async throws -> Result
) async throws -> Result {
    try await withTestDatabaseURL(engine) { url in
        let (simulatorPorts, simulatorOpened) = AsyncStream<Int>.makeStream()
        var world = SimulatorConfiguration()
        world.appSecret = WebStage.appSecret
        world.onRunning = { simulatorOpened.yield($0) }
        let simulator = try Simulator(world, logger: quietLogger)
        guard options.meta else { return try await serve(url, options, simulator: nil, simulatorPort: nil, body) }
        return try await running([simulator], endedBy: { simulatorOpened.finish() }) {
            let port = try #require(await simulatorPorts.first { _ in true })
            return try await serve(url, options, simulator: simulator, simulatorPort: port, body)
        }
    }
}

private func serve<Result: Sendable>(
    _ url: DatabaseURL, _ options: StageOptions, simulator: Simulator?, simulatorPort: Int?,
    _ body: @Sendable (WebStage) async throws -> Result
) async throws -> Result {
    let media = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: media) }
    var variables = [
        "DATABASE_URL": url.text, "PORT": "0", "META_APP_ID": "700000000000001", "META_APP_SECRET": WebStage.appSecret,
        "META_CONFIG_ID": "800000000000001", "WEBHOOK_VERIFY_TOKEN": "verify", "TOKEN_KEYS": TokenKeys.newKey(id: "k1"),
        "AUTH_JWT_SECRET": WebStage.jwtSecret, "MEDIA_STORE": "file:\(media.path)",
    ]
    if let simulatorPort { variables["META_GRAPH_URL"] = "http://127.0.0.1:\(simulatorPort)" }
    let settings = try Settings(variables.merging(options.variables) { _, changed in changed })
    let databases = try await ServerDatabases.open(settings)
    _ = try await databases.migrate()
    await databases.close()
    let (ports, opened) = AsyncStream<(Int, Int?)>.makeStream()
    let server = Server(
        settings, demo: options.demo, deadlines: options.deadlines, logger: quietLogger, clock: options.clock,
        onReady: { port, admin in
            await simulator?.setWebhookURL("http://127.0.0.1:\(port)/webhook/whatsapp")
            opened.yield((port, admin))
        })
    return try await running([server], endedBy: { opened.finish() }) {
        let (port, admin) = try #require(await ports.first { _ in true })
        return try await body(WebStage(settings: settings, port: port, adminPort: admin, simulatorPort: simulatorPort))
    }
}
