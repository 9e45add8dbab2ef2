import Foundation
import Logging
import SQLDatabase

/// Brings back what was put off, once its time has come: lists work that out by themselves, but open pages must hear of it.
struct SnoozeLoop: Sendable {
    let database: any Database
    let hub: EventHub
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        let wake = Wake()
        await wake.loop(pausing: {
            do {
                let now = clock(), random = random()
                let landlords = try await database.write { try Snoozes.bringBack(on: $0, now: now, random: random) }
                if !landlords.isEmpty { await hub.wake(landlords) }
                return landlords.isEmpty ? .seconds(1) : .zero
            } catch {
                if !Task.isCancelled { logger.error("Bringing back what was put off failed", metadata: ["error": "\(error)"]) }
                return .seconds(1)
            }
        })
    }
}

/// Conversations that were put off until now.
enum Snoozes {
    private struct Due: Decodable {
        let landlordId: Landlord.ID
        let conversationId: Conversation.ID
        let unread: Int
        let assignedTo: Person.ID?
    }

    /// Some of them, once each, whichever process asks. Answers whose they are.
    static func bringBack(on db: any Connection, now: Date, random: Randomness) throws -> Set<Landlord.ID> {
        let due = try db.all(
            Due.self,
            """
            WITH due AS \(SQL(sqlite: "", postgres: "MATERIALIZED")) (
                SELECT landlord_id, conversation_id FROM conversations
                WHERE snoozed_until IS NOT NULL AND snoozed_until <= \(now) ORDER BY snoozed_until LIMIT 100 \(SQL.skipLocked))
            UPDATE conversations SET snoozed_until = NULL WHERE (landlord_id, conversation_id) IN (SELECT landlord_id, conversation_id FROM due)
            RETURNING landlord_id, conversation_id, unread, assigned_to
            """)
        var random = random, changes: [Landlord.ID: [Change]] = [:]
        for one in due.sorted(by: { ($0.landlordId, $0.conversationId) < ($1.landlordId, $1.conversationId) }) {
            changes[one.landlordId, default: []].append(.conversation(one.conversationId))
            // Whoever wrote has brought it back before.
            guard one.unread == 0 else { continue }
            let entry = Entry(.awake, in: one.conversationId, by: nil, about: one.assignedTo, now: now, random: &random)
            try LandlordRows(one.landlordId, db).store(entry, clientID: nil)
            changes[one.landlordId, default: []].append(.entry(entry.entryId, in: one.conversationId))
        }
        try LiveChanges.publish(changes, on: db, now: now)
        return Set(changes.keys)
    }
}
