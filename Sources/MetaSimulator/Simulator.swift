import Foundation
import Hummingbird
import Logging
import ServiceLifecycle

/// A pretend Meta for developing and testing without an account: Graph API, sign-up popup, signed webhooks, and a phone for each
/// pretend person. One world, one clock, one actor; it speaks HTTP and knows nothing of who calls.
public actor Simulator: Service {
    /// What it was told at start.
    public nonisolated let configuration: SimulatorConfiguration
    nonisolated let logger: Logger
    nonisolated let views: Views
    /// The port, once connections are accepted.
    public internal(set) var boundPort: Int?

    var world: World
    /// The bytes of the world's media.
    var archive: Archive
    var faults: [Fault] = []
    var pace = Pace()
    /// The app's callback URL.
    var webhookURL: String?
    var requests = Journal<RecordedRequest>()
    var deliveries = Journal<RecordedDelivery>()
    /// Sends since the start.
    var acceptedSends = 0, refusedSends = 0
    var signUps: [String: SignUp] = [:]
    /// Webhooks that must be acknowledged before the request under way is answered.
    var awaitedWebhooks: [Int] = []
    /// Webhook bodies on their way.
    var underWay = 0
    let wakeups: AsyncStream<Void>
    let wake: AsyncStream<Void>.Continuation
    private var portWaiters: [CheckedContinuation<Int, Never>] = []
    private var currentSave: Task<Void, Never>?
    private var nextSave: Task<Void, Never>?

    /// - Throws: `SimulatorError` when the address is not loopback or the state file cannot be read.
    public init(_ configuration: SimulatorConfiguration, logger: Logger = Logger(label: "meta-simulator")) throws {
        guard configuration.listensOnLoopbackOnly else { throw SimulatorError.notLoopback(configuration.host) }
        self.configuration = configuration
        self.logger = logger
        self.views = try Views()
        let world = try Self.savedWorld(configuration.stateFile) ?? .seeded()
        var archive = Archive(beside: configuration.stateFile)
        archive.keepOnly(world.media.digests)
        self.world = world
        self.archive = archive
        self.webhookURL = configuration.webhookURL
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Serves until the task is cancelled or the service group shuts down; undelivered webhooks are kept in the state file.
    public func run() async throws {
        resumeReviews()
        let server = ServiceGroup(services: [makeApplication()], logger: logger)
        // Cancellation in the middle of accepting a connection would tear it: both endings let the server finish in order.
        let serving = Task { try await server.run() }
        let result = await withDiscardingTaskGroup { group in
            group.addTask { await self.deliverWebhooks() }
            let result = await withTaskCancellationOrGracefulShutdownHandler {
                await serving.result
            } onCancelOrGracefulShutdown: {
                Task { await server.triggerGracefulShutdown() }
            }
            group.cancelAll()
            return result
        }
        await persist()
        try result.get()
    }

    /// The HTTP side alone, without webhook delivery (that is `run`'s).
    public nonisolated func makeApplication() -> some ApplicationProtocol {
        Application(
            responder: Front(simulator: self),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "meta-simulator"),
            onServerRunning: { channel in await self.started(on: channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    /// The port, waiting until connections are accepted.
    public func port() async -> Int {
        if let boundPort { return boundPort }
        return await withCheckedContinuation { portWaiters.append($0) }
    }

    /// Back to the seeded world: no messages, media, tokens, faults or records; Meta's clock at real time.
    public func reset() async {
        world = .seeded()
        archive.keepOnly([])
        faults = []
        pace = Pace()
        signUps = [:]
        requests = Journal()
        deliveries = Journal()
        await persist()
    }

    /// Sends webhooks to another address from now on; nil sends none.
    public func setWebhookURL(_ address: String?) {
        webhookURL = address
        wake.yield()
    }

    /// Meta's clock.
    var now: Date { configuration.clock().addingTimeInterval(world.clockOffset) }

    private func started(on port: Int) async {
        boundPort = port
        for waiter in portWaiters { waiter.resume(returning: port) }
        portWaiters = []
        await configuration.onRunning?(port)
    }
}

extension Simulator {
    private static func savedWorld(_ file: URL?) throws -> World? {
        guard let file, FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try JSONDecoder().decode(World.self, from: Data(contentsOf: file))
        } catch {
            throw SimulatorError.unreadableState(file, reason: "\(error)")
        }
    }

    /// Writes the world to the state file; returns when a write that began after this call is done. Calls meanwhile share one write.
    func persist() async {
        guard let file = configuration.stateFile else { return }
        if let nextSave { return await nextSave.value }
        let previous = currentSave
        let save = Task {
            await previous?.value
            self.currentSave = self.nextSave
            self.nextSave = nil
            await self.write(self.world, to: file)
        }
        nextSave = save
        await save.value
    }

    @concurrent
    private nonisolated func write(_ world: World, to file: URL) async {
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try JSONEncoder().encode(world).write(to: file, options: .atomic)
        } catch {
            logger.error("The simulator's state could not be written to \(file.path): \(error)")
        }
    }
}
