import Foundation
import SQLDatabase

/// A text that is written often, kept by the landlord, with gaps that a tenant's data fill.
public struct QuickAnswer: Codable, Sendable, Equatable {
    public typealias ID = Identifier<QuickAnswer>

    /// How many a landlord may have.
    public static let most = 200

    public let answerId: ID
    public let title: String
    public let text: String
    public let updatedAt: Date

    /// The text for one tenant, and which gaps nothing is known for.
    public func filled(with values: [Placeholder: String]) -> (text: String, gaps: [Placeholder]) {
        let filled = Placeholder.fill(text, with: values)
        return (filled, Placeholder.gaps(in: filled))
    }
}

extension Desk {
    /// All of the landlord's, by title.
    public func quickAnswers() async throws -> [QuickAnswer] {
        try await read { rows in
            try rows.db.all(
                QuickAnswer.self,
                """
                SELECT answer_id, title, text, updated_at FROM quick_answers
                WHERE landlord_id = \(rows.landlord) ORDER BY title_key, answer_id
                """)
        }
    }

    /// Throws `NotFound`.
    public func quickAnswer(_ id: QuickAnswer.ID) async throws -> QuickAnswer { try await read { try $0.quickAnswer(id) } }

    /// Keeps a new text. Throws `TeamRefusal`, also for a placeholder that nobody knows.
    public func addQuickAnswer(title: String, text: String) async throws -> QuickAnswer {
        let (title, text) = try checked(title, text)
        return try await write(.organise) { rows, now, random in
            let count = try rows.db.first(Int.self, "SELECT COUNT(*) FROM quick_answers WHERE landlord_id = \(rows.landlord)") ?? 0
            guard count < QuickAnswer.most else {
                throw TeamRefusal.tooMany("There are \(QuickAnswer.most) quick answers. Take one away first.")
            }
            let answer = QuickAnswer(answerId: QuickAnswer.ID(now: now, random: &random), title: title, text: text, updatedAt: now)
            try rows.keep(answer, now: now)
            return answer
        }
    }

    /// Changes a text. Throws `NotFound` and `TeamRefusal`.
    public func changeQuickAnswer(_ id: QuickAnswer.ID, title: String, text: String) async throws -> QuickAnswer {
        let (title, text) = try checked(title, text)
        return try await write(.organise) { rows, now, _ in
            _ = try rows.quickAnswer(id)
            let answer = QuickAnswer(answerId: id, title: title, text: text, updatedAt: now)
            try rows.keep(answer, now: now)
            return answer
        }
    }

    /// Throws `NotFound`.
    public func removeQuickAnswer(_ id: QuickAnswer.ID) async throws {
        try await write(.organise) { rows, now, _ in
            let removed = try rows.db.execute("DELETE FROM quick_answers WHERE landlord_id = \(rows.landlord) AND answer_id = \(id)")
            guard removed == 1 else { throw NotFound() }
            try rows.publish([.quickAnswer(id)], now: now)
        }
    }

    private func checked(_ title: String, _ text: String) throws -> (title: String, text: String) {
        try membership.check(.organise)
        let title = try GivenName(title, longest: 60, what: "title").text
        let words = text.trimmingCharacters(in: .whitespacesAndNewlines).replacing("\r\n", with: "\n").storable
        guard !words.isEmpty else { throw TeamRefusal.words("Write what the answer says.") }
        guard words.unicodeScalars.count <= 4_096 else { throw TeamRefusal.words("WhatsApp takes 4,096 characters. Shorten the text.") }
        if let unknown = Placeholder.names(in: words).first(where: { Placeholder(rawValue: $0) == nil }) {
            let known = Placeholder.allCases.map(\.written).joined(separator: ", ")
            throw TeamRefusal.words("Nothing is known that would fill {{\(unknown.prefix(40))}}. Use \(known).")
        }
        return (title, words)
    }
}

extension LandlordRows {
    fileprivate func quickAnswer(_ id: QuickAnswer.ID) throws -> QuickAnswer {
        let found = try db.first(
            QuickAnswer.self,
            "SELECT answer_id, title, text, updated_at FROM quick_answers WHERE landlord_id = \(landlord) AND answer_id = \(id)")
        guard let found else { throw NotFound() }
        return found
    }

    fileprivate func keep(_ answer: QuickAnswer, now: Date) throws {
        let key = searchKey(answer.title)
        let isTaken = try db.exists(
            "SELECT 1 FROM quick_answers WHERE landlord_id = \(landlord) AND title_key = \(key) AND answer_id <> \(answer.answerId)")
        if isTaken { throw TeamRefusal.nameTaken("There is a quick answer called “\(answer.title)”. Choose another title.") }
        try db.execute(
            """
            INSERT INTO quick_answers (landlord_id, answer_id, title, title_key, text, updated_at)
            VALUES (\(landlord), \(answer.answerId), \(answer.title), \(key), \(answer.text), \(now))
            ON CONFLICT (landlord_id, answer_id) DO UPDATE SET title = excluded.title, title_key = excluded.title_key,
                text = excluded.text, updated_at = excluded.updated_at
            """)
        try publish([.quickAnswer(answer.answerId)], now: now)
    }
}
