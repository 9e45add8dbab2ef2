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
    // Nil while we answer.
    private var deadline: NIODeadline?
    // Looks whether the deadline has passed, never later than it.
    private var timer: (scheduled: Scheduled<Void>, at: NIODeadline)?
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
        timer?.scheduled.cancel()
        readingTimer?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
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
        case .head(let head):
            isReading = true
            unanswered += 1
            schedule(deadlines.body(of: head), context)
        case .body: break
        case .end:
            isReading = false
            deadline = nil
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

    // Requests come by the thousand: a timer that comes too early for the deadline of then costs less than one for each.
    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        let deadline = NIODeadline.now() + time
        self.deadline = deadline
        if let timer, timer.at <= deadline { return }
        look(at: deadline, context)
    }

    private func look(at time: NIODeadline, _ context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.timer = nil
            guard let deadline = self.deadline else { return }
            if deadline > .now() { self.look(at: deadline, context) } else { context.close(promise: nil) }
        }
        timer = (scheduled, time)
    }
}
