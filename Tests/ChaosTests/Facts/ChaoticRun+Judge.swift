import Foundation
import SQLDatabase

@testable import Messaging

/// What must hold at the end of every run, whatever happened in it.
extension ChaoticRun {
    private struct MessageRow: Decodable, Sendable {
        let messageId: Message.ID
        let state: Message.State
        let wamid: String?
    }

    mutating func judge() async throws {
        try await judgePhones()
        faults += try await database.read { db in
            try Self.brokenThreads(db) + Self.gapsInLiveEvents(db) + Self.strandedParts(db)
        }
    }

    private mutating func judgePhones() async throws {
        let (messages, accepted) = try await database.read { db in
            let accepted = try db.all(String.self, "SELECT wamid FROM attempts WHERE outcome = 'accepted' ORDER BY wamid")
            return (try db.all(MessageRow.self, "SELECT message_id, state, wamid FROM messages WHERE direction = 'out'"), accepted)
        }
        if accepted != meta.phones.map(\.wamid).sorted() {
            faults.append("the outbox counts \(accepted) as accepted, phones received \(meta.phones.map(\.wamid).sorted())")
        }
        for row in messages {
            guard let known = sent[row.messageId] else { continue }
            let received = meta.phones.filter { $0.message == row.messageId }
            let name = "message of scene \(known.scene)"
            if received.count > 1 { faults.append("\(name) reached a phone \(received.count) times") }
            if let first = received.first, row.state != .accepted || row.wamid != first.wamid {
                faults.append("\(name) reached a phone and is \(row.state.rawValue)")
            }
            if received.isEmpty, ![.queued, .refused, .probablyNotSent].contains(row.state) {
                faults.append("\(name) reached no phone and is \(row.state.rawValue)")
            }
        }
        judgeOrder()
    }

    private mutating func judgeOrder() {
        var last: [Conversation.ID: Int] = [:]
        for received in meta.phones {
            guard let known = sent[received.message] else { continue }
            if let before = last[known.conversation], before > known.scene {
                faults.append("message of scene \(before) came before that of scene \(known.scene)")
            }
            last[known.conversation] = known.scene
        }
    }

    private static func brokenThreads(_ db: any Connection) throws -> [String] {
        try db.all(
            String.self,
            """
            SELECT c.conversation_id FROM conversations c WHERE EXISTS (SELECT 1 FROM messages m
                WHERE m.landlord_id = c.landlord_id AND m.conversation_id = c.conversation_id) AND (c.last_message_id IS NULL
                OR c.active_slot <> c.last_message_at / 600000
                OR c.last_message_at <> (SELECT MAX(m.at) FROM messages m
                    WHERE m.landlord_id = c.landlord_id AND m.conversation_id = c.conversation_id)
                OR NOT EXISTS (SELECT 1 FROM messages m WHERE m.landlord_id = c.landlord_id AND m.message_id = c.last_message_id
                    AND m.conversation_id = c.conversation_id AND m.at = c.last_message_at))
            """
        ).map { _ in "a conversation does not stand at its newest message" }
    }

    private static func gapsInLiveEvents(_ db: any Connection) throws -> [String] {
        try db.all(
            String.self,
            """
            SELECT l.landlord_id FROM landlords l WHERE l.live_sequence <>
                (SELECT COALESCE(SUM(b.last_sequence - b.first_sequence + 1), 0) FROM live_blocks b WHERE b.landlord_id = l.landlord_id)
            """
        ).map { "the live events of \($0) have gaps" }
    }

    private static func strandedParts(_ db: any Connection) throws -> [String] {
        try db.all(String.self, "SELECT event_id FROM waiting_items WHERE reason = 'failed' OR released_at IS NOT NULL")
            .map { "a part of event \($0) was set aside or never tried again" }
    }
}
