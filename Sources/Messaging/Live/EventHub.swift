import Foundation
import SQLDatabase

/// Wakes whoever waits for a landlord's changes in this process. A wake-up carries nothing: the rows tell.
public actor EventHub {
    private var waiting: [Landlord.ID: [Int: AsyncStream<Void>.Continuation]] = [:]
    private var next = 0

    /// A wake-up per change, and one each second so that a lost notification costs a second at most.
    func wakeUps(of landlord: Landlord.ID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        next += 1
        let ticket = next
        waiting[landlord, default: [:]][ticket] = continuation
        let ticker = Task {
            while !Task.isCancelled {
                continuation.yield()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        continuation.onTermination = { _ in
            ticker.cancel()
            Task { await self.leave(landlord, ticket) }
        }
        return stream
    }

    func wake(_ landlords: some Sequence<Landlord.ID>) {
        for landlord in landlords {
            waiting[landlord]?.values.forEach { $0.yield() }
        }
    }

    /// Other processes changed something: everybody looks.
    func wakeAll() {
        waiting.values.forEach { $0.values.forEach { $0.yield() } }
    }

    /// Ends every stream, so that open pages do not hold up a shutdown.
    public func close() {
        waiting.values.forEach { $0.values.forEach { $0.finish() } }
        waiting = [:]
    }

    private func leave(_ landlord: Landlord.ID, _ ticket: Int) {
        waiting[landlord]?[ticket] = nil
        if waiting[landlord]?.isEmpty == true { waiting[landlord] = nil }
    }
}

/// What a live stream tells its reader.
public enum LiveUpdate: Sendable {
    case events([LiveEvent])
    /// The reader's cursor is older than what is kept: fetch everything anew and go on from here.
    case reset(sequence: Int64)
    /// Nothing new for a while; keeps proxies from closing the connection.
    case quiet
}

/// A landlord's changes from a cursor on, for as long as somebody listens.
struct LiveFeed {
    let landlord: Landlord.ID
    let database: any Database
    let hub: EventHub

    func updates(after cursor: Int64?) -> AsyncThrowingStream<LiveUpdate, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await follow(cursor) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(_ start: Int64?, yield: (LiveUpdate) -> Void) async throws {
        let wakeUps = await hub.wakeUps(of: landlord)
        var (cursor, reset) = try await opening(start)
        if reset { yield(.reset(sequence: cursor)) }
        var quiet = 0
        for await _ in wakeUps {
            quiet += 1
            while let last = try await catchUp(after: cursor, yield) {
                cursor = last
                quiet = 0
            }
            if quiet > 0, quiet % 15 == 0 { yield(.quiet) }
        }
    }

    /// Tells what came after the cursor, a page at a time. Answers the new cursor; nil when there was nothing.
    private func catchUp(after cursor: Int64, _ yield: (LiveUpdate) -> Void) async throws -> Int64? {
        let events = try await database.read { try LandlordRows(landlord, $0).liveEvents(after: cursor, limit: 500) }
        if !events.isEmpty { yield(.events(events)) }
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
