import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A browser that is to be told of a message, claimed by this process.
struct DueNotice: Sendable {
    let landlord: Landlord.ID
    let person: Person.ID
    let device: String
    let conversation: Conversation.ID
    let message: Message.ID
    /// Which try this is, from 1 on.
    let tries: Int
    let sealedSubscription: String
    /// What is told, as JSON that the service worker reads.
    let text: [UInt8]
}

/// What telling a browser came to.
enum PushOutcome: Sendable, Equatable {
    case told
    /// The browser has unsubscribed: it is forgotten.
    case gone
    /// It may work later.
    case again(after: TimeInterval?)
    /// It will not work.
    case refused
}

/// Decides which browsers are told of what. Pure steps over a connection; `PushLoop` makes the calls.
struct PushQueue {
    /// Somebody who sits at the page sees a message, and answers it, within this time.
    static let patience: TimeInterval = 6
    /// What is older by then is no news.
    static let fresh: TimeInterval = 600
    /// Between two looks at one landlord's events.
    static let pause: TimeInterval = 1
    static let lease: TimeInterval = 60
    static let mostTries = 6
    /// Calls at once.
    static let places = 16

    let db: any Connection
    let now: Date

    /// Whether a step has something to do: asked first, so that an idle second takes nobody's turn to write.
    func isBusy() throws -> Bool {
        try db.exists("SELECT 1 FROM push_notices WHERE due_at <= \(now) AND (lease_until IS NULL OR lease_until < \(now))")
            || db.exists(watches(limit: 1))
    }

    /// Looks through what is new for a few landlords and notes whom to tell. Nothing of it is asked of those who bring messages in: live
    /// events have numbers, and up to which one they were looked at is kept. Answers whether anybody had something new.
    func look() throws -> Bool {
        let watches = try db.all(Watch.self, "\(watches(limit: 5)) \(SQL.skipLocked(of: "w"))")
        for watch in watches {
            let rows = LandlordRows(watch.landlordId, db)
            let events = try rows.liveEvents(after: watch.sequence)
            let conversations = Set(events.filter { $0.kind == .message }.compactMap(\.conversationId)).sorted()
            for news in try unread(conversations, of: rows) { try note(news, of: watch.landlordId) }
            // Whoever has more goes on at once, behind those who wait.
            let end = events.last?.sequence ?? watch.liveSequence
            try db.execute(
                """
                UPDATE push_watches SET sequence = \(end), looked_at = \(end < watch.liveSequence ? now - Self.pause : now)
                WHERE landlord_id = \(watch.landlordId)
                """)
        }
        return !watches.isEmpty
    }

    /// Landlords with something new, those first who were looked at longest ago.
    private func watches(limit: Int) -> SQL {
        """
        SELECT w.landlord_id, w.sequence, l.live_sequence FROM push_watches w JOIN landlords l ON l.landlord_id = w.landlord_id
        WHERE l.live_sequence > w.sequence AND w.looked_at <= \(now - Self.pause)
            AND EXISTS (SELECT 1 FROM push_devices d WHERE d.landlord_id = w.landlord_id)
        ORDER BY w.looked_at, w.landlord_id LIMIT \(limit)
        """
    }

    private func unread(_ conversations: [Conversation.ID], of rows: LandlordRows) throws -> [News] {
        guard !conversations.isEmpty else { return [] }
        return try db.all(
            News.self,
            """
            WITH wanted (owner, wanted_id) AS \(rows.wanted(conversations))
            SELECT c.conversation_id, (
                SELECT m.message_id FROM messages m
                WHERE m.landlord_id = c.landlord_id AND m.conversation_id = c.conversation_id AND m.direction = 'in'
                ORDER BY m.at DESC, m.message_id DESC LIMIT 1) AS message_id
            FROM wanted CROSS JOIN conversations c
            WHERE c.landlord_id = owner AND c.conversation_id = wanted_id AND c.unread > 0 AND c.last_inbound_at > \(now - Self.fresh)
            """)
    }

    // Whoever was told of this very message already is not told again; who is still to be told of an older one is told of both at once.
    private func note(_ news: News, of landlord: Landlord.ID) throws {
        guard let message = news.messageId else { return }
        try db.execute(
            """
            INSERT INTO push_notices (landlord_id, conversation_id, person_id, device_id, message_id, due_at, noticed_at)
            SELECT d.landlord_id, CAST(\(news.conversationId) AS TEXT), d.person_id, d.device_id, CAST(\(message) AS TEXT),
                CAST(\(now + Self.patience) AS BIGINT), CAST(\(now) AS BIGINT)
            FROM push_devices d JOIN members p ON p.landlord_id = d.landlord_id AND p.person_id = d.person_id
            WHERE d.landlord_id = \(landlord)
            ON CONFLICT (landlord_id, conversation_id, person_id, device_id) DO UPDATE SET message_id = excluded.message_id,
                due_at = COALESCE(push_notices.due_at, excluded.due_at), noticed_at = excluded.noticed_at, tries = 0
                WHERE push_notices.message_id <> excluded.message_id
            """)
    }

