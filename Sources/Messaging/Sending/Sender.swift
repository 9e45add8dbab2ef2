import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A call to Meta that has been committed as an attempt and must now be made, once.
public struct SendCall: Sendable {
    let landlord: Landlord.ID
    let messageID: Message.ID
    let contactID: Contact.ID
    let lineID: Line.ID
    let accountID: Identifier<WhatsAppAccount>
    let number: Int
    /// Proves that an answer belongs to this very attempt; travels as `biz_opaque_callback_data`.
    let fence: String
    let phoneNumberID: PhoneNumberID
    let sealedToken: String?
    let claimedAt: Date
    public let message: OutgoingMessage

    var line: LineKey { LineKey(landlord: landlord, line: lineID) }
}

/// What a call came to.
public enum SendResult: Sendable {
    case accepted(SendReceipt)
    case failed(GraphFailure)
    /// The token could not be opened, or the call was begun too late: nothing left this process.
    case notStarted(String)
}

/// A line among all landlords' lines.
struct LineKey: Hashable, Comparable {
    let landlord: Landlord.ID
    let line: Line.ID

    /// Before all others.
    static let first = LineKey(landlord: Landlord.ID(""), line: Line.ID(""))

    static func < (one: Self, other: Self) -> Bool { (one.landlord, one.line) < (other.landlord, other.line) }
}

/// What a process can take on now.
struct SendRoom: Sendable {
    /// Calls that may be begun.
    var free: Int
    /// Calls under way by line: no line may take all connections.
    var underWay: [LineKey: Int] = [:]
    /// Lines after this one are looked at first.
    var after = LineKey.first
    /// Messages that came in since the last claim.
    var inbound: [PhoneNumberID: Int] = [:]
}

/// What a claim came to.
struct SendClaim: Sendable {
    var calls: [SendCall] = []
    /// Landlords with something new to see: messages that were refused here.
    var changed: Set<Landlord.ID> = []
    /// Where the next claim goes on; nil when the last line with waiting messages was looked at.
    var resumeAfter: LineKey?
    /// When something that had to wait may go.
    var next: Date?

    /// Whether anything was there to be sent, now or later.
    var hasQueue: Bool { !calls.isEmpty || !changed.isEmpty || next != nil }

    mutating func look(at time: Date) {
        next = next.map { min($0, time) } ?? time
    }
}

/// Decides what goes out and what an answer means. Pure steps over a connection; `SenderLoop` makes the calls.
public struct Sender {
    /// How long a claim lasts without its process renewing it: what a process left behind when it died waits for so long.
    static let lease: TimeInterval = 6
    static let checking: TimeInterval = 10 * 60
    /// Messages per claim: enough to share a transaction's cost, few enough to hold SQLite's writer for milliseconds.
    static let batch = 128

    let db: any Connection
    let now: Date
    var random: Randomness
    let process: String

    /// `process` names who makes the calls, where several do.
    public init(db: any Connection, now: Date, random: Randomness, process: String = "") {
        self.db = db
        self.now = now
        self.random = random
        self.process = process
    }

    /// Claims up to `limit` messages, fairly across landlords and in order within a conversation, and commits an attempt for each.
    public mutating func step(limit: Int) throws -> [SendCall] {
        try claim(SendRoom(free: limit)).calls
    }

    /// Claims what the room, the numbers' pace and fairness allow.
    mutating func claim(_ room: SendRoom) throws -> SendClaim {
        try db.useIndexes()
        var claim = SendClaim()
        var locked: [(DueLine, Pace)] = []
        for key in try dueLines(after: room.after, &claim) {
            guard let line = try lock(key) else {
                // Another process is serving it in this moment.
                claim.look(at: now + 0.005)
                continue
            }
            var pace = line.pace
            pace.spend(room.inbound[PhoneNumberID(rawValue: line.phoneNumberId)] ?? 0, at: now)
            locked.append((line, pace))
        }
        var share = Share(room: room, lines: locked.count)
        var taken: [(DueLine, DueMessage)] = []
        for index in locked.indices {
            let line = locked[index].0
            taken += try take(from: line, &locked[index].1, &share, &claim).map { (line, $0) }
        }
        try store(locked.filter { $0.pace != $1 }.map { ($0.key, $1) })
        claim.calls = try begin(taken, &claim)
        return claim
    }

    private func take(from line: DueLine, _ pace: inout Pace, _ share: inout Share, _ claim: inout SendClaim) throws -> [DueMessage] {
        let allowed = pace.allowance(at: now)
        let (limit, isCut) = share.next(for: line.key, allowed: allowed)
        let messages = limit > 0 ? try takeHeads(of: line.key, limit: limit, &claim) : []
        pace.spend(messages.count, at: now)
        share.spend(messages.count)
        if messages.count == limit {
            if limit == allowed { claim.look(at: pace.nextAllowance(after: now)) }
            if isCut { claim.look(at: now) }
        }
        return messages
    }

