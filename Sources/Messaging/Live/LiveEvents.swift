import Foundation
import SQLDatabase

/// Changes on their way to becoming live events.
enum LiveChanges {
    /// Gives the changes their numbers; one that is there twice becomes one. Call it last in the transaction: the landlords' rows are locked
    /// in ascending order until commit, so numbers are in commit order and a reader's cursor never skips one. Answers the first number
    /// of each landlord.
    @discardableResult
    static func publish(_ changes: [Landlord.ID: [Change]], on db: any Connection, now: Date) throws -> [Landlord.ID: Int64] {
        let lists = changes.mapValues(\.unique).filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        guard !lists.isEmpty else { return [:] }
        let given = try db.all(
            Numbered.self,
            """
            WITH wanted (landlord, changes) AS \(pairs: lists.map { ($0.key.rawValue, String($0.value.count)) }),
                locked AS \(SQL(sqlite: "", postgres: "MATERIALIZED")) (
                    SELECT l.landlord_id AS landlord, CAST(wanted.changes AS BIGINT) AS changes FROM wanted CROSS JOIN landlords l
                    WHERE l.landlord_id = wanted.landlord ORDER BY l.landlord_id \(SQL.lock("l")))
            UPDATE landlords SET live_sequence = live_sequence + locked.changes FROM locked WHERE landlord_id = locked.landlord
            RETURNING landlord_id, live_sequence
            """)
        let last = Dictionary(given.map { ($0.landlordId, $0.liveSequence) }, uniquingKeysWith: { first, _ in first })
        var firsts: [Landlord.ID: Int64] = [:]
        var blocks: [(landlord: Landlord.ID, block: LiveBlock)] = []
        for (landlord, list) in lists {
            guard let last = last[landlord] else { throw LandlordMissing(landlord: landlord) }
            let first = last - Int64(list.count) + 1
            firsts[landlord] = first
            blocks += LiveBlock.blocks(of: list, from: first, at: now).map { (landlord, $0) }
        }
        try db.insert(into: "live_blocks (landlord_id, last_sequence, first_sequence, changes, at)", each: blocks) { landlord, block in
            "(\(landlord), \(block.lastSequence), \(block.firstSequence), \(block.changes), \(block.at))"
        }
        return firsts
    }

    private struct Numbered: ReadsColumns {
        let landlordId: Landlord.ID
        let liveSequence: Int64

        init(_ columns: inout Columns) throws {
            (landlordId, liveSequence) = (try columns.value(), Int64(try columns.integer()))
        }
    }
}

extension LandlordRows {
    /// Gives one landlord's changes their numbers, last in the transaction. Answers the first number.
    @discardableResult
    func publish(_ changes: [Change], now: Date) throws -> Int64 {
        try LiveChanges.publish([landlord: changes], on: db, now: now)[landlord] ?? 0
    }

    /// Events after a cursor, oldest first: those of some blocks, so that a reader who was long away takes them page by page.
    func liveEvents(after sequence: Int64, blocks limit: Int = 20) throws -> [LiveEvent] {
        try liveBlocks(after: sequence, limit: limit).flatMap(\.events).filter { $0.sequence > sequence }
    }

    /// The blocks in which events after a cursor stand, oldest first.
    func liveBlocks(after sequence: Int64, limit: Int = 20) throws -> [LiveBlock] {
        try db.all(
            LiveBlock.self,
            """
            SELECT last_sequence, first_sequence, changes, at FROM live_blocks
            WHERE landlord_id = \(landlord) AND last_sequence > \(sequence) ORDER BY last_sequence LIMIT \(limit)
            """)
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

    static func blocks(of changes: [Change], from first: Int64, at time: Date) -> [LiveBlock] {
        stride(from: 0, to: changes.count, by: longest).map { start in
            LiveBlock(first: first + Int64(start), changes: changes[start..<min(start + longest, changes.count)], at: time)
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

extension [Change] {
    fileprivate var unique: [Change] {
        var seen: Set<Change> = []
        return filter { seen.insert($0).inserted }
    }
}

/// A change for a landlord who does not exist: a fault of ours, never of the data that came in.
struct LandlordMissing: Error {
    let landlord: Landlord.ID
}
