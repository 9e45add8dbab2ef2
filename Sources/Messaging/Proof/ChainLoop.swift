import Foundation
import Logging
import SQLDatabase

/// Writes what is new into the landlords' chains. A job of its own, behind everything else: applying and sending do not know of it, and it
/// rests longer than it works. Several processes may run it: whoever writes second finds that the chain has moved, and looks again.
struct ChainLoop: Sendable {
    /// Landlords that are asked together whether they have news.
    private static let window = 2_000
    /// Batches of one landlord before the next one's turn.
    private static let turn = 4
    /// It rests so many times as long as it worked.
    private static let rest = 15

    let database: any Database
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        var after = Landlord.ID("")
        while !Task.isCancelled {
            do {
                let (landlords, end) = try await news(after: after)
                for landlord in landlords { try await takeTurn(of: landlord) }
                after = end ?? Landlord.ID("")
            } catch {
                if !Task.isCancelled { logger.error("Writing the chain of records failed", metadata: ["error": "\(error)"]) }
                after = Landlord.ID("")
            }
            try? await Task.sleep(for: after.rawValue.isEmpty ? .seconds(1) : .milliseconds(50))
        }
    }

    /// Writes everything that is there by now: whoever takes a copy need not wait for the landlord's turn.
    func catchUp(_ landlord: Landlord.ID) async throws {
        let newest = try await database.read { try LandlordRows(landlord, $0).liveSequence() }
        while true {
            try Task.checkCancellation()
            let state = try await database.read { try Chain(rows: LandlordRows(landlord, $0)).state() }
            if let state, state.seenSequence >= newest, state.sweep == nil { return }
            if try await step(landlord) == .nothingNew { return }
        }
    }

    // Two numbers of each landlord tell whether there is news. All are asked in turns, some thousands at a time.
    private func news(after start: Landlord.ID) async throws -> (landlords: [Landlord.ID], end: Landlord.ID?) {
        try await database.read { db in
            let end = try db.first(
                Landlord.ID.self,
                "SELECT landlord_id FROM landlords WHERE landlord_id > \(start) ORDER BY landlord_id LIMIT 1 OFFSET \(Self.window - 1)")
            let upTo: SQL = end.map { "AND l.landlord_id <= \($0)" } ?? ""
            let landlords = try db.all(
                Landlord.ID.self,
                """
                SELECT l.landlord_id FROM landlords l LEFT JOIN proof_chains c ON c.landlord_id = l.landlord_id
                WHERE l.landlord_id > \(start) \(upTo)
                    AND (l.live_sequence > COALESCE(c.seen_sequence, 0) OR c.sweep IS NOT NULL)
                ORDER BY l.landlord_id
                """)
            return (landlords, end)
        }
    }

    private func takeTurn(of landlord: Landlord.ID) async throws {
        for _ in 0..<Self.turn {
            let begun = ContinuousClock.now
            // Where somebody else is at it, everybody has more by going elsewhere.
            guard try await step(landlord) == .written else { return }
            try await Task.sleep(for: begun.duration(to: .now) * Self.rest)
        }
    }

    enum Step: Sendable {
        case written, nothingNew
        /// Another process was quicker.
        case overtaken
    }

    /// One batch.
    func step(_ landlord: Landlord.ID) async throws -> Step {
        let now = clock(), random = random()
        let plan = try await database.read { db in
            var random = random
            return try Chain(rows: LandlordRows(landlord, db)).plan(now: now, random: &random)
        }
        guard let plan else { return .nothingNew }
        return try await database.write { try Chain(rows: LandlordRows(landlord, $0)).write(plan) } ? .written : .overtaken
    }
}
