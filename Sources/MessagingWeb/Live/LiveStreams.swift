import Foundation
import Hummingbird
import Messaging
import Synchronization

/// The open live streams of this process: they end when their token or session does, and all of them before the server stops.
final class LiveStreams: Sendable {
    private let state = Mutex<(draining: Bool, open: Int)>((false, 0))
    private let messaging: Messaging
    private let clock: @Sendable () -> Date

    init(messaging: Messaging, clock: @escaping @Sendable () -> Date) {
        self.messaging = messaging
        self.clock = clock
    }

    /// How many are open.
    var count: Int { state.withLock { $0.open } }

    /// Whether the server is about to stop.
    var isDraining: Bool { state.withLock { $0.draining } }

    /// Ends all streams and lets no new one begin, so that they do not hold up a shutdown.
    func drain() async {
        state.withLock { $0.draining = true }
        await messaging.hub.close()
    }

    /// A response that goes on with what `render` makes of each update. Throws `Refusal` while the server stops.
    func response(
        to visitor: Visitor, after cursor: Int64?, render: @escaping @Sendable (LiveUpdate) async throws -> String
    ) throws -> Response {
        guard !isDraining else { throw Refusal.unavailable("The server is about to restart. Connect again.", retryAfter: 1) }
        let headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .accelBuffering: "no"]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                self.state.withLock { $0.open += 1 }
                defer { self.state.withLock { $0.open -= 1 } }
                try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
                for try await update in self.updates(of: visitor, after: cursor) {
                    try await writer.write(ByteBuffer(string: try await render(update)))
                }
                try await writer.finish(nil)
            })
    }

    private func updates(of visitor: Visitor, after cursor: Int64?) -> AsyncThrowingStream<LiveUpdate, any Error> {
        let source = visitor.desk.updates(after: cursor)
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(16)) { continuation in
            let pump = Task {
                do {
                    for try await update in source {
                        if case .dropped = continuation.yield(update) { throw ReaderTooSlow() }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            let end = Task {
                await self.waitForEnd(of: visitor.proof)
                if !Task.isCancelled { continuation.finish() }
            }
            continuation.onTermination = { _ in
                pump.cancel()
                end.cancel()
            }
            // The hub may have been closed between the check above and this subscription.
            if self.isDraining { continuation.finish() }
        }
    }

    // A token tells its end; a session may be ended by its owner at any time.
    private func waitForEnd(of proof: Visitor.Proof) async {
        switch proof {
        case .token(let expiresAt):
            try? await Task.sleep(for: .seconds(max(0, expiresAt.timeIntervalSince(clock()))))
        case .session(let secret):
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(10))
                if await isOver(secret) { return }
            }
        }
    }

    private func isOver(_ secret: String) async -> Bool {
        do {
            return try await messaging.sessions.membership(of: secret) == nil
        } catch {
            // A database that cannot answer just now has not ended the session.
            return false
        }
    }
}
