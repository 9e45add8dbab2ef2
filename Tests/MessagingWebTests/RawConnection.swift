import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A TCP connection that says exactly what it is told, and remembers what it heard.
struct RawConnection: Sendable {
    private let channel: any Channel
    private let ear: Ear

    static func open(port: Int) async throws -> RawConnection {
        let ear = Ear()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(ear) }.connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, ear: ear)
    }

    var heard: String { ear.heard.withLock { $0 } }

    /// How many answers with this status have come.
    func answers(_ status: Int) -> Int { heard.components(separatedBy: "HTTP/1.1 \(status) ").count - 1 }

    func say(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func everythingUntilClosed() async throws -> String {
        try await channel.closeFuture.get()
        return heard
    }

    func close() async throws {
        try await channel.close()
    }

    /// Says that nothing more will be said, and goes on listening.
    func closeMouth() async throws {
        try await channel.close(mode: .output)
    }
}

private final class Ear: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let heard = Mutex("")

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        heard.withLock { $0 += text }
    }

    // Words of ours that were still on their way make the end a reset.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
