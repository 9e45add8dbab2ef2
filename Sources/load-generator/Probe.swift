import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// One landlord's own experience: how long a tenant's message takes from Meta's request to that landlord's open page.
struct Probe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Posts single events and measures until each arrives on the landlord's live stream.")

    @OptionGroup var traffic: TrafficOptions
    @Option(help: "The live stream, such as http://127.0.0.1:8080/api/whatsapp/events.")
    var stream: String
    @Option(help: "Events a second.")
    var rate = 20.0
    @Option(help: "Seconds.")
    var seconds = 10.0

    func run() async throws {
        guard let place = Target(stream), let line = try World(file: traffic.world).lines.first else {
            throw ValidationError("--stream must be an address like http://127.0.0.1:8080/path, and the world must have a line.")
        }
        let (requests, target) = try traffic.requests(Int(rate * seconds) + 1)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let watch = Watch()
        try await watch.listen(place, token: line.token ?? "", on: group)
        let load = Load(requests, target: target, pace: .open(rate: rate), repeats: false, on: group.next())
        load.onSend = { index, due in watch.expect(Self.wamid(in: requests[index]), since: due) }
        let answers = try await load.run(connections: 32, warmUp: 0, seconds: seconds)
        let deadline = ContinuousClock.now + .seconds(15)
        while watch.open(on: group) > 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        try tell(Outcome(answers: answers, seen: watch.report(on: group, seconds: seconds), unseen: watch.open(on: group)))
        try await group.shutdownGracefully()
    }

    struct Outcome: Encodable {
        let answers: Report
        let seen: Report
        let unseen: Int
    }

    // Bodies of the probe hold one message each.
    private static func wamid(in request: ByteBuffer) -> String {
        let text = String(buffer: request)
        guard let start = text.range(of: #""id":"wamid."#) else { return "" }
        return String(text[text.index(start.lowerBound, offsetBy: 6)...].prefix { $0 != "\"" })
    }
}

/// Waits for wamids on a live stream. Touched on its one event loop only.
private final class Watch: @unchecked Sendable {
    private var expected: [String: Int64] = [:]
    private var tally = Tally()
    private var rest = ""

    func listen(_ target: Target, token: String, on group: MultiThreadedEventLoopGroup) async throws {
        let request =
            "GET \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nAccept: text/event-stream\r\nAuthorization: Bearer \(token)\r\n\r\n"
        let opened = group.next().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(WatchHandler(self, opened)) }
        }.connect(host: target.host, port: target.port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
        try await opened.futureResult.get()
    }

    func expect(_ wamid: String, since due: Int64) { expected[wamid] = due }

    func take(_ bytes: ByteBuffer) {
        let now = Load.now
        rest += String(buffer: bytes)
        var searched = rest.startIndex
        while let start = rest.range(of: "wamid.", range: searched..<rest.endIndex) {
            guard let end = rest[start.lowerBound...].firstIndex(of: "\"") else { break }
            if let due = expected.removeValue(forKey: String(rest[start.lowerBound..<end])) {
                tally.record(status: 200, after: now - due)
            }
            searched = end
        }
        // A wamid may be cut in two by the network.
        rest = String(rest[searched...].suffix(200))
    }

    func open(on group: MultiThreadedEventLoopGroup) -> Int { (try? group.next().submit { self.expected.count }.wait()) ?? 0 }

    func report(on group: MultiThreadedEventLoopGroup, seconds: Double) -> Report {
        let tally = (try? group.next().submit { self.tally }.wait()) ?? Tally()
        return tally.report(seconds: seconds, made: tally.answered)
    }
}

private final class WatchHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let watch: Watch
    private let opened: EventLoopPromise<Void>

    init(_ watch: Watch, _ opened: EventLoopPromise<Void>) {
        self.watch = watch
        self.opened = opened
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        opened.succeed()
        watch.take(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { opened.fail(ChannelError.eof) }
}
