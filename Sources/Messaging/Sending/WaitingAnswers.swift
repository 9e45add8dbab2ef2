import Foundation
import SQLDatabase

/// Words that go out by themselves once the person has written again: before that WhatsApp takes none. One for each conversation.
public struct WaitingAnswer: Codable, Sendable, Equatable {
    public let answerId: String
    public let text: String
    /// Who wrote them.
    public let personId: Person.ID
    public let createdAt: Date
    /// Why they could not be sent although the person has written.
    public let problem: String?

    /// The message that they become, however often they are sent.
    static func clientMessageID(_ answer: String) -> String { "\(sign)\(answer)" }

    fileprivate static let sign = "waited-"
}

extension Message {
    /// Whether it had waited for the person to write.
    public var hasWaited: Bool { clientMessageId?.hasPrefix(WaitingAnswer.sign) ?? false }
}

extension LandlordRows {
    func waitingAnswer(in conversation: Conversation.ID) throws -> WaitingAnswer? {
        try db.first(
            WaitingAnswer.self,
            """
            SELECT answer_id, text, person_id, created_at, problem FROM waiting_answers
            WHERE landlord_id = \(landlord) AND conversation_id = \(conversation)
            """)
    }

    /// Keeps words until the person writes. Those that waited before make way.
    func keep(answer text: String, in conversation: Conversation.ID, by person: Person.ID, now: Date, random: inout Randomness) throws {
        _ = try self.conversation(conversation)
        let words = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !words.isEmpty else { throw SendRefusal.text("Write something first.") }
        guard words.unicodeScalars.count <= 4_096 else { throw SendRefusal.text("WhatsApp takes 4,096 characters. Shorten the text.") }
        try db.execute(
            """
            INSERT INTO waiting_answers (landlord_id, conversation_id, answer_id, text, person_id, created_at)
            VALUES (\(landlord), \(conversation), \(uuidV7(now: now, random: &random)), \(words.storable), \(person), \(now))
            ON CONFLICT (landlord_id, conversation_id) DO UPDATE SET answer_id = excluded.answer_id, text = excluded.text,
                person_id = excluded.person_id, created_at = excluded.created_at, problem = NULL
            """)
        try publish([.conversation(conversation)], now: now)
    }

    /// Takes the words back. Those of another time stay.
    func drop(answer id: String, in conversation: Conversation.ID, now: Date) throws {
        let dropped = try db.execute(
            "DELETE FROM waiting_answers WHERE landlord_id = \(landlord) AND conversation_id = \(conversation) AND answer_id = \(id)")
        if dropped > 0 { try publish([.conversation(conversation)], now: now) }
    }
}

/// An answer whose time has come.
struct DueAnswer: Decodable, Sendable {
    let landlordId: Landlord.ID
    let conversationId: Conversation.ID
    let answerId: String
    let text: String
    let personId: Person.ID

    /// Answers to people to whom one may write freely by now; some at a time.
    static func all(on db: any Connection, now: Date) throws -> [DueAnswer] {
        try db.all(
            DueAnswer.self,
            """
            SELECT a.landlord_id, a.conversation_id, a.answer_id, a.text, a.person_id FROM waiting_answers a
            JOIN conversations c ON c.landlord_id = a.landlord_id AND c.conversation_id = a.conversation_id
            WHERE a.problem IS NULL AND c.last_inbound_at > \(now - CustomerServiceWindow.length)
            ORDER BY a.created_at LIMIT 50
            """)
    }

    /// It was sent, or could not be: then it stays where it was written, with the reason.
    func settle(problem: String?, on db: any Connection, now: Date) throws {
        let mine: SQL = "landlord_id = \(landlordId) AND conversation_id = \(conversationId) AND answer_id = \(answerId)"
        let settled =
            if let problem {
                try db.execute("UPDATE waiting_answers SET problem = \(problem) WHERE \(mine)")
            } else {
                try db.execute("DELETE FROM waiting_answers WHERE \(mine)")
            }
        if settled > 0 { try LandlordRows(landlordId, db).publish([.conversation(conversationId)], now: now) }
    }
}
