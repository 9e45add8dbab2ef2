import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Opens live-event streams and keeps them, reading whatever comes.
struct Streams: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Keeps many live-event streams open until standard input ends.")

    @Option(help: "The address of the stream, such as http://127.0.0.1:8080/api/whatsapp/events.")
    var target: String
    @Option(help: "The file that describes lines; their landlords listen in turn.")
    var world: String
    @Option(help: "How many streams.")
    var count = 5_000

    func run() async throws {
        guard let place = Target(target) else { throw ValidationError("--target must be an address like http://127.0.0.1:8080/path.") }
        let lines = try World(file: world).lines
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listeners = Listeners()
        for number in 0..<count {
            try await listeners.open(place, token: lines[number % lines.count].token ?? "", on: group)
            // Faster, and the server's queue of connections not yet accepted overflows.
            if number % 50 == 49 { try await Task.sleep(for: .milliseconds(20)) }
        }
        let deadline = ContinuousClock.now + .seconds(30)
        while listeners.count(on: group).answered < count, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        try tell(listeners.count(on: group))
        while readLine() != nil {}
        try tell(listeners.count(on: group))
        try await group.shutdownGracefully()
    }
}

/// The open streams. Touched on their one event loop only.
private final class Listeners: @unchecked Sendable {
    struct Count: Encodable {
        var open = 0
        var answered = 0
        var bytes = 0
    }

    private var now = Count()

    func open(_ target: Target, token: String, on group: MultiThreadedEventLoopGroup) async throws {
        let request =
            "GET \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nAccept: text/event-stream\r\nAuthorization: Bearer \(token)\r\n\r\n"
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Listener(self)) }
        }.connect(host: target.host, port: target.port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
    }

    func count(on group: MultiThreadedEventLoopGroup) -> Count {
        (try? group.next().submit { self.now }.wait()) ?? Count()
    }

    func change(_ work: (inout Count) -> Void) { work(&now) }
}

private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let listeners: Listeners
    private var hasAnswer = false

    init(_ listeners: Listeners) {
        self.listeners = listeners
    }

    func channelActive(context: ChannelHandlerContext) { listeners.change { $0.open += 1 } }
    func channelInactive(context: ChannelHandlerContext) { listeners.change { $0.open -= 1 } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let isGood = !hasAnswer && bytes.readableBytesView.starts(with: "HTTP/1.1 200".utf8)
        hasAnswer = true
        listeners.change {
            $0.bytes += bytes.readableBytes
            if isGood { $0.answered += 1 }
        }
    }
}
