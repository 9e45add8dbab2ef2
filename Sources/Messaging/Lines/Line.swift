import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// One WhatsApp number. Which landlord a message on it belongs to is decided by line *and* sender; see `Routing`.
public struct Line: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Line>

    public enum Kind: String, Codable, Sendable {
        /// The landlord's own number.
        case own
        /// A number of the platform that serves many landlords.
        case shared
    }

    public enum Status: String, Codable, Sendable {
        case connecting, connected, disconnected
        /// Meta's permission has ended: messages still arrive, ours wait until the landlord connects again, for half an hour at most.
        case reconnect
    }

    public let lineId: ID
    public let kind: Kind
    public let wabaId: String
    public let phoneNumberId: String
    /// E.164.
    public let phoneNumber: String
    public let verifiedName: String?
    public let status: Status
    public let qualityRating: String?
    public let provenAt: Date

    /// Whether messages may be queued on it: they go out now, or once the landlord has connected again.
    var isUsable: Bool { status == .connected || status == .reconnect }
}

extension LandlordRows {
    private var lineColumns: SQL {
        """
        l.line_id, l.kind, l.waba_id, l.phone_number_id, l.phone_number, l.verified_name, l.quality_rating, l.proven_at,
        CASE WHEN a.status = 'reconnect' AND l.status <> 'disconnected' THEN 'reconnect' ELSE l.status END AS status
        """
    }

    /// The landlord's lines, the newest first; disconnected ones only when asked for.
    func lines(includingDisconnected: Bool = false) throws -> [Line] {
        let filter: SQL = includingDisconnected ? "" : "AND l.status <> 'disconnected'"
        return try db.all(
            Line.self,
            """
            SELECT \(lineColumns) FROM lines l
            JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id
            WHERE l.landlord_id = \(landlord) \(filter) ORDER BY l.proven_at DESC, l.line_id
            """)
    }

    func line(_ id: Line.ID) throws -> Line {
        guard let found = try lines(includingDisconnected: true).first(where: { $0.lineId == id }) else { throw NotFound() }
        return found
    }

    /// Ends a line: nothing is sent on it any more, its token is forgotten, what was said stays. Answers the account when this was its
    /// last line, so that Meta can be told.
    func disconnect(_ id: Line.ID, now: Date) throws -> EndedAccount? {
        guard try line(id).status != .disconnected else { throw NotFound() }
        let account = try db.first(
            EndedAccount.self,
            """
            SELECT a.account_id, a.waba_id, a.token_sealed FROM accounts a
            JOIN lines l ON l.landlord_id = a.landlord_id AND l.account_id = a.account_id
            WHERE l.landlord_id = \(landlord) AND l.line_id = \(id)
            """)
        try db.execute(
            "UPDATE lines SET status = 'disconnected', pin_sealed = NULL WHERE landlord_id = \(landlord) AND line_id = \(id)")
        let ended = try db.execute(
            """
            UPDATE accounts SET status = 'disconnected', token_sealed = NULL, updated_at = \(now)
            WHERE landlord_id = \(landlord) AND account_id = (SELECT account_id FROM lines WHERE landlord_id = \(landlord) AND line_id = \(id))
                AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.landlord_id = accounts.landlord_id AND l.account_id = accounts.account_id
                                AND l.status <> 'disconnected')
            """)
        try publish([.account(id)], now: now)
        return ended == 1 ? account : nil
    }
}

/// A business account without lines: its webhooks are no longer wanted.
struct EndedAccount: Decodable, Sendable {
    let accountId: String
    let wabaId: String
    let tokenSealed: String?
}
