import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Turns stored events into what landlords see. Set-wise: keys are read, everything is worked out in memory, and written in a handful
/// of statements per batch. Any order, batching or repetition of the same items ends in the same facts.
public struct Applier {
    let db: any Connection
    let now: Date
    var random: Randomness
    var routing: Routing
    var threads: Threads
    var people: People
    var parked: [(LedgerItem, Waiting, error: String?)] = []
    var applied: [LedgerItem] = []
    var changes: [Landlord.ID: [Change]] = [:]

    /// One batch in one transaction. Answers the landlords who have something new to see.
    static func step(_ items: [LedgerItem], on db: any Connection, now: Date, random: Randomness) throws -> Set<Landlord.ID> {
        var applier = try Applier(items, db: db, now: now, random: random)
        try applier.run(items)
        return try applier.finish()
    }

    private init(_ items: [LedgerItem], db: any Connection, now: Date, random: Randomness) throws {
        self.db = db
        self.now = now
        self.random = random
        let routing = try Routing(items, db: db)
        self.routing = routing
        threads = Threads(db: db, now: now)
        var wanted: [(Landlord.ID, [Identity])] = []
        for item in items {
            if let owner = item.item.phoneNumberID.flatMap({ routing.owners[$0.rawValue] }) {
                wanted.append((owner.landlordId, item.identities))
            }
            if case .status(let status) = item.item.content, let landlord = routing.landlord(of: status, on: item.item.phoneNumberID) {
                wanted.append((landlord, item.identities))
            }
        }
        people = try People(wanted, db: db, now: now)
    }

    private mutating func run(_ items: [LedgerItem]) throws {
        // Who is who comes first: a merge moves conversations, which must not happen under messages already placed.
        for item in items where item.introduces { try meet(item) }
        try threads.load(items.flatMap { targets(of: $0) })
        try threads.open(items.compactMap { try place(of: $0) }, random: &random)
        if items.contains(where: { $0.kept != nil }) { try people.readNames() }
        // Within a batch what is said comes first, then what is said about it.
        for item in items where item.kept != nil { try take(item) }
        for item in items where item.kept == nil { try take(item) }
    }

    private mutating func take(_ item: LedgerItem) throws {
        switch item.item.content {
        case .message(let message): try take(message, item)
        case .echo(let echo): try take(echo, item)
        case .status(let status): try take(status, item)
        case .templateStatus(let update): try take(update, item)
        case .accountUpdate(let update): try take(update, item)
        case .userIDUpdate(let update): try take(update, item)
        case .userPreference(let preference): try take(preference, item)
        case .phoneQuality(let update): try take(update, item)
        case .call(let call): try take(call, item)
        case .phoneName, .templateCategory, .templateQuality, .capability, .review, .alert, .security, .history, .stateSync,
            .valueErrors, .unknown:
            // Kept in the ledger, counted, and not yet shown anywhere.
            applied.append(item)
        }
    }

    private mutating func meet(_ item: LedgerItem) throws {
        if case .status(let status) = item.item.content { return try meetReceiver(status, item) }
        guard let number = item.item.phoneNumberID, let owner = routing.owners[number.rawValue], !item.identities.isEmpty,
            item.wamids.allSatisfy({ routing.route(number, Wamid(rawValue: $0)) == nil }),
            item.isSince(owner.appliesFrom, at: item.item.saidAt)
        else { return }
        _ = try people.contact(item.sightings, of: owner.landlordId, random: &random)
    }

    // Where something new belongs; its sender is known by now.
    private mutating func place(of item: LedgerItem) throws -> (landlord: Landlord.ID, line: Line.ID, contact: Contact.ID)? {
        guard item.kept != nil, let number = item.item.phoneNumberID, let owner = routing.owners[number.rawValue],
            let contact = people.known(item.identities, of: owner.landlordId),
            item.wamids.allSatisfy({ routing.route(number, Wamid(rawValue: $0)) == nil }),
            item.isSince(owner.appliesFrom, at: item.item.saidAt)
        else { return nil }
        return (owner.landlordId, owner.lineId, contact)
    }

    // A status tells two names of one person, as a message does. Whose person it is, its route alone decides.
    private mutating func meetReceiver(_ status: StatusUpdate, _ item: LedgerItem) throws {
        guard let landlord = routing.landlord(of: status, on: item.item.phoneNumberID),
            people.knowsAny(item.identities, of: landlord)
        else { return }
        _ = try people.contact(item.sightings, of: landlord, random: &random)
    }

    private func targets(of item: LedgerItem) -> [(landlord: Landlord.ID, message: Message.ID)] {
        var found = item.wamids.compactMap { routing.route(item.item.phoneNumberID, Wamid(rawValue: $0)) }
            .compactMap { route in route.messageId.map { (route.landlordId, $0) } }
        if let attempt = routing.attempt(item.item.callbackData, on: item.item.phoneNumberID) {
            found.append((attempt.landlordId, attempt.messageId))
        }
        return found
    }

    mutating func park(_ item: LedgerItem, _ reason: Waiting) {
        parked.append((item, reason, nil))
    }

    mutating func changed(_ landlord: Landlord.ID, _ change: Change) {
        changes[landlord, default: []].append(change)
    }

    private mutating func finish() throws -> Set<Landlord.ID> {
        threads.confirm(people.confirmed)
        try threads.write()
        try people.write()
        try routing.write(on: db)
        try WaitingItems.park(parked, on: db, now: now)
        try WaitingItems.done(applied, on: db)
        try WaitingItems.release(routing.new, on: db, now: now)
        let heard = Set(routing.owners.values.map(\.phoneNumberId)).sorted()
        if !heard.isEmpty {
            try db.executeWithNext(
                "UPDATE lines SET last_event_at = \(now) WHERE phone_number_id IN \(list: heard) AND (last_event_at IS NULL OR last_event_at < \(now - 60))"
            )
        }
        changes.merge(people.changes) { $0 + $1 }
        try LiveChanges.publish(changes, on: db, now: now)
        return Set(changes.keys)
    }
}

extension Routing {
    func landlord(of status: StatusUpdate, on number: PhoneNumberID?) -> Landlord.ID? {
        route(number, status.id)?.landlordId ?? attempt(status.callbackData, on: number)?.landlordId
    }
}

extension LedgerItem {
    /// Whether it tells who somebody is.
    fileprivate var introduces: Bool {
        switch item.content {
        case .userIDUpdate, .userPreference: true
        case .status: identities.count > 1
        default: kept != nil
        }
    }
}

extension WebhookItem {
    /// Whether it brings a message of its own, rather than something about another one.
    var speaks: Bool {
        switch content {
        case .message(let message): message.content.target == nil && message.groupID == nil
        case .echo(let echo): echo.content.target == nil
        case .call(let call): call.isNew
        default: false
        }
    }

    /// Meta's time of something said.
    var saidAt: Date {
        switch content {
        case .message(let message): message.timestamp
        case .echo(let echo): echo.timestamp
        case .call(let call): call.timestamp ?? .distantFuture
        case .userIDUpdate(let update): update.timestamp ?? .distantFuture
        case .userPreference(let preference): preference.timestamp ?? .distantFuture
        default: .distantPast
        }
    }

    /// The wamid whose coming lets a parked item go on.
    var awaitedWamid: String? {
        switch content {
        case .message(let message): (message.content.target ?? message.id).rawValue
        case .echo(let echo): (echo.content.target ?? echo.id).rawValue
        case .status(let status): status.id.rawValue
        case .call(let call): call.id
        default: nil
        }
    }
}
