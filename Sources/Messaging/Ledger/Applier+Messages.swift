import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Applier {
    mutating func take(_ message: InboundMessage, _ item: LedgerItem) throws {
        // Group chats are another product; their words stay in the ledger.
        guard message.groupID == nil, let number = item.item.phoneNumberID else { return applied.append(item) }
        if let target = message.content.target {
            return try take(message.content, about: target, own: message.id, at: message.timestamp, from: .inbound, raw: message.raw, item)
        }
        guard let kept = item.kept else { return applied.append(item) }
        if let route = routing.route(number, message.id) {
            if let id = route.messageId, enrich(id, with: kept) { try takeBelatedWords(message, of: id, item) }
            return applied.append(item)
        }
        let identities = item.identities
        switch routing.owner(of: item, at: message.timestamp) {
        case .failure(let reason): park(item, reason)
        case .success(let owner):
            guard !identities.isEmpty else { throw Unplaceable(reason: "The message names neither a number nor an ID of its sender.") }
            try add(message, kept, item, to: owner)
            applied.append(item)
        }
    }

    private mutating func add(_ message: InboundMessage, _ kept: KeptContent, _ item: LedgerItem, to owner: Routing.Owner) throws {
        let contact = try people.contact(item.sightings, of: owner.landlordId, random: &random)
        people.note(
            Profile(name: message.profileName, username: message.username, at: message.timestamp, wamid: message.id.rawValue), of: contact,
            in: threads.conversation(of: contact, on: owner.lineId, landlord: owner.landlordId), landlord: owner.landlordId)
        if let agreed = message.content.consent {
            try LandlordRows(owner.landlordId, db).note(
                consent: agreed, of: contact, at: message.timestamp, wamid: message.id.rawValue)
        }
        let opens = message.opensWindow && item.isSince(owner.provenAt, at: message.timestamp)
        try place(
            kept, wamid: message.id, direction: .inbound, state: .received, at: message.timestamp, contact: contact,
            owner: owner, replyTo: message.context?.messageID, opensWindowAt: opens ? message.timestamp : nil,
            counts: message.content.counts)
    }

    /// What the landlord wrote in the phone app (coexistence).
    mutating func take(_ echo: MessageEcho, _ item: LedgerItem) throws {
        guard let number = item.item.phoneNumberID else { return applied.append(item) }
        if let target = echo.content.target {
            return try take(echo.content, about: target, own: echo.id, at: echo.timestamp, from: .outbound, raw: echo.raw, item)
        }
        guard let kept = item.kept else { return applied.append(item) }
        if let route = routing.route(number, echo.id) {
            if let id = route.messageId { _ = enrich(id, with: kept) }
            return applied.append(item)
        }
        let sightings = item.sightings
        switch routing.owner(of: item, at: echo.timestamp) {
        case .failure(let reason): park(item, reason)
        case .success(let owner):
            guard !sightings.isEmpty else { throw Unplaceable(reason: "The echo does not say to whom it was sent.") }
            let contact = try people.contact(sightings, of: owner.landlordId, random: &random)
            try place(
                kept, wamid: echo.id, direction: .outbound, state: .accepted, at: echo.timestamp, contact: contact,
                owner: owner, replyTo: nil, opensWindowAt: nil, counts: false)
            applied.append(item)
        }
    }

    mutating func place(
        _ content: KeptContent, wamid: Wamid, direction: Message.Direction, state: Message.State, at time: Date, contact: Contact.ID,
        owner: Routing.Owner, replyTo: Wamid?, opensWindowAt: Date?, counts: Bool
    ) throws {
        guard let conversation = threads.conversation(of: contact, on: owner.lineId, landlord: owner.landlordId) else { return }
        // Within a second the order of arrival is all there is.
        let id = Message.ID(now: now, place: routing.decided.count, random: &random)
        let record = MessageRecord(
            landlordId: owner.landlordId, messageId: id, lineId: owner.lineId, conversationId: conversation, direction: direction,
            wamid: wamid.rawValue, type: content.type, content: content.body, preview: content.preview, richness: content.richness,
            replyTo: replyTo?.rawValue, state: state, at: time)
        threads.add(record, opensWindowAt: opensWindowAt, counts: counts)
        if content.hasFile { threads.want(fileOf: record) }
        routing.decide(PhoneNumberID(rawValue: owner.phoneNumberId), wamid, owner.landlordId, id)
        changed(owner.landlordId, .message(id, in: conversation))
        changed(owner.landlordId, .conversation(conversation))
    }

    /// What a placeholder could not tell: words may open the window, ask for silence, and quote.
    private mutating func takeBelatedWords(_ message: InboundMessage, of id: Message.ID, _ item: LedgerItem) throws {
        guard let record = threads.message(id), let contact = threads.contact(of: record.conversationId) else { return }
        if let quoted = message.context?.messageID {
            threads.change(id) { known in
                known.replyTo = known.replyTo ?? quoted.rawValue
                return true
            }
        }
        if let agreed = message.content.consent {
            try LandlordRows(record.landlordId, db).note(consent: agreed, of: contact, at: message.timestamp, wamid: message.id.rawValue)
        }
        guard message.opensWindow, let owner = item.item.phoneNumberID.flatMap({ routing.owners[$0.rawValue] }),
            owner.landlordId == record.landlordId, item.isSince(owner.provenAt, at: message.timestamp)
        else { return }
        threads.openWindow(of: record.conversationId, at: message.timestamp)
    }

    /// The same wamid again: the richest content stays, whichever came first. Answers whether this one is richer.
    @discardableResult
    mutating func enrich(_ id: Message.ID, with content: KeptContent) -> Bool {
        guard let before = threads.message(id), before.direction == .inbound || before.richness < 2 else { return false }
        let richer =
            content.richness == before.richness
            ? before.content.utf8.lexicographicallyPrecedes(content.body.utf8) : content.richness > before.richness
        guard richer else { return false }
        threads.change(id) { record in
            (record.type, record.content, record.richness) = (content.type, content.body, content.richness)
            if record.editedContent == nil { record.preview = content.preview }
            return true
        }
        if content.hasFile { threads.want(fileOf: before) }
        changed(before.landlordId, .message(id, in: before.conversationId))
        changed(before.landlordId, .conversation(before.conversationId))
        return true
    }

    /// A reaction, an edit or a deletion: follows its target's route and waits until the target exists.
    private mutating func take(
        _ content: InboundContent, about target: Wamid, own: Wamid, at time: Date, from side: Message.Direction, raw: JSONValue,
        _ item: LedgerItem
    ) throws {
        guard let number = item.item.phoneNumberID, let route = routing.route(number, target), let id = route.messageId,
            let message = threads.message(id)
        else {
            return park(item, routing.owners[item.item.phoneNumberID?.rawValue ?? ""] == nil ? .unknownLine : .unknownTarget)
        }
        applied.append(item)
        let differs: Bool
        switch content {
        case .reaction(_, let emoji):
            differs = try LandlordRows(message.landlordId, db).note(
                reaction: emoji, to: target, on: message.lineId, from: side, at: time, wamid: own)
        case .edit(_, let edited):
            let kept = KeptContent(raw["edit"]?["message"] ?? .null, type: edited.type(in: raw), content: edited)
            differs = threads.change(id) { $0.edit(kept, at: time, wamid: own.rawValue) }
        case .revoke:
            differs = threads.change(id) { record in
                guard record.revokedAt.map({ time < $0 }) ?? true else { return false }
                record.revokedAt = time
                return true
            }
        default: differs = false
        }
        routing.decide(number, own, route.landlordId, nil)
        guard differs else { return }
        changed(message.landlordId, .message(id, in: message.conversationId))
        changed(message.landlordId, .conversation(message.conversationId))
    }
}

