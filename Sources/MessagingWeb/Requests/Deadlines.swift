import NIOCore
import NIOHTTPTypes

/// How long a client may take. Hummingbird has no deadlines of its own unless told, and none for a request that trickles in.
public struct Deadlines: Sendable {
    /// From connecting to the first request's headers.
    public var headers = TimeAmount.seconds(10)
    /// From a request's headers to the end of its body.
    public var body = TimeAmount.seconds(30)
    /// From an answer to the next request's headers on the same connection.
    public var idle = TimeAmount.seconds(60)
    /// How long a client may leave unread what we have written.
    public var unread = TimeAmount.seconds(30)

    /// The defaults.
    public init() {}
}

/// Closes connections whose client takes too long to say something. While we answer, no deadline runs: a live stream may last for hours.
final class DeadlineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let deadlines: Deadlines
    private var timer: Scheduled<Void>?
    private var readingTimer: Scheduled<Void>?
    private var isReading = false
    private var unanswered = 0

    init(_ deadlines: Deadlines) {
        self.deadlines = deadlines
    }

    func handlerAdded(context: ChannelHandlerContext) {
        schedule(deadlines.headers, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        readingTimer?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        readingTimer?.cancel()
        context.fireChannelInactive()
    }

    // A reader that stops reading would keep its stream, and a shutdown, waiting: it comes back and has missed nothing.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        readingTimer?.cancel()
        let channel = context.channel
        if !channel.isWritable {
            readingTimer = context.eventLoop.scheduleTask(in: deadlines.unread) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            unanswered += 1
            schedule(deadlines.body, context)
        case .body: break
        case .end:
            isReading = false
            timer?.cancel()
            scheduleIdle(context)
        }
        context.fireChannelRead(data)
    }

    // What cannot be read has been answered with 400 by now, and nothing after it is read: no reason to keep the connection.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered -= 1
            scheduleIdle(context)
        }
        context.write(data, promise: promise)
    }

    // An early answer does not stop the clock of a body that is still coming in, and an early next request not that of an answer.
    private func scheduleIdle(_ context: ChannelHandlerContext) {
        if unanswered <= 0, !isReading { schedule(deadlines.idle, context) }
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
