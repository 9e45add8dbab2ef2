import NIOCore
import NIOPosix

/// One run of load, on one event loop: everything here is touched on that loop only, which is what makes it cheap.
final class Load: @unchecked Sendable {
    enum Pace {
        /// Each connection asks again when it is answered.
        case closed
        /// Requests a second, whatever the answers do. Latency counts from the moment a request was due.
        case open(rate: Double)
    }

    /// Nanoseconds.
    private static let longestRest: Int64 = 30_000_000_000

    private let requests: Requests
    private let target: Target
    private let pace: Pace
    private let repeats: Bool
    private let eventLoop: any EventLoop
    private let done: EventLoopPromise<Void>
    private var tally = Tally()
    private var idle: [Asker] = []
    private var waiting: [(index: Int, due: Int64)] = []
    private var waitingHead = 0
    private var next = 0
    private var underWay = 0
    private var started: Int64 = 0
    private var counted: Int64 = 0
    private var end: Int64 = 0
    private var isOver = false
    /// Called with each request as it goes out.
    var onSend: ((Int, Int64) -> Void)?

    init(_ requests: Requests, target: Target, pace: Pace, repeats: Bool, on eventLoop: any EventLoop) {
        self.requests = requests
        self.target = target
        self.pace = pace
        self.repeats = repeats
        self.eventLoop = eventLoop
        done = eventLoop.makePromise()
    }

    /// Runs for `seconds` after `warmUp`, and until all answers are there or ten seconds more.
    func run(connections: Int, warmUp: Double, seconds: Double) async throws -> Report {
        for _ in 0..<connections { try await connect().get() }
        try await eventLoop.submit { self.begin(warmUp: warmUp, seconds: seconds) }.get()
        try await done.futureResult.get()
        return try await eventLoop.submit { self.report() }.get()
    }

    private func report() -> Report {
        let last = isOver ? min(end, Self.now) : Self.now
        return tally.report(seconds: Double(max(1, last - counted)) / 1e9, made: requests.count)
    }

    private func connect() -> EventLoopFuture<Void> {
        ClientBootstrap(group: eventLoop).channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Asker(load: self)) }
            }.connect(host: target.host, port: target.port).map { _ in }
    }

    private func begin(warmUp: Double, seconds: Double) {
        started = Self.now
        counted = started + Int64(warmUp * 1e9)
        end = counted + Int64(seconds * 1e9)
        eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(end))) { self.stop() }
        switch pace {
        case .closed: while let asker = idle.popLast(), let index = take() { send(index, due: Self.now, on: asker) }
        case .open: tick()
        }
    }

    // Everything that is due goes out; the loop wakes once a millisecond.
    private func tick() {
        guard !isOver, case .open(let rate) = pace else { return }
        let now = Self.now
        while true {
            let due = started + Int64(Double(next) / rate * 1e9)
            guard due <= now, due < end else { break }
            guard let index = take() else { return finishEarly() }
            if let asker = rested(at: now) { send(index, due: due, on: asker) } else { waiting.append((index, due)) }
        }
        eventLoop.scheduleTask(in: .milliseconds(1)) { self.tick() }
    }

    // The one that worked last. A server closes what has rested for a minute, perhaps in the moment it is asked again: as any client should,
    // this one gives such a connection up before that, and asks on a new one.
    private func rested(at now: Int64) -> Asker? {
        guard let asker = idle.popLast() else { return nil }
        guard now - asker.restsSince > Self.longestRest else { return asker }
        asker.close()
        return nil
    }

    private func take() -> Int? {
        guard next < requests.count || repeats else { return nil }
        defer { next += 1 }
        return next % requests.count
    }

    private func send(_ index: Int, due: Int64, on asker: Asker) {
        underWay += 1
        onSend?(index, due)
        asker.ask(requests[index], due: due)
    }

    func ready(_ asker: Asker) {
        guard started > 0, !isOver else { return idle.append(asker) }
        switch pace {
        case .closed:
            if let index = take() { send(index, due: Self.now, on: asker) } else { finishEarly() }
        case .open:
            guard waitingHead < waiting.count else { return idle.append(asker) }
            let (index, due) = waiting[waitingHead]
            waitingHead += 1
            if waitingHead == waiting.count { (waiting, waitingHead) = ([], 0) }
            send(index, due: due, on: asker)
        }
    }

    func answered(_ status: Int, due: Int64) {
        underWay -= 1
        let now = Self.now
        if status < 300 { tally.good += 1 }
        // Requests of the warm-up do not count, nor do answers of a closed loop after its end.
        if due >= counted, due < end, now < end || isOpen { tally.record(status: status, after: now - due) }
        if isOver, underWay == 0 { done.succeed() }
    }

    func left(_ asker: Asker, whileAsking: Bool) {
        idle.removeAll { $0 === asker }
        broke(whileAsking: whileAsking)
    }

    private func broke(whileAsking: Bool) {
        if whileAsking {
            underWay -= 1
            tally.failed += 1
        }
        if isOver { return underWay == 0 ? done.succeed() : () }
        connect().whenFailure { _ in self.eventLoop.scheduleTask(in: .milliseconds(50)) { self.broke(whileAsking: false) } }
    }

    // All requests were used before the time was over.
    private func finishEarly() {
        guard !isOver else { return }
        end = min(end, Self.now)
        stop()
    }

    private func stop() {
        guard !isOver else { return }
        isOver = true
        tally.notSent = waiting.count - waitingHead
        if underWay == 0 { return done.succeed() }
        eventLoop.scheduleTask(in: .seconds(10)) {
            self.tally.failed += self.underWay
            self.done.succeed()
        }
    }

    private var isOpen: Bool { if case .open = pace { true } else { false } }

    static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}

/// One connection: asks, and waits for the answer.
final class Asker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let load: Load
    private var reader = AnswerReader()
    private var context: ChannelHandlerContext?
    private var due: Int64?
    private(set) var restsSince = Load.now

    init(load: Load) {
        self.load = load
    }

    func ask(_ request: ByteBuffer, due: Int64) {
        self.due = due
        context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        load.ready(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        reader.add(&bytes)
        do {
            while let status = try reader.next() {
                guard let due else { return context.close(promise: nil) }
                (self.due, restsSince) = (nil, Load.now)
                load.answered(status, due: due)
                load.ready(self)
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        load.left(self, whileAsking: due != nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