/// A message that cannot be given to anybody; it is set aside with this reason.
struct Unplaceable: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

extension MessageRecord {
    /// The last edit wins by Meta's time, then by the bytes of its wamid.
    mutating func edit(_ kept: KeptContent, at time: Date, wamid: String) -> Bool {
        if let editedAt, let editedWamid, Stamp(at: editedAt, wamid: editedWamid) >= Stamp(at: time, wamid: wamid) { return false }
        (editedAt, editedWamid, editedContent, preview) = (time, wamid, kept.body, kept.preview)
        return true
    }
}

extension InboundContent {
    fileprivate func type(in edit: JSONValue) -> String {
        edit["edit"]?["message"]?["type"]?.string ?? "unknown"
    }

    /// STOP and START, typed as a message of their own.
    var consent: Bool? {
        guard case .text(let body) = self, body.utf8.count < 32 else { return nil }
        switch body.trimmingCharacters(in: .whitespacesAndNewlines.union(.punctuationCharacters)).uppercased() {
        case "STOP": return false
        case "START": return true
        default: return nil
        }
    }
}

extension LandlordRows {
    /// Answers whether the reaction is newer than what was known.
    func note(reaction emoji: String?, to target: Wamid, on line: Line.ID, from side: Message.Direction, at time: Date, wamid: Wamid) throws
        -> Bool
    {
        try db.execute(
            """
            INSERT INTO reactions (landlord_id, line_id, target_wamid, direction, emoji, at, wamid)
            VALUES (\(landlord), \(line), \(target.rawValue), \(side), \(emoji), \(time), \(wamid.rawValue))
            ON CONFLICT (landlord_id, line_id, target_wamid, direction) DO UPDATE SET emoji = excluded.emoji, at = excluded.at,
                wamid = excluded.wamid
            WHERE (reactions.at, \(SQL.bytewise("reactions.wamid"))) < (excluded.at, excluded.wamid)
            """) == 1
    }
}
