import Foundation
import SQLDatabase

/// A copy of a conversation to take away: on its way, or ready for some days.
public struct Export: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Export>

    public enum Format: String, Codable, Sendable, CaseIterable, SQLBindable {
        /// To read and to print.
        case pdf
        /// Every record and file, signed, for programs and as a proof: a tar archive.
        case bundle
    }

    public enum State: String, Codable, Sendable, SQLBindable {
        case wanted, ready, failed
        /// Its days are over, and its file is deleted.
        case gone
    }

    /// Days for which a file is kept.
    public static let keptDays = 7

    public let exportId: ID
    public let conversationId: Conversation.ID
    public let format: Format
    /// Who asked for it.
    public let personId: Person.ID
    public let state: State
    /// Why it could not be made, and what to do.
    public let problem: String?
    public let createdAt: Date
    /// Messages that are in it so far, and how many there are; nil before they were counted.
    public let done: Int
    public let total: Int?
    /// SHA-256 in hexadecimal digits, once it is ready.
    public let digest: String?
    public let bytes: Int?
    public let finishedAt: Date?
    public let expiresAt: Date?

    static let columns: SQL = """
        export_id, conversation_id, format, person_id, state, problem, created_at, done, total, digest, bytes, finished_at, expires_at
        """
}

/// Why no copy is made.
public enum ExportRefusal: Error, Sendable, Equatable {
    /// Files cannot be kept here.
    case noStore
    /// There is no program that makes PDFs.
    case noTypesetter
    /// Others of this landlord's are still being made.
    case tooMany

    /// For programs.
    public var code: String {
        switch self {
        case .noStore: "exportUnavailable"
        case .noTypesetter: "pdfUnavailable"
        case .tooMany: "tooManyExports"
        }
    }

    /// For people.
    public var message: String {
        switch self {
        case .noStore: "Nothing can be exported here: MEDIA_STORE is missing on the server."
        case .noTypesetter:
            "PDFs cannot be made here: WeasyPrint is missing on the server (apt-get install weasyprint). The bundle needs no other program."
        case .tooMany: "Five exports are still being made. Wait until one of them is ready."
        }
    }
}

extension LandlordRows {
    /// Asks for a copy. The same one that is still being made is not made twice.
    func request(
        _ format: Export.Format, of conversation: Conversation.ID, by person: Person.ID, now: Date, random: inout Randomness
    ) throws -> Export {
        _ = try self.conversation(conversation)
        // Behind whoever asks just now: of two clicks at the same moment the second one finds the first.
        _ = try db.first(Int64.self, "SELECT live_sequence FROM landlords WHERE landlord_id = \(landlord) \(SQL.lockRow)")
        let underWay = try db.all(
            Export.self,
            "SELECT \(Export.columns) FROM exports WHERE landlord_id = \(landlord) AND state = 'wanted' ORDER BY created_at LIMIT 5")
        if let same = underWay.first(where: { $0.conversationId == conversation && $0.format == format }) { return same }
        guard underWay.count < 5 else { throw ExportRefusal.tooMany }
        let id = Export.ID(now: now, random: &random)
        try db.execute(
            """
            INSERT INTO exports (landlord_id, export_id, conversation_id, format, person_id, state, created_at, due_at)
            VALUES (\(landlord), \(id), \(conversation), \(format), \(person), 'wanted', \(now), \(now))
            """)
        try publish([.export(id, of: conversation)], now: now)
        guard let made = try exports([id]).first else { throw NotFound() }
        return made
    }

    func exports(_ ids: [Export.ID]) throws -> [Export] {
        guard !ids.isEmpty else { return [] }
        return try db.all(
            Export.self,
            """
            SELECT \(Export.columns) FROM exports WHERE landlord_id = \(landlord) AND export_id IN \(list: ids) ORDER BY export_id
            """)
    }

    /// Those of a conversation that can still be fetched or are to come, the newest first.
    func exports(of conversation: Conversation.ID, limit: Int) throws -> [Export] {
        try db.all(
            Export.self,
            """
            SELECT \(Export.columns) FROM exports WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) AND state <> 'gone'
            ORDER BY created_at DESC, export_id DESC LIMIT \(limit)
            """)
    }
}
