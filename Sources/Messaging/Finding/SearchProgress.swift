import Foundation
import SQLDatabase

/// How far the index has come with a landlord. Whoever writes to it raises the version of exactly the row that was read, so that of two processes
/// at the same landlord one writes and the other one's work counts for nothing.
struct SearchProgress: Decodable, Equatable {
    let landlordId: Landlord.ID
    /// Short, since it stands before every word.
    let landlordNumber: Int64
    let version: Int64
    /// The last live event that was looked at: in the order of commits, and nothing is skipped.
    var sequence: Int64
    /// The number that the next new message gets.
    var nextNumber: Int64
    /// The number that the next one of those gets that were there before the index.
    var backNumber: Int64
    /// From where on those are still to come, the newest first; nil when all have been looked at.
    var backAt: Date?
    var backId: String?

    static let columns: SQL = "landlord_id, landlord_number, version, sequence, next_number, back_number, back_at, back_id"

    /// Later than any message.
    static let beginning = Date(milliseconds: 9_000_000_000_000_000)

    /// Whether a message is among those that the walk back has not come to.
    func isStillToCome(_ message: Message) -> Bool {
        guard let backAt, let backId else { return false }
        return (message.at, message.messageId.rawValue) < (backAt, backId)
    }

    /// Answers whether the row was still as it had been read.
    func save(over read: SearchProgress, on db: any Connection) throws -> Bool {
        try db.execute(
            """
            UPDATE search_progress SET version = version + 1, sequence = \(sequence), next_number = \(nextNumber),
                back_number = \(backNumber), back_at = \(backAt), back_id = \(backId)
            WHERE landlord_id = \(landlordId) AND version = \(read.version)
            """) == 1
    }
}

extension LandlordRows {
    func searchProgress() throws -> SearchProgress? {
        try db.first(
            SearchProgress.self, "SELECT \(SearchProgress.columns) FROM search_progress WHERE landlord_id = \(landlord)")
    }

    /// Begins with a landlord: from now on live events tell what is new, and what was there before is walked through from the newest on.
    func beginSearch() throws {
        guard try searchProgress() == nil else { return }
        let last = try db.first(Int64.self, "SELECT landlord_number FROM search_progress ORDER BY landlord_number DESC LIMIT 1") ?? 0
        try db.execute(
            """
            INSERT INTO search_progress (landlord_id, landlord_number, sequence, back_at, back_id)
            VALUES (\(landlord), \(last + 1), \(try liveSequence()), \(SearchProgress.beginning), '')
            """)
    }
}
