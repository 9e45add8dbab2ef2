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
        let blocks = stride(from: 0, to: changes.count, by: LiveBlock.longest).map { start in
            LiveBlock(first: first + Int64(start), changes: changes[start..<min(start + LiveBlock.longest, changes.count)], at: now)
        }
        try db.execute(each: blocks) { block in
            """
            INSERT INTO live_blocks (landlord_id, last_sequence, first_sequence, changes, at)
            VALUES (\(landlord), \(block.lastSequence), \(block.firstSequence), \(block.changes), \(block.at))
            """
        }
        return first
    }

    /// Events after a cursor, oldest first: those of some blocks, so that a reader who was long away takes them page by page.
    func liveEvents(after sequence: Int64, blocks limit: Int = 20) throws -> [LiveEvent] {
        try db.all(
            LiveBlock.self,
            """
            SELECT last_sequence, first_sequence, changes, at FROM live_blocks
            WHERE landlord_id = \(landlord) AND last_sequence > \(sequence) ORDER BY last_sequence LIMIT \(limit)
            """
        ).flatMap(\.events).filter { $0.sequence > sequence }
    }

    /// Changes of a conversation that became part of another one are that one's from now on.
    func moveLiveEvents(of conversation: Conversation.ID, to other: Conversation.ID) throws {
        try db.execute(
            """
            UPDATE live_blocks SET changes = REPLACE(changes, \("\t\(conversation)\n"), \("\t\(other)\n"))
            WHERE landlord_id = \(landlord) AND changes LIKE \("%\(conversation)%")
            """)
    }

    /// The newest number given so far.
    func liveSequence() throws -> Int64 {
        try db.first(Int64.self, "SELECT live_sequence FROM landlords WHERE landlord_id = \(landlord)") ?? 0
    }

    /// The oldest number still kept; everything is kept for seven days.
    func oldestLiveEvent() throws -> Int64? {
        try db.first(
            Int64.self, "SELECT first_sequence FROM live_blocks WHERE landlord_id = \(landlord) ORDER BY last_sequence LIMIT 1")
    }
}

/// Consecutive changes of one landlord in one row.
struct LiveBlock: Decodable {
    /// Changes per row, so that reading a page stays small.
    static let longest = 200

    let lastSequence: Int64
    let firstSequence: Int64
    /// A line for each: kind, subject and conversation with tabs between them.
    let changes: String
    let at: Date

    init(first: Int64, changes: some Collection<Change>, at: Date) {
        firstSequence = first
        lastSequence = first + Int64(changes.count) - 1
        self.at = at
        self.changes = changes.reduce(into: "") { text, change in
            text += change.kind.rawValue
            text += "\t"
            text += change.subject
            text += "\t"
            text += change.conversation?.rawValue ?? ""
            text += "\n"
        }
    }

    var events: [LiveEvent] {
        zip(firstSequence..., changes.split(separator: "\n")).compactMap { sequence, line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 3, let kind = LiveEvent.Kind(rawValue: String(parts[0])) else { return nil }
            return LiveEvent(
                sequence: sequence, kind: kind, subjectId: String(parts[1]),
                conversationId: parts[2].isEmpty ? nil : Conversation.ID(String(parts[2])), at: at)
        }
    }
}

/// A change for a landlord who does not exist: a fault of ours, never of the data that came in.
struct LandlordMissing: Error {
    let landlord: Landlord.ID
}
