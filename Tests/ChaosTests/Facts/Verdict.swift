import Foundation
import SQLDatabase

@testable import Messaging

/// Sends, and judges whether what was known at that moment allowed it: the rules once more, from the stored facts.
enum Verdict {
    static func send(
        _ draft: Draft, to tenant: String, _ rows: LandlordRows, person: Person.ID, _ now: Date, _ random: Randomness
    ) throws -> (Message?, fault: String?) {
        let before = try count(rows)
        do {
            let message = try Outgoing.send(
                SendOrder(draft: draft, addressee: .tenant(tenant), person: person, now: now, random: random), of: rows)
            let allowed = try reasons(against: draft, message, rows, now)
            return (message, allowed.isEmpty ? nil : "went out although \(allowed.joined(separator: ", "))")
        } catch let refusal as SendRefusal {
            if try count(rows) != before { return (nil, "a refusal stored something") }
            return (nil, try refusal.isRight(for: draft, to: tenant, rows, now) ? nil : "was refused as \(refusal.code) without reason")
        } catch is NotFound {
            return (nil, nil)
        }
    }

    private static func count(_ rows: LandlordRows) throws -> Int {
        try rows.db.first(
            Int.self,
            """
            SELECT (SELECT COUNT(*) FROM messages WHERE landlord_id = \(rows.landlord))
                + (SELECT COUNT(*) FROM outbox WHERE landlord_id = \(rows.landlord))
            """) ?? 0
    }

    private static func reasons(against draft: Draft, _ message: Message, _ rows: LandlordRows, _ now: Date) throws -> [String] {
        let known = try Known(conversation: message.conversationId, rows)
        var reasons: [String] = []
        if known.lineStatus == "disconnected" { reasons.append("the line is disconnected") }
        if draft.isTemplate {
            if known.optedOutAt != nil { reasons.append("the person opted out") }
            if known.optInAt == nil { reasons.append("the person never agreed") }
            if known.template != "APPROVED" { reasons.append("the template is \(known.template ?? "missing")") }
        } else if !known.isWindowOpen(at: now) {
            reasons.append("the window is closed")
        }
        return reasons
    }
}

/// What is stored about a thread at the moment of sending.
private struct Known: Decodable {
    let lastInboundAt: Date?
    let optedOutAt: Date?
    let optInAt: Date?
    let lineStatus: String
    let template: String?

    init(conversation: Conversation.ID, _ rows: LandlordRows) throws {
        let found = try rows.db.first(
            Known.self,
            """
            SELECT c.last_inbound_at, p.opted_out_at, p.opt_in_at, l.status AS line_status, t.status AS template FROM conversations c
            JOIN contacts p ON p.landlord_id = c.landlord_id AND p.contact_id = c.contact_id
            JOIN lines l ON l.landlord_id = c.landlord_id AND l.line_id = c.line_id
            LEFT JOIN templates t ON t.landlord_id = l.landlord_id AND t.waba_id = l.waba_id
            WHERE c.landlord_id = \(rows.landlord) AND c.conversation_id = \(conversation)
            """)
        guard let found else { throw NotFound() }
        self = found
    }

    func isWindowOpen(at now: Date) -> Bool {
        lastInboundAt.map { now < $0 + 86_400 } ?? false
    }
}

extension SendRefusal {
    fileprivate func isRight(for draft: Draft, to tenant: String, _ rows: LandlordRows, _ now: Date) throws -> Bool {
        let lines = try rows.lines().filter { $0.status != .disconnected }
        if case .noLine = self { return lines.isEmpty }
        // With several lines the choice of the line is part of the rule; that is judged when something goes out.
        guard lines.count == 1, let contact = try rows.contacts(externalIDs: [tenant])[tenant] else { return true }
        let threads = try rows.conversations(contact: contact.contactId, before: nil, limit: 10).items.filter {
            $0.lineID == lines[0].lineId
        }
        let known = try threads.first.map { try Known(conversation: $0.id, rows) }
        let template = try rows.template("rent_reminder", language: "en_GB", waba: lines[0].wabaId)
        switch self {
        case .windowClosed: return known.map { !$0.isWindowOpen(at: now) } ?? true
        case .optedOut:
            return contact.optedOutAt != nil && known?.isWindowOpen(at: now) != true || draft.isTemplate && contact.optedOutAt != nil
        case .noOptIn: return contact.optInAt == nil
        case .templateNotApproved: return template?.status != "APPROVED"
        default: return false
        }
    }
}
