import ArgumentParser
import Foundation
import Logging
import Messaging
import MessagingWeb
import MetaSimulator
import ServiceLifecycle

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Server and pretend Meta together, with landlords and tenants to try. Needs no account and no settings.")

    @Option(help: "The server's port; 0 takes any free one.")
    var port: Int?
    @Option(help: "The pretend Meta's port; 0 takes any free one.")
    var simulatorPort = 8090
    @Option(help: "The folder that keeps everything across restarts.")
    var data = "data/demo"
    @Flag(help: "Empty the folder first.")
    var fresh = false

    func run() async throws {
        var environment = ProcessInfo.processInfo.environment
        if let port { environment["PORT"] = String(port) }
        let logger = makeLogger(environment["LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) } ?? .notice)
        do {
            let folder = try DemoFolder(URL(fileURLWithPath: data), fresh: fresh)
            try await run(folder.completed(environment), folder: folder, logger: logger)
        } catch {
            throw refused(error)
        }
    }

    private func run(_ environment: [String: String], folder: DemoFolder, logger: Logger) async throws {
        // Checked before anything listens; Meta's address is known once the simulator does.
        let draft = try Settings(DemoFolder.meeting(simulatorAt: simulatorPort, in: environment))
        guard let secret = draft.appSecrets.first else { throw SettingsRefused(problems: ["META_APP_SECRET is missing."]) }
        let (ports, opened) = AsyncStream<Int>.makeStream()
        var world = SimulatorConfiguration()
        world.port = simulatorPort
        world.appID = draft.appID.rawValue
        world.appSecret = secret
        world.configID = draft.configID
        world.systemUserToken = environment["META_SYSTEM_USER_TOKEN"]
        world.stateFile = folder.simulatorState
        world.onRunning = { opened.yield($0) }
        let simulator = try Simulator(world, logger: logger)
        let server = DemoServer(environment: environment, simulator: simulator, simulatorPorts: ports, logger: logger)
        // The server stops first: what it no longer takes, the simulator keeps for the next start.
        try await ServiceGroup(services: [simulator, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}

/// The product's half of the demo: waits for the pretend Meta, then is an ordinary server.
private struct DemoServer: Service {
    let environment: [String: String]
    let simulator: Simulator
    let simulatorPorts: AsyncStream<Int>
    let logger: Logger

    func run() async throws {
        guard let meta = await simulatorPorts.first(where: { _ in true }) else { return }
        let settings = try Settings(DemoFolder.meeting(simulatorAt: meta, in: environment))
        try await DemoWorld.prepare(settings, logger: logger)
        let simulator = simulator, host = settings.host
        let server = Server(
            settings, demo: DemoWorld.signIn, logger: logger,
            onReady: { port, admin in
                await simulator.setWebhookURL("http://127.0.0.1:\(port)/webhook/whatsapp")
                say("ready http://\(host):\(port)")
                say("simulator http://127.0.0.1:\(meta)")
                if let admin { say("operators http://\(settings.adminHost):\(admin)") }
            })
        try await server.run()
    }
}
