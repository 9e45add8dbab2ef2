import Foundation
import SQLDatabase

/// A word of the landlord's own for conversations of a kind.
public struct Label: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Label>

    /// How many a landlord may have: more than a person overlooks are none.
    public static let most = 20

    public let labelId: ID
    public let name: String
    /// One of six colours that its name is written in, 0 to 5.
    public let hue: Int
}

extension Desk {
    /// The landlord's labels by name.
    public func labels() async throws -> [Label] { try await read { try $0.labels() } }

    /// Makes a label; one of that name is not made twice. Throws `TeamRefusal`.
    public func addLabel(_ name: String) async throws -> Label {
        try membership.check(.organise)
        let name = try GivenName(name, longest: 30, what: "label").text
        return try await write(.organise) { rows, now, random in
            let known = try rows.labels()
            if let same = known.first(where: { searchKey($0.name) == searchKey(name) }) { return same }
            guard known.count < Label.most else {
                throw TeamRefusal.tooMany("There are \(Label.most) labels. Take one away first.")
            }
            // The colour that fewest have.
            let hue = (0..<6).min { one, other in known.count { $0.hue == one } < known.count { $0.hue == other } } ?? 0
            let label = Label(labelId: Label.ID(now: now, random: &random), name: name, hue: hue)
            try rows.db.execute(
                """
                INSERT INTO labels (landlord_id, label_id, name, name_key, hue, created_at)
                VALUES (\(rows.landlord), \(label.labelId), \(name), \(searchKey(name)), \(hue), \(now))
                """)
            try rows.publish([.label(label.labelId)], now: now)
            return label
        }
    }

    /// Takes a label away, from every conversation too. Throws `NotFound`.
    public func removeLabel(_ id: Label.ID) async throws {
        try await write(.organise) { rows, now, _ in
            guard try rows.db.execute("DELETE FROM labels WHERE landlord_id = \(rows.landlord) AND label_id = \(id)") == 1 else {
                throw NotFound()
            }
            let wore = try rows.db.all(
                Conversation.ID.self,
                "DELETE FROM conversation_labels WHERE landlord_id = \(rows.landlord) AND label_id = \(id) RETURNING conversation_id")
            try rows.publish([.label(id)] + wore.sorted().map { .conversation($0) }, now: now)
        }
    }

    /// Gives a conversation these labels and no others. Throws `NotFound` for a label that is not the landlord's.
    public func label(_ conversation: Conversation.ID, with labels: [Label.ID]) async throws {
        try await write(.organise) { rows, now, _ in
            _ = try rows.conversation(conversation)
            let known = Set(try rows.labels().map(\.labelId)), wanted = Set(labels)
            guard wanted.isSubset(of: known) else { throw NotFound() }
            let before = Set(try rows.labels(of: [conversation])[conversation]?.map(\.labelId) ?? [])
            guard before != wanted else { return }
            for gone in before.subtracting(wanted).sorted() {
                try rows.db.execute(
                    """
                    DELETE FROM conversation_labels
                    WHERE landlord_id = \(rows.landlord) AND conversation_id = \(conversation) AND label_id = \(gone)
                    """)
            }
            try rows.db.execute(each: wanted.subtracting(before).sorted()) { id in
                """
                INSERT INTO conversation_labels (landlord_id, conversation_id, label_id)
                VALUES (\(rows.landlord), \(conversation), \(id)) ON CONFLICT (landlord_id, conversation_id, label_id) DO NOTHING
                """
            }
            try rows.publish([.conversation(conversation)], now: now)
        }
    }
}

extension LandlordRows {
    func labels() throws -> [Label] {
        try db.all(Label.self, "SELECT label_id, name, hue FROM labels WHERE landlord_id = \(landlord) ORDER BY name_key, label_id")
    }

    /// The labels of conversations, for those that have any.
    func labels(of conversations: [Conversation.ID]) throws -> [Conversation.ID: [Label]] {
        guard !conversations.isEmpty else { return [:] }
        let found = try db.all(
            Worn.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(conversations))
            SELECT c.conversation_id, l.label_id, l.name, l.hue FROM wanted
            CROSS JOIN conversation_labels c JOIN labels l ON l.landlord_id = c.landlord_id AND l.label_id = c.label_id
            WHERE c.landlord_id = owner AND c.conversation_id = wanted_id
            """)
        return Dictionary(grouping: found, by: \.conversationId)
            .mapValues { worn in
                worn.map { Label(labelId: $0.labelId, name: $0.name, hue: $0.hue) }
                    .sorted { (searchKey($0.name), $0.labelId) < (searchKey($1.name), $1.labelId) }
            }
    }

    private struct Worn: Decodable {
        let conversationId: Conversation.ID
        let labelId: Label.ID
        let name: String
        let hue: Int
    }
}