    private mutating func begin(_ taken: [(DueLine, DueMessage)], _ claim: inout SendClaim) throws -> [SendCall] {
        var calls: [SendCall] = []
        var refused: [(DueLine, DueMessage, String)] = []
        for (line, message) in taken {
            guard let recipient = message.recipient else {
                refused.append((line, message, SendRefusal.noAddress.message))
                continue
            }
            guard let content = try? JSONDecoder().decode(OutgoingMessage.Content.self, from: Data(message.content.utf8)) else {
                // One unreadable row must not hold up everybody else's.
                refused.append((line, message, "This message can no longer be read. Write it again."))
                continue
            }
            calls.append(call(line, message, content, to: recipient))
        }
        try commit(calls)
        try refuse(refused, &claim)
        return calls
    }

    private mutating func call(
        _ line: DueLine, _ row: DueMessage, _ content: OutgoingMessage.Content, to recipient: OutgoingMessage.Recipient
    ) -> SendCall {
        let fence = "zr-" + uuidV7(now: now, random: &random)
        return SendCall(
            landlord: line.landlordId, messageID: row.messageId, contactID: row.contactId, lineID: line.lineId,
            accountID: line.accountId, number: row.tries + 1, fence: fence, phoneNumberID: PhoneNumberID(rawValue: line.phoneNumberId),
            sealedToken: line.tokenSealed, claimedAt: now,
            message: OutgoingMessage(
                recipient: recipient, replyTo: row.replyTo.map(Wamid.init(rawValue:)), callbackData: fence, content: content))
    }

    // The message itself is not touched: until Meta has answered it stands as queued, and its open attempt tells that a call is made. Its
    // half hour of tries begins with the first one: what waited for its turn in a long queue must not fail at the first hiccup.
    private func commit(_ calls: [SendCall]) throws {
        try db.executeWithNext(each: calls) { call in
            """
            UPDATE outbox SET ready = FALSE, lease_until = \(now + Self.lease), claimed_by = \(process), tries = \(call.number),
                give_up_at = CASE WHEN tries = 0 THEN \(now + RetryPolicy.patience) ELSE give_up_at END
            WHERE landlord_id = \(call.landlord) AND message_id = \(call.messageID)
            """
        }
        try db.insert(
            into: "attempts (landlord_id, message_id, number, fence, phone_number_id, outcome, started_at)", each: calls
        ) { call in
            """
            (\(call.landlord), \(call.messageID), \(call.number), \(call.fence), \(call.phoneNumberID.rawValue),
                \(Attempt.Outcome.calling), \(now))
            """
        }
    }

    private func refuse(_ refused: [(DueLine, DueMessage, String)], _ claim: inout SendClaim) throws {
        var changes = SendChanges()
        for (line, message, reason) in refused {
            try LandlordRows(line.landlordId, db).refuse(message.messageId, code: nil, details: reason, now: now)
            changes.moved(message.messageId, in: message.conversationId, of: line.landlordId)
        }
        try changes.publish(on: db, now: now)
        claim.changed = changes.landlords
    }

    /// Whether anything at all could be claimed, now or later.
    func hasQueue() throws -> Bool {
        try db.exists("SELECT 1 FROM outbox WHERE ready")
    }

    /// Whether this process has claims: calls under way, or answers that are not written down yet.
    func hasClaims() throws -> Bool {
        try db.exists("SELECT 1 FROM outbox WHERE lease_until IS NOT NULL AND claimed_by = \(process)")
    }

    /// Keeps the claims of this process. Answers how many there are.
    func renew() throws -> Int {
        try db.execute(
            """
            WITH mine AS MATERIALIZED (
                SELECT landlord_id, message_id FROM outbox WHERE lease_until IS NOT NULL AND claimed_by = \(process) \(SQL.skipLocked))
            UPDATE outbox SET lease_until = \(now + Self.lease) WHERE (landlord_id, message_id) IN (SELECT landlord_id, message_id FROM mine)
            """)
    }
}

extension Connection {
    /// For the rest of the transaction. A queue is nearly always empty or long and a landlord small or large, while PostgreSQL's statistics lag
    /// behind: they must not decide how rows are found that have an index each.
    func useIndexes() throws {
        guard dialect == .postgres else { return }
        try executeWithNext("SELECT set_config('enable_seqscan', 'off', TRUE), set_config('enable_bitmapscan', 'off', TRUE)")
    }
}

/// The business account behind a line; its token opens Meta's doors.
public enum WhatsAppAccount {}

/// Shares a claim's messages out among the lines that want some: an even share each, and never all connections to one.
private struct Share {
    private let underWay: [LineKey: Int]
    private var free: Int
    private var left: Int
    private var lines: Int

    init(room: SendRoom, lines: Int) {
        underWay = room.underWay
        free = room.free
        left = min(room.free, Sender.batch)
        self.lines = lines
    }

    /// How many messages the line may send, and whether it could send more at once if the others had had their turn.
    mutating func next(for line: LineKey, allowed: Int) -> (limit: Int, isCut: Bool) {
        let even = max(1, left / max(1, lines))
        lines -= 1
        let wanted = min(allowed, underWay[line] == nil ? max(1, free / 2) : free / 2)
        let limit = min(wanted, left, even)
        return (limit, limit < wanted)
    }

    mutating func spend(_ messages: Int) {
        left -= messages
        free -= messages
    }
}
