import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Where requests go, whom they are about and what they say.
struct TrafficOptions: ParsableArguments {
    @Option(help: "The address to post to, such as http://127.0.0.1:8080/webhook/whatsapp.")
    var target: String
    @Option(help: "The file that describes lines and people.")
    var world: String
    @Option(help: "The name of this run's series of message IDs: new events need a new name.")
    var series: String
    @Option(help: "What is posted: \(EventKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var events = EventKind.inbound
    @Option(help: "The series of outgoing messages that statuses are about (posted before with --events echoes).")
    var outgoing = "outgoing"
    @Option(help: "How many outgoing messages that series has.")
    var outgoingCount = 1
    @Option(help: "Events per webhook body.")
    var perBody = 1
    @Option(help: "Use only this many of the lines, from the first on; 0 uses all.")
    var lines = 0

    func requests(_ count: Int) throws -> (Requests, Target) {
        guard let place = Target(target) else { throw ValidationError("--target must be an address like http://127.0.0.1:8080/path.") }
        let everybody = try World(file: world)
        let world = lines > 0 ? everybody.first(lines) : everybody
        guard !world.lines.isEmpty else { throw ValidationError("\(self.world) has no lines.") }
        if events == .sends { return (.sends(world, series: series, from: 0, count: count, target: place), place) }
        let source = Events(
            kind: events, world: world, series: WamidSeries(series), outgoing: WamidSeries(outgoing), outgoingCount: outgoingCount,
            now: Int(Date().timeIntervalSince1970))
        return (.webhooks(source, from: 0, count: count, perBody: perBody, target: place), place)
    }
}

struct Post: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Posts webhooks or sends, and reports rate and latencies.")

    @OptionGroup var traffic: TrafficOptions
    @Option(help: "Requests a second, whatever the answers do; without it each connection asks again when it is answered.")
    var rate: Double?
    @Option(help: "Connections.")
    var connections = 64
    @Option(help: "Seconds that count.")
    var seconds = 10.0
    @Option(help: "Seconds before that.")
    var warmUp = 0.0
    @Option(help: "How many different requests are made beforehand; the run ends when they are used up.")
    var requests: Int?
    @Flag(help: "Go round the requests again instead of ending, for a server that does not look at them.")
    var repeats = false

    func run() async throws {
        let needed = rate.map { Int($0 * (seconds + warmUp)) + 1 } ?? 100_000
        let (made, target) = try traffic.requests(requests ?? needed)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let load = Load(made, target: target, pace: rate.map { .open(rate: $0) } ?? .closed, repeats: repeats, on: group.next())
        try tell(try await load.run(connections: connections, warmUp: warmUp, seconds: seconds))
        try await group.shutdownGracefully()
    }
}

extension World {
    fileprivate func first(_ count: Int) -> World { World(appSecret: appSecret, lines: Array(lines.prefix(count))) }

    fileprivate init(appSecret: String, lines: [Line]) {
        self.appSecret = appSecret
        self.lines = lines
    }
}
