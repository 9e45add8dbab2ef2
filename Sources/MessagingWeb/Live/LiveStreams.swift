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
                do {
                    try await self.follow(visitor, after: cursor) { update in
                        let text = try await render(update)
                        if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
                    }
                } catch is StandingChanged {
                    // Whoever comes again is asked who they are, and shown what they may see now.
                    let sequence = (try? await visitor.desk.liveSequence()) ?? 0
                    try await writer.write(ByteBuffer(string: try await render(.reset(sequence: sequence))))
                }
                try await writer.finish(nil)
            })
    }

    // A token tells its end; a session may be ended by its owner at any time, and a membership or a role by an owner of the landlord's.
    private func follow(_ visitor: Visitor, after cursor: Int64?, _ tell: (LiveUpdate) async throws -> Void) async throws {
        let end: Date? = if case .token(let expiresAt) = visitor.proof { expiresAt } else { nil }
        var askedAt = ContinuousClock.now
        try await visitor.desk.follow(after: cursor, until: end) { update in
            if update.tellsOfPeople || askedAt.duration(to: .now) > .seconds(9) {
                if await hasChanged(visitor) { throw StandingChanged() }
                askedAt = .now
            }
            try await tell(update)
        }
    }

    private func hasChanged(_ visitor: Visitor) async -> Bool {
        let desk = visitor.desk
        do {
            let membership: Membership? =
                switch visitor.proof {
                case .session(let secret): try await messaging.sessions.membership(of: secret)
                case .token:
                    try await messaging.landlords.memberships(of: desk.person).first {
                        $0.landlord.landlordID == desk.landlord.landlordID
                    }
                }
            return membership?.role != desk.membership.role
        } catch {
            // A database that cannot answer just now has changed nothing.
            return false
        }
    }
}

/// Ends a stream whose reader has signed out, works here no more, or has another role.
private struct StandingChanged: Error {}

extension LiveUpdate {
    fileprivate var tellsOfPeople: Bool {
        if case .events(let events) = self { events.contains { $0.kind == .person } } else { false }
    }
}
