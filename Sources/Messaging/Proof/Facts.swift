import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// What is to be looked at anew.
struct Subjects: Sendable {
    var messages: Set<Message.ID> = []
    var contacts: Set<Contact.ID> = []
    var conversations: Set<Conversation.ID> = []
    var exports: Set<Export.ID> = []

    init() {}

    init(_ events: some Sequence<LiveEvent>) {
        for event in events {
            if let conversation = event.conversationId { conversations.insert(conversation) }
            switch event.kind {
            case .message: messages.insert(Message.ID(event.subjectId))
            case .contact: contacts.insert(Contact.ID(event.subjectId))
            case .export: exports.insert(Export.ID(event.subjectId))
            case .conversation, .account, .onboarding, .template, .entry, .person, .label, .quickAnswer: break
            }
        }
    }
}

extension LandlordRows {
    /// Everything that is known of these subjects and belongs into the chain, what was said before what became of it.
    func facts(about subjects: Subjects) throws -> [Fact] {
        let messages = try messages(ids: subjects.messages.sorted()).values.sorted { ($0.at, $0.messageId) < ($1.at, $1.messageId) }
        let threads = try threads(subjects.conversations.union(messages.map(\.conversationId)))
        let aside = try asides(of: messages, threads)
        var facts: [Fact] = []
        // STOP changes a contact and is told as a message: whoever wrote is looked at too.
        let people = subjects.contacts.union(threads.values.map(\.contactId))
        facts += try contacts(people.sorted(), removedToo: true).sorted { $0.contactId < $1.contactId }.compactMap(Fact.consent)
        for message in messages {
            let thread = threads[message.conversationId]
            facts.append(.said(message, on: thread.map { ($0.lineId, $0.phoneNumber) }, with: thread?.contactId))
            facts += aside[message.messageId] ?? []
            facts += Fact.delivery(of: message) + Fact.changes(of: message)
        }
        return facts + (try exports(subjects.exports.sorted()).map(Fact.export))
    }

    // Attempts that have ended, files and reactions, by message.
    private func asides(of messages: [Message], _ threads: [Conversation.ID: ThreadPlace]) throws -> [Message.ID: [Fact]] {
        var found: [Message.ID: [Fact]] = [:]
        for attempt in try endedAttempts(of: messages.filter { $0.direction == .outbound }.map(\.messageId)) {
            found[attempt.messageId, default: []].append(attempt.fact)
        }
        for (id, file) in try media(of: messages.filter(\.mayHaveFile).map(\.messageId)) {
            guard case .stored(let content) = file.state else { continue }
            found[id, default: []].append(
                Fact(
                    .file, "file", of: id.rawValue,
                    [
                        "id": .string(id.rawValue), "sha256": .string(content.digest), "type": .string(content.type.rawValue),
                        "bytes": .integer(Int64(content.bytes)),
                    ]))
        }
        let told = messages.compactMap { message in
            message.wamid.flatMap { wamid in threads[message.conversationId].map { (Aim(line: $0.lineId, wamid: wamid), message.messageId) }
            }
        }
        let aims = Dictionary(told, uniquingKeysWith: { first, _ in first })
        for reaction in try reactions(at: Array(aims.keys)) {
            guard let id = aims[Aim(line: reaction.lineId, wamid: reaction.targetWamid)] else { continue }
            found[id, default: []].append(reaction.fact(to: id))
        }
        return found
    }

    private func threads(_ ids: Set<Conversation.ID>) throws -> [Conversation.ID: ThreadPlace] {
        let found = try db.all(
            ThreadPlace.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(ids))
            SELECT c.conversation_id, c.contact_id, c.line_id, l.phone_number FROM wanted CROSS JOIN conversations c
            LEFT JOIN lines l ON l.landlord_id = c.landlord_id AND l.line_id = c.line_id
            WHERE c.landlord_id = owner AND c.conversation_id = wanted_id
            """)
        return Dictionary(found.map { ($0.conversationId, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func endedAttempts(of messages: [Message.ID]) throws -> [EndedAttempt] {
        guard !messages.isEmpty else { return [] }
        return try db.all(
            EndedAttempt.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(messages))
            SELECT a.message_id, a.number, a.outcome, a.wamid, a.error_code, a.error_details, a.started_at, a.finished_at
            FROM wanted CROSS JOIN attempts a
            WHERE a.landlord_id = owner AND a.message_id = wanted_id AND a.outcome <> 'calling' ORDER BY a.message_id, a.number
            """)
    }

    private func reactions(at aims: [Aim]) throws -> [StoredReaction] {
        guard !aims.isEmpty else { return [] }
        return try db.all(
            StoredReaction.self,
            """
            WITH wanted (line, wamid) AS \(pairs: aims.map { ($0.line.rawValue, $0.wamid) })
            SELECT r.line_id, r.target_wamid, r.direction, r.emoji, r.at FROM wanted CROSS JOIN reactions r
            WHERE r.landlord_id = \(landlord) AND r.line_id = wanted.line AND r.target_wamid = wanted.wamid
                AND r.direction IN ('in', 'out')
            ORDER BY r.target_wamid, r.direction
            """)
    }
}

private struct Aim: Hashable {
    let line: Line.ID
    let wamid: String
}

private struct ThreadPlace: Decodable {
    let conversationId: Conversation.ID
    let contactId: Contact.ID
    let lineId: Line.ID
    let phoneNumber: String?
}

private struct EndedAttempt: Decodable {
    let messageId: Message.ID
    let number: Int
    let outcome: Attempt.Outcome
    let wamid: String?
    let errorCode: Int?
    let errorDetails: String?
    let startedAt: Date
    let finishedAt: Date?

    var fact: Fact {
        Fact(
            .attempt, "attempt.\(number)", of: messageId.rawValue,
            [
                "id": .string(messageId.rawValue), "number": .integer(Int64(number)), "outcome": .string(outcome.rawValue),
                "wamid": .word(wamid), "code": errorCode.map { .integer(Int64($0)) } ?? .null, "details": .word(errorDetails),
                "startedAt": .moment(startedAt), "finishedAt": .moment(finishedAt),
            ])
    }
}

private struct StoredReaction: Decodable {
    let lineId: Line.ID
    let targetWamid: String
    let direction: Message.Direction
    let emoji: String?
    let at: Date

    func fact(to message: Message.ID) -> Fact {
        Fact(
            .reaction, "reaction.\(direction.rawValue)", of: message.rawValue,
            [
                "id": .string(message.rawValue), "by": .string(direction == .inbound ? "tenant" : "landlord"),
                "emoji": .word(emoji), "isTakenBack": .bool(emoji == nil), "at": .moment(at),
            ])
    }
}
