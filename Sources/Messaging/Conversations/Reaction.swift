import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// How one side has reacted to a message.
public struct Reaction: Sendable, Equatable {
    /// How far a reaction of ours has come.
    public enum State: Sendable, Equatable {
        /// It stands under the message.
        case standing
        /// WhatsApp has not taken it yet, or has not answered.
        case underWay
        /// It was not delivered, for this reason: what stood there before stands there again.
        case failed(reason: String)
    }

    public let targetWamid: String
    public let direction: Message.Direction
    /// Nil when it was to be taken away, which shows only as long as it failed.
    public let emoji: String?
    public let state: State
}

extension Message {
    /// The wamid of the message that this one reacts to: it is a reaction of ours on its way, and no bubble.
    public var reactionTarget: String? {
        guard type == "reaction", direction == .outbound, let json = try? JSONValue(parsing: Array(content.utf8)) else { return nil }
        return json["reaction"]?["message_id"]?.string
    }

    /// Meta keeps 30 days in which a message can be reacted to and quoted (fact sheet, sections 3.1 and 3.2).
    public func canBeAnswered(at now: Date) -> Bool {
        wamid != nil && revokedAt == nil && status != .failed && now.timeIntervalSince(at) < OutgoingReaction.lasts
    }
}

/// Whose a stored reaction is. Ours are kept twice: as it was asked for, under the ID of the message that carries it, and as it stood before.
private enum Side: String, Codable, SQLBindable {
    case theirs = "in"
    case ours = "out"
    case asked
}

extension LandlordRows {
    /// What stands under messages of a line, and what of ours failed to.
    func reactions(to wamids: [String], on line: Line.ID) throws -> [Reaction] {
        let rows = try db.all(
            ReactionRow.self,
            """
            SELECT r.target_wamid, r.direction, r.emoji, r.at, r.wamid, m.state, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
                m.error_details
            FROM reactions r LEFT JOIN messages m ON m.landlord_id = r.landlord_id AND m.message_id = r.wamid
            WHERE r.landlord_id = \(landlord) AND r.line_id = \(line) AND r.target_wamid IN \(list: wamids)
            """)
        return Dictionary(grouping: rows, by: \.targetWamid).sorted { $0.key < $1.key }.flatMap { Self.standing($0.value) }
    }

    private static func standing(_ rows: [ReactionRow]) -> [Reaction] {
        var found: [Reaction] = []
        if let theirs = rows.first(where: { $0.direction == .theirs }), theirs.emoji != nil { found.append(theirs.reaction(.standing)) }
        // What was reported as failed after something else was asked for never stood.
        var ours = rows.first { $0.direction == .ours && !$0.hasFailed }
        if let asked = rows.first(where: { $0.direction == .asked }) {
            if asked.hasFailed {
                found.append(asked.reaction(.failed(reason: asked.errorDetails ?? "WhatsApp did not take it and gave no reason.")))
            } else if ours.map({ $0.state != nil || $0.stamp < asked.stamp }) ?? true {
                ours = asked
            }
        }
        if let ours, ours.emoji != nil { found.append(ours.reaction(ours.isUnderWay ? .underWay : .standing)) }
        return found
    }

    /// Keeps a reaction that goes out; the one before it, unless it failed, is what stands if this one fails.
    func ask(for reaction: OutgoingReaction, as message: Message.ID, on line: Line.ID, at time: Date) throws {
        let target = reaction.target.rawValue
        try db.executeWithNext(
            """
            INSERT INTO reactions (landlord_id, line_id, target_wamid, direction, emoji, at, wamid)
            SELECT r.landlord_id, r.line_id, r.target_wamid, 'out', r.emoji, r.at, r.wamid FROM reactions r
            JOIN messages m ON m.landlord_id = r.landlord_id AND m.message_id = r.wamid
            WHERE r.landlord_id = \(landlord) AND r.line_id = \(line) AND r.target_wamid = \(target)
                AND r.direction = 'asked' AND m.state <> 'refused' AND m.failed_at IS NULL
            ON CONFLICT (landlord_id, line_id, target_wamid, direction) DO UPDATE SET emoji = excluded.emoji, at = excluded.at,
                wamid = excluded.wamid
            WHERE reactions.at <= excluded.at
            """)
        try db.executeWithNext(
            """
            INSERT INTO reactions (landlord_id, line_id, target_wamid, direction, emoji, at, wamid)
            VALUES (\(landlord), \(line), \(target), \(Side.asked), \(reaction.emoji.nonEmpty), \(time), \(message))
            ON CONFLICT (landlord_id, line_id, target_wamid, direction) DO UPDATE SET emoji = excluded.emoji, at = excluded.at,
                wamid = excluded.wamid
            """)
    }
}

private struct ReactionRow: Decodable {
    let targetWamid: String
    let direction: Side
    let emoji: String?
    let at: Date
    /// Meta's ID of the reaction, or ours of the message that carries it.
    let wamid: String
    let state: Message.State?
    let sentAt: Date?
    let deliveredAt: Date?
    let readAt: Date?
    let failedAt: Date?
    let errorDetails: String?

    private var hasArrived: Bool { deliveredAt != nil || readAt != nil }
    var hasFailed: Bool { !hasArrived && (failedAt != nil || state == .refused) }

    var isUnderWay: Bool {
        guard let state, !hasArrived, sentAt == nil else { return false }
        return state != .accepted
    }

    var stamp: Stamp { Stamp(at: at, wamid: wamid) }

    func reaction(_ state: Reaction.State) -> Reaction {
        Reaction(targetWamid: targetWamid, direction: direction == .theirs ? .inbound : .outbound, emoji: emoji, state: state)
    }
}
