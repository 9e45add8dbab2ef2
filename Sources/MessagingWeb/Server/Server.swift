import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import Messaging
import NIOCore
import SQLDatabase
import ServiceLifecycle
import Synchronization
import WhatsAppCloudAPI

/// The whole server: databases, the product's loops, the public address and the operator's. Runs until it is told to stop, then lets
/// requests end and loops come to rest.
public struct Server: Service {
    let settings: Settings
    let demo: DemoSignIn?
    let deadlines: Deadlines
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger
    let onReady: @Sendable (_ port: Int, _ adminPort: Int?) async -> Void

    /// - Parameters:
    ///   - settings: read for the purpose `.server`.
    ///   - demo: whose button the sign-in page shows to this machine; nil outside the demo.
    ///   - onReady: called once all addresses accept connections, with their ports.
    public init(
        _ settings: Settings, demo: DemoSignIn? = nil, deadlines: Deadlines = Deadlines(), logger: Logger,
        clock: @escaping @Sendable () -> Date = { Date() }, random: @escaping @Sendable () -> Randomness = { .system },
        onReady: @escaping @Sendable (_ port: Int, _ adminPort: Int?) async -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.demo = demo
        self.deadlines = deadlines
        self.clock = clock
        self.random = random
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until the task is cancelled or the service group shuts down.
    /// - Throws: `SchemaOutdated`, `DatabaseError`, or what keeps an address from being listened on.
    public func run() async throws {
        raiseOpenFileLimit()
        let logger = logger
        let databases = try await ServerDatabases.open(settings, logger: logger) { error in
            // What was answered before may be lost in the page cache; only a new process may go on (after a look at the disk).
            logger.critical("A write was not confirmed by the disk; this process ends now", metadata: ["error": "\(error)"])
            exit(EX_IOERR)
        }
        let httpClient = GraphClient.makeHTTPClient(for: settings.graph)
        do {
            try await databases.check()
            try await serve(await site(databases, httpClient))
        } catch {
            await close(databases, httpClient)
            throw error
        }
        await close(databases, httpClient)
    }

    private func close(_ databases: ServerDatabases, _ httpClient: HTTPClient) async {
        await databases.close()
        try? await httpClient.shutdown()
    }

    func site(_ databases: ServerDatabases, _ httpClient: HTTPClient) async throws -> Site {
        guard let keys = settings.tokenKeys else { throw SettingsRefused(problems: ["TOKEN_KEYS is missing."]) }
        let views = try Views(), missing = Toolbox().missing
        if !missing.isEmpty {
            logger.info(
                "Some files will have no small picture, or no PDF can be made",
                metadata: ["remedy": "apt-get install \(missing.joined(separator: " "))"])
        }
        let messaging = Messaging(
            database: databases.data, ledgerDatabase: databases.ledger,
            graph: GraphClient(settings.graph, httpClient: httpClient, logger: logger), appID: settings.appID, keys: keys,
            systemUserToken: settings.systemUserToken, mediaStore: try settings.mediaStore.open(),
            notifications: settings.notifications(over: httpClient), typesetter: Typesetter { try Transcript.sheet($0, views: views) },
            logger: logger, clock: clock, random: random)
        let source: PublicKeys.Source? = settings.jwksURL.map { .url($0) } ?? settings.jwksFile.map { .file($0) }
        let publicKeys = source.map { PublicKeys($0, httpClient: httpClient, clock: clock, logger: logger) }
        return Site(
            settings: settings, messaging: messaging, database: databases.data,
            tokens: await TokenVerifier(settings, keys: publicKeys, clock: clock), live: LiveStreams(messaging: messaging, clock: clock),
            readiness: Readiness(ledger: databases.ledger, logger: logger), counters: Counters(), views: views,
            pages: RenderedPages(views: views), demo: demo, clock: clock, logger: logger)
    }

    // Services stop in reverse order: live streams first, since they would hold up the public address; the product's loops last.
    private func serve(_ site: Site) async throws {
        let doors = Doors(adminIsOpen: settings.adminPort != nil, onReady: onReady)
        var services: [any Service] = [MessagingLoops(messaging: site.messaging)]
        if let port = settings.adminPort {
            services.append(
                application(site.operatorRoutes(), host: settings.adminHost, port: port) { await doors.opened(admin: $0) })
        }
        let webhook = site.webhookIntake()
        services.append(
            application(site.routes(webhook), host: settings.host, port: settings.port, webhook: webhook) { await doors.opened(main: $0) })
        services.append(StreamsEnd(live: site.live))
        var configuration = ServiceGroupConfiguration(services: services, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        configuration.maximumCancellationDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func application(
        _ router: Router<WebContext>, host: String, port: Int, webhook: WebhookIntake? = nil,
        running: @escaping @Sendable (Int) async -> Void
    ) -> some Service {
        let deadlines = deadlines
        let handlers: @Sendable () -> [any RemovableChannelHandler] = {
            [DeadlineHandler(deadlines)] + (webhook.map { [WebhookDoor($0)] } ?? [])
        }
        return Application(
            responder: TaskPerRequest(inside: router.buildResponder()),
            server: .http1(configuration: .init(additionalChannelHandlers: handlers())),
            // Many may knock in the same moment: a full queue would cost each of them a second.
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 4_096),
            onServerRunning: { await running($0.localAddress?.port ?? port) },
            logger: logger)
    }
}

/// Applies, sends and onboards as long as the server runs.
private struct MessagingLoops: Service {
    let messaging: Messaging

    func run() async throws {
        await cancelWhenGracefulShutdown { await messaging.run() }
    }
}

/// Ends the live streams as the first thing of a shutdown.
private struct StreamsEnd: Service {
    let live: LiveStreams

    func run() async throws {
        try? await gracefulShutdown()
        await live.drain()
    }
}

/// Tells once all addresses accept connections.
private actor Doors {
    private let adminIsOpen: Bool
    private let onReady: @Sendable (Int, Int?) async -> Void
    private var main: Int?
    private var admin: Int?

    init(adminIsOpen: Bool, onReady: @escaping @Sendable (Int, Int?) async -> Void) {
        self.adminIsOpen = adminIsOpen
        self.onReady = onReady
    }

    func opened(main port: Int) async {
        main = port
        await tell()
    }

    func opened(admin port: Int) async {
        admin = port
        await tell()
    }

    private func tell() async {
        guard let main, admin != nil || !adminIsOpen else { return }
        await onReady(main, admin)
    }
}
