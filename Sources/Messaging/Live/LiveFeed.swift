import Foundation
import SQLDatabase

/// What a live stream tells its reader.
public enum LiveUpdate: Sendable {
    case events([LiveEvent])
    /// The reader's cursor is older than what is kept: fetch everything anew and go on from here.
    case reset(sequence: Int64)
    /// Who has what open now, and as it was told before; nil the first time. It has no number: whoever comes back is told anew.
    case presence(Presence, before: Presence?)
    /// Nothing new for a while; keeps proxies from closing the connection.
    case quiet
}

/// A landlord's changes from a cursor on, for as long as somebody listens.
struct LiveFeed {
    let landlord: Landlord.ID
    let database: any Database
    let hub: EventHub
    let presence: PresenceBoard

    /// Calls `tell` with each update until it throws, until `end`, or until the hub closes. A slow reader holds up only itself: what
    /// happens meanwhile is one wake-up.
    func follow(after start: Int64?, until end: Date?, _ tell: (LiveUpdate) async throws -> Void) async throws {
        let wakeUps = await hub.wakeUps(of: landlord, until: end)
        var (cursor, reset) = try await opening(start)
        if reset { try await tell(.reset(sequence: cursor)) }
        var toldAt = ContinuousClock.now
        var known: Presence?
        for await _ in wakeUps {
            while let last = try await catchUp(after: cursor, tell) {
                cursor = last
                toldAt = .now
            }
            let present = await presence.presence(of: landlord)
            if present != known {
                try await tell(.presence(present, before: known))
                known = present
            }
            guard toldAt.duration(to: .now) > .seconds(9) else { continue }
            try await tell(.quiet)
            toldAt = .now
        }
    }

    /// Tells what came after the cursor, a page at a time. Answers the new cursor; nil when there was nothing.
    private func catchUp(after cursor: Int64, _ tell: (LiveUpdate) async throws -> Void) async throws -> Int64? {
        let events = try await database.read { try LandlordRows(landlord, $0).liveEvents(after: cursor) }
        if !events.isEmpty { try await tell(.events(events)) }
        return events.last?.sequence
    }

    private func opening(_ start: Int64?) async throws -> (cursor: Int64, reset: Bool) {
        try await database.read { db in
            let rows = LandlordRows(landlord, db)
            let newest = try rows.liveSequence()
            guard let start else { return (newest, false) }
            let oldest = try rows.oldestLiveEvent() ?? newest + 1
            // A cursor from the future comes from another database (a restored backup): start anew too.
            return start > newest || start + 1 < oldest ? (newest, true) : (start, false)
        }
    }
}
