import ArgumentParser
import Foundation
import Logging
import MetaSimulator
import ServiceLifecycle

@main
struct MetaSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meta-simulator", abstract: "A pretend Meta on this machine: Graph API, sign-up popup, webhooks, phones.")

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8090
    @Option(help: "Loopback address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The app's callback URL for webhooks.")
    var webhookUrl: String?
    @Option(help: "The app secret that signs webhooks and proves tokens.")
    var appSecret = SimulatorConfiguration().appSecret
    @Option(help: "The app's ID.")
    var appId = SimulatorConfiguration().appID
    @Option(help: "The sign-up popup's configuration ID.")
    var configId = SimulatorConfiguration().configID
    @Option(help: "The app owner's system-user token.")
    var systemUserToken: String?
    @Option(help: "Milliseconds from delivery until people have read; without it they read when somebody opens their phone.")
    var readAfter: Int?
    @Option(help: "Most changes in one webhook body, gathered for 20 ms as Meta does with a busy number; 1 sends each by itself.")
    var webhookBatch = 1
    @Option(help: "File that keeps the world and undelivered webhooks across restarts.")
    var state: String?

    func run() async throws {
        var settings = SimulatorConfiguration()
        settings.host = host
        settings.port = port
        settings.webhookURL = webhookUrl
        settings.appSecret = appSecret
        settings.appID = appId
        settings.configID = configId
        if let systemUserToken { settings.systemUserToken = systemUserToken }
        settings.stateFile = state.map { URL(fileURLWithPath: $0) }
        settings.readDelay = readAfter.map { .milliseconds($0) }
        settings.webhookBatch = max(1, webhookBatch)
        let shownHost = host
        // Written past print's buffer: a script waits for this line.
        settings.onRunning = { port in FileHandle.standardOutput.write(Data("ready http://\(shownHost):\(port)\n".utf8)) }
        let logger = Logger(label: "meta-simulator")
        let simulator = try Simulator(settings, logger: logger)
        let group = ServiceGroup(services: [simulator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}
