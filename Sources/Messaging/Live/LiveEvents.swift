import Foundation
import SQLDatabase

extension LandlordRows {
    /// Gives the changes their numbers. Call it last in the transaction, landlords in ascending order: the landlord's row is locked
    /// until commit, so numbers are in commit order and a reader's cursor never skips one. Answers the first number of the block.
    @discardableResult
    func publish(_ changes: [Change], now: Date) throws -> Int64 {
        guard !changes.isEmpty else { return 0 }
        let last = try db.first(
            Int64.self,
            """
            UPDATE landlords SET live_sequence = live_sequence + \(changes.count) WHERE landlord_id = \(landlord)
            RETURNING live_sequence
            """)
        guard let last else { throw LandlordMissing(landlord: landlord) }
        let first = last - Int64(changes.count) + 1
        try db.execute(each: Array(changes.enumerated())) { numbered in
            """
            INSERT INTO live_events (landlord_id, sequence, kind, subject_id, conversation_id, at)
            VALUES (\(landlord), \(first + Int64(numbered.offset)), \(numbered.element.kind), \(numbered.element.subject),
                    \(numbered.element.conversation), \(now))
            """
        }
        return first
    }

    /// Events after a cursor, oldest first.
    func liveEvents(after sequence: Int64, limit: Int) throws -> [LiveEvent] {
        try db.all(
            LiveEvent.self,
            """
            SELECT sequence, kind, subject_id, conversation_id, at FROM live_events
            WHERE landlord_id = \(landlord) AND sequence > \(sequence) ORDER BY sequence LIMIT \(limit)
            """)
    }

    /// The newest number given so far.
    func liveSequence() throws -> Int64 {
        try db.first(Int64.self, "SELECT live_sequence FROM landlords WHERE landlord_id = \(landlord)") ?? 0
    }

    /// The oldest number still kept; everything is kept for seven days.
    func oldestLiveEvent() throws -> Int64? {
        try db.first(
            Int64.self, "SELECT sequence FROM live_events WHERE landlord_id = \(landlord) ORDER BY sequence LIMIT 1")
    }
}

/// A change for a landlord who does not exist: a fault of ours, never of the data that came in.
struct LandlordMissing: Error {
    let landlord: Landlord.ID
}
