import Foundation
import SQLDatabase
import WhatsAppCloudAPI

@testable import Messaging

/// What would have been known had everything been delivered at once, in order, without a fault.
struct InOrderRun: Sendable {
    let seed: UInt64
    let timeline: [(at: Date, what: Occurrence)]

    func facts(on database: any Database) async throws -> Facts {
        let run = self
        return try await database.write { db in
            try Deeds.begin(on: db, now: Story.start)
            return try run.live(on: db)
        }
    }

    private func live(on db: any Connection) throws -> Facts {
        var bodies: [StoredBody] = []
        for (number, (now, what)) in timeline.enumerated() {
            let random = Randomness.seeded(mixed(seed, 77, UInt64(number)))
            switch what {
            case .deed(let deed, let host, _, let templates):
                var deeds = Deeds(db: db, now: now, random: random)
                try deeds.perform(deed, by: host, templates: templates)
            case .told(let event):
                bodies.append(try StoredBody([event], number: bodies.count, at: now))
                _ = try Applier.step(bodies[bodies.count - 1].items(isAgain: false), on: db, now: now, random: random)
            case .received(let call, let message, let wamid): try receive(call, message, wamid, db, now, random)
            case .tokenRefused(let host, let account):
                try db.execute(
                    """
                    UPDATE accounts SET status = 'reconnect'
                    WHERE landlord_id = \(host.id) AND account_id = \(account) AND status = 'connected'
                    """)
            }
            try applyReleased(bodies, db, now, random)
        }
        return try Facts(db) { bodies[StoredBody.number(of: $0)].keys[$1] }
    }

    private func applyReleased(_ bodies: [StoredBody], _ db: any Connection, _ now: Date, _ random: Randomness) throws {
        for _ in 0..<10 {
            let rows = try WaitingItems.released(on: db, limit: 1_000)
            guard !rows.isEmpty else { return }
            let items = rows.map { bodies[StoredBody.number(of: $0.eventId)].items(isAgain: true)[$0.part] }
            _ = try Applier.step(items, on: db, now: now, random: random)
        }
    }

    private func receive(
        _ call: SendCall, _ message: MessageRecord, _ wamid: String, _ db: any Connection, _ now: Date, _ random: Randomness
    ) throws {
        var random = random
        let rows = LandlordRows(call.landlord, db)
        let identity =
            switch call.message.recipient {
            case .to(let number): Identity.number(String(number.dropFirst()))
            case .user(let id): Identity(kind: .bsuid, value: id.rawValue)
            }
        guard let contact = try rows.holder(of: identity) else { return }
        let thread = try rows.openConversation(with: contact.contactId, on: call.lineID, now: now, random: &random)
        try db.execute(
            """
            INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, type, content, preview, richness, reply_to,
                state, at, created_at)
            VALUES (\(call.landlord), \(call.messageID), \(call.lineID), \(thread.conversationId), 'out', \(message.type),
                \(message.content), \(message.preview), \(message.richness), \(message.replyTo), 'queued', \(message.at), \(now))
            """)
        try db.execute(
            """
            INSERT INTO attempts (landlord_id, message_id, number, fence, phone_number_id, outcome, wamid, started_at)
            VALUES (\(call.landlord), \(call.messageID), 1, \(call.fence), \(call.phoneNumberID.rawValue), 'accepted', \(wamid), \(now))
            """)
        _ = try Sender(db: db, now: now, random: random).markAccepted([(call, SendReceipt(wamid: Wamid(rawValue: wamid)))])
    }
}
