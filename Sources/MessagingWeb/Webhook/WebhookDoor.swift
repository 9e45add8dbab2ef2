import HTTPTypes
import Logging
import Messaging
import NIOCore
import NIOHTTPTypes
import WhatsAppCloudAPI

/// Takes Meta's deliveries on the connection's own event loop: no task, no router and no middleware stands between the socket and the
/// ledger, since Meta asks for thousands of answers a second. Everything else goes on to the routes, also a delivery that follows
/// another request which is not answered yet.
final class WebhookDoor: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// Requests on their way through the routes.
        case passing(Int)
        case receiving(HTTPRequest, ByteBuffer)
        case storing
        /// A refusal was written before the body's end; the connection closes.
        case closing
    }

    private let webhook: WebhookIntake
    private var state = State.passing(0)
    private var roomTaken = 0
    // Parts of requests that follow before the answer was written. They are few: once there are some, nothing more is read.
    private var held: [HTTPRequestPart] = []
    private var heldRead = false
    private var heldEvents: [Any] = []

    init(_ webhook: WebhookIntake) {
        self.webhook = webhook
    }

    // A delivery comes in one piece. To ask the socket again at once whether there is more costs a system call each time.
    func handlerAdded(context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context)
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.passing(0), .head(let head)) where webhook.isDelivery(head): begin(head, context)
        case (.passing(let count), .head):
            state = .passing(count + 1)
            context.fireChannelRead(wrapInboundOut(part))
        case (.passing, _): context.fireChannelRead(wrapInboundOut(part))
        case (.receiving(let head, var body), .body(let piece)):
            state = .storing
            body.writeImmutableBuffer(piece)
            receive(head, body, context)
        case (.receiving(let head, let body), .end): finish(head, body, context)
        case (.storing, _): held.append(part)
        case (.receiving, .head), (.closing, _): break
        }
    }

    private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        let announced = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= WebhookIntake.longest else {
            return answer(.failure(Refusal.tooLarge(limit: WebhookIntake.longest)), to: head, context, isWhole: false)
        }
        state = .receiving(head, ByteBuffer())
    }

    private func receive(_ head: HTTPRequest, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        do {
            guard body.readableBytes <= WebhookIntake.longest else { throw Refusal.tooLarge(limit: WebhookIntake.longest) }
            let needed = max(0, body.readableBytes - BodyRoom.free)
            if needed > roomTaken {
                try webhook.room.take(needed - roomTaken)
                roomTaken = needed
            }
            state = .receiving(head, body)
        } catch {
            answer(.failure(error), to: head, context, isWhole: false)
        }
    }

    private func finish(_ head: HTTPRequest, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        state = .storing
        let eventLoop = context.eventLoop, door = NIOLoopBound((self, context), eventLoop: eventLoop)
        webhook.store(Array(buffer: body), signature: head.headerFields[.hubSignature]) { result in
            eventLoop.execute {
                let (door, context) = door.value
                door.answer(result, to: head, context, isWhole: true)
            }
        }
    }

    private func answer(_ result: Result<Void, any Error>, to head: HTTPRequest, _ context: ChannelHandlerContext, isWhole: Bool) {
        giveRoomBack()
        guard context.channel.isActive else { return }
        var (response, body) = webhook.answer(result, requestID: RequestJournal.requestID(head.headerFields[.requestID]))
        let closes = !isWhole || head.headerFields[.connection]?.lowercased() == "close"
        if closes { response.headerFields[.connection] = "close" }
        state = closes ? .closing : .passing(0)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        guard closes else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return goOn(context)
        }
        let written = context.eventLoop.makePromise(of: Void.self), channel = context.channel
        written.futureResult.whenComplete { _ in Self.partFrom(channel) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    // Closing at once would reset the connection while the client still talks, and the answer would be lost. What it still says is dropped.
    private static func partFrom(_ channel: any Channel) {
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        let parts = held
        held = []
        for part in parts { take(part, context) }
        guard !isBusy else { return }
        let events = heldEvents
        heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
        guard heldRead else { return }
        heldRead = false
        context.read()
    }

    private var isBusy: Bool {
        if case .storing = state { true } else { false }
    }

    // Nearly always nothing follows: not to listen for it meanwhile would cost two system calls for each delivery.
    func read(context: ChannelHandlerContext) {
        if isBusy, !held.isEmpty { heldRead = true } else { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), case .passing(let count) = state { state = .passing(max(0, count - 1)) }
        context.write(data, promise: promise)
    }

    // A server that stops closes idle connections; one whose answer is still to come is not idle. Nor has a client left that has only said
    // that it will send no more.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (state, event) {
        case (.receiving, is ChannelShouldQuiesceEvent), (.storing, is ChannelShouldQuiesceEvent), (.storing, ChannelEvent.inputClosed):
            heldEvents.append(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .receiving = state { giveRoomBack() }
        context.fireChannelInactive()
    }

    private func giveRoomBack() {
        webhook.room.give(roomTaken)
        roomTaken = 0
    }
}