    /// Claims notices whose time has come and that are still news.
    func claim() throws -> [DueNotice] {
        let rows = try db.all(
            NoticeRow.self,
            """
            SELECT n.landlord_id, n.conversation_id, n.person_id, n.device_id, n.message_id, n.tries, d.subscription_sealed, d.shows_words
            FROM push_notices n LEFT JOIN push_devices d
                ON d.landlord_id = n.landlord_id AND d.person_id = n.person_id AND d.device_id = n.device_id
            WHERE n.due_at <= \(now) AND (n.lease_until IS NULL OR n.lease_until < \(now))
            ORDER BY n.due_at LIMIT \(Self.places) \(SQL.skipLocked(of: "n"))
            """)
        let claimed = try rows.map { try notice($0) }
        try db.execute(each: zip(rows, claimed).filter { $0.1 == nil }.map(\.0)) { row in
            "UPDATE push_notices SET due_at = NULL, lease_until = NULL WHERE \(row.key)"
        }
        try db.execute(each: zip(rows, claimed).filter { $0.1 != nil }.map(\.0)) { row in
            "UPDATE push_notices SET lease_until = \(now + Self.lease), tries = tries + 1 WHERE \(row.key)"
        }
        return claimed.compactMap { $0 }
    }

    // Nil for what somebody has seen meanwhile, or has before their eyes.
    private func notice(_ row: NoticeRow) throws -> DueNotice? {
        let rows = LandlordRows(row.landlordId, db)
        guard let sealed = row.subscriptionSealed, row.tries < Self.mostTries,
            let thread = try rows.conversationIfThere(row.conversationId), thread.unread > 0,
            let message = try rows.messages(ids: [row.messageId])[row.messageId],
            try !PresenceRows.isOpen(row.conversationId, of: row.landlordId, on: db, now: now)
        else { return nil }
        let body = row.showsWords == true ? NoticeWords(message).text : NoticeWords.count(thread.unread)
        let text: JSONValue = [
            "title": .string(NoticeWords.shortened(thread.contact.displayName)), "body": .string(body),
            "conversation": .string(thread.id.rawValue), "unread": .integer(Int64(thread.unread)),
        ]
        return DueNotice(
            landlord: row.landlordId, person: row.personId, device: row.deviceId, conversation: row.conversationId,
            message: row.messageId, tries: row.tries + 1, sealedSubscription: sealed, text: text.serialized)
    }

    /// Writes down what telling came to. Told twice, a browser shows it once: its notifications are named by the conversation.
    func record(_ outcome: PushOutcome, of notice: DueNotice, random: inout Randomness) throws {
        let rows = LandlordRows(notice.landlord, db)
        switch outcome {
        case .gone:
            _ = try rows.removePushDevice(notice.device, of: notice.person)
        case .told, .refused:
            try settle(notice, dueAt: "NULL")
        case .again(let pause):
            let next = now + max(pause ?? 0, RetryPolicy.backoff(notice.tries + 2, random: &random))
            try settle(notice, dueAt: notice.tries < Self.mostTries ? "CAST(\(next) AS BIGINT)" : "NULL")
        }
    }

    // A newer message that came meanwhile stays due.
    private func settle(_ notice: DueNotice, dueAt: SQL) throws {
        try db.execute(
            """
            UPDATE push_notices SET lease_until = NULL, due_at = CASE WHEN message_id = \(notice.message) THEN \(dueAt) ELSE due_at END
            WHERE landlord_id = \(notice.landlord) AND conversation_id = \(notice.conversation)
                AND person_id = \(notice.person) AND device_id = \(notice.device)
            """)
    }

    /// Of what was told a week ago nothing new can come; some at a time.
    static func forgetOld(on db: any Connection, now: Date) throws {
        let old = try db.all(
            NoticeKey.self,
            """
            SELECT landlord_id, conversation_id, person_id, device_id FROM push_notices
            WHERE noticed_at < \(now - 7 * 86_400) ORDER BY noticed_at LIMIT 500
            """)
        try db.execute(each: old) { "DELETE FROM push_notices WHERE \($0.key)" }
    }
}

private struct Watch: Decodable {
    let landlordId: Landlord.ID
    let sequence: Int64
    let liveSequence: Int64
}

private struct News: Decodable {
    let conversationId: Conversation.ID
    let messageId: Message.ID?
}

private protocol NamesNotice {
    var landlordId: Landlord.ID { get }
    var conversationId: Conversation.ID { get }
    var personId: Person.ID { get }
    var deviceId: String { get }
}

extension NamesNotice {
    var key: SQL {
        """
        landlord_id = \(landlordId) AND conversation_id = \(conversationId) AND person_id = \(personId) AND device_id = \(deviceId)
        """
    }
}

private struct NoticeKey: Decodable, NamesNotice {
    let landlordId: Landlord.ID
    let conversationId: Conversation.ID
    let personId: Person.ID
    let deviceId: String
}

private struct NoticeRow: Decodable, NamesNotice {
    let landlordId: Landlord.ID
    let conversationId: Conversation.ID
    let personId: Person.ID
    let deviceId: String
    let messageId: Message.ID
    let tries: Int
    let subscriptionSealed: String?
    let showsWords: Bool?
}
