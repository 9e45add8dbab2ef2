import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// One part of a stored event, on its way to a landlord. (A class since it is large and passed on again and again.)
final class LedgerItem: Sendable {
    let event: LedgerEvent.ID
    let receivedAt: Date
    /// Whether it was tried before, so that it may have left a waiting part behind.
    let isAgain: Bool
    let item: WebhookItem
    // Worked out where the body is read, so that the transaction need not.
    /// Whom it speaks of, and as of when.
    let sightings: [Sighting]
    /// Whom it speaks of.
    let identities: [Identity]
    /// Every wamid it speaks of: its own and its target's.
    let wamids: [String]
    /// What it brings of its own, as it is kept.
    let kept: KeptContent?

    init(event: LedgerEvent.ID, receivedAt: Date, isAgain: Bool, item: WebhookItem) {
        (self.event, self.receivedAt, self.isAgain, self.item) = (event, receivedAt, isAgain, item)
        sightings = item.sightings(receivedAt: receivedAt)
        identities = sightings.map(\.identity)
        wamids = item.wamids
        kept = item.speaks ? KeptContent(item) : nil
    }
}

extension LedgerItem {
    /// Whether something that Meta stamped with `time` came after a proof. Meta's stamps know whole seconds only, so within the proof's
    /// own second our clock decides.
    func isSince(_ proof: Date, at time: Date) -> Bool {
        time >= proof.wholeSecond && (time > proof || receivedAt >= proof)
    }
}

/// Decides whose an item is: the one function of line *and* sender. A wamid that was routed once, or that answers one of our attempts,
/// follows that; only a new message asks who owns the line.
struct Routing {
    struct Owner: ReadsColumns {
        let landlordId: Landlord.ID
        let lineId: Line.ID
        let phoneNumberId: String
        let provenAt: Date
        let appliesFrom: Date

        init(_ columns: inout Columns) throws {
            (landlordId, lineId) = (try columns.value(), try columns.value())
            phoneNumberId = try columns.text()
            (provenAt, appliesFrom) = (try columns.date(), try columns.date())
        }
    }

    struct Route {
        let phoneNumberId: String
        let wamid: String
        /// The wamid's name in the table.
        let name: String
        let landlordId: Landlord.ID
        let messageId: Message.ID?
    }

    private struct Key: Hashable {
        let number: String
        let wamid: String
    }

    private struct StoredRoute: ReadsColumns {
        let phoneNumberId: String
        /// The wamid's name in the table.
        let wamid: String
        let landlordId: Landlord.ID
        let messageId: Message.ID?

        init(_ columns: inout Columns) throws {
            (phoneNumberId, wamid) = (try columns.text(), try columns.text())
            (landlordId, messageId) = (try columns.value(), try columns.optionalValue())
        }
    }

    struct OpenAttempt: Decodable {
        let fence: String
        let landlordId: Landlord.ID
        let messageId: Message.ID
        let phoneNumberId: String
    }

    struct Account: ReadsColumns {
        let landlordId: Landlord.ID
        let wabaId: String
        let connectedAt: Date

        init(_ columns: inout Columns) throws {
            (landlordId, wabaId, connectedAt) = (try columns.value(), try columns.text(), try columns.date())
        }
    }

    private let names: RouteNames
    private(set) var owners: [String: Owner] = [:]
    private var routes: [Key: Route] = [:]
    // Each wamid's name in the table: a hash, worked out once.
    private var nameOf: [String: String] = [:]
    private var attempts: [String: OpenAttempt] = [:]
    private var accounts: [String: Account] = [:]
    /// Routes decided in this batch, to be written with it.
    private(set) var decided: [Route] = []
    /// Routes of our own messages, found by their attempt. Who stores the call's answer may write the same one at the same moment.
    private var recognised: [Route] = []
    /// All that this batch routes.
    var new: [Route] { decided + recognised }

    init(_ items: [LedgerItem], db: any Connection) throws {
        names = try RouteNames(on: db)
        let numbers = Set(items.compactMap(\.item.phoneNumberID?.rawValue)), wabas = Set(items.compactMap(\.item.wabaID?.rawValue))
        owners = Dictionary(
            try db.all(
                Owner.self,
                """
                SELECT landlord_id, line_id, phone_number_id, proven_at, applies_from FROM lines
                WHERE phone_number_id IN \(list: numbers.sorted()) AND status <> 'disconnected'
                """
            ).map { ($0.phoneNumberId, $0) }, uniquingKeysWith: { first, _ in first })
        accounts = Dictionary(
            try db.all(
                Account.self,
                "SELECT landlord_id, waba_id, connected_at FROM accounts WHERE waba_id IN \(list: wabas.sorted()) AND status <> 'disconnected'"
            ).map { ($0.wabaId, $0) }, uniquingKeysWith: { first, _ in first })
        var wamids: [String: String] = [:]
        var wanted: [(String, String)] = []
        var seen: Set<Key> = []
        routes.reserveCapacity(items.count)
        nameOf.reserveCapacity(items.count)
        wamids.reserveCapacity(items.count)
        for item in items {
            guard let number = item.item.phoneNumberID else { continue }
            for wamid in item.wamids where seen.insert(Key(number: number.rawValue, wamid: wamid)).inserted {
                let name = names.name(of: wamid)
                (wamids[name], nameOf[wamid]) = (wamid, name)
                wanted.append((number.rawValue, name))
            }
        }
        let known = try db.all(
            StoredRoute.self,
            """
            WITH wanted (number, id) AS \(pairs: wanted)
            SELECT r.phone_number_id, r.wamid, r.landlord_id, r.message_id FROM wanted CROSS JOIN wamid_routes r
            WHERE r.phone_number_id = number AND r.wamid = id
            """)
        for route in known {
            guard let wamid = wamids[route.wamid] else { continue }
            routes[Key(number: route.phoneNumberId, wamid: wamid)] = Route(
                phoneNumberId: route.phoneNumberId, wamid: wamid, name: route.wamid, landlordId: route.landlordId,
                messageId: route.messageId)
        }
        // A status whose message is known need not be found by its attempt.
        let lost = items.filter { item in
            item.wamids.contains { route(item.item.phoneNumberID, Wamid(rawValue: $0))?.messageId == nil }
        }
        let fences = Set(lost.compactMap(\.item.callbackData))
        attempts =
            fences.isEmpty
            ? [:]
            : Dictionary(
                try db.all(
                    OpenAttempt.self,
                    "SELECT fence, landlord_id, message_id, phone_number_id FROM attempts WHERE fence IN \(list: fences.sorted())"
                ).map { ($0.fence, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where a wamid went when it was first seen.
    func route(_ number: PhoneNumberID?, _ wamid: Wamid) -> Route? {
        number.flatMap { routes[Key(number: $0.rawValue, wamid: wamid.rawValue)] }
    }

    /// Our own attempt that a status reports on.
    func attempt(_ callbackData: String?, on number: PhoneNumberID?) -> OpenAttempt? {
        callbackData.flatMap { attempts[$0] }.flatMap { $0.phoneNumberId == number?.rawValue ? $0 : nil }
    }

    /// Who owns a line for something that somebody said at `time`, or why it must wait. With own lines the sender decides nothing yet;
    /// shared lines will.
    func owner(of item: LedgerItem, at time: Date) -> Result<Owner, Waiting> {
        guard let number = item.item.phoneNumberID, let owner = owners[number.rawValue] else { return .failure(.unknownLine) }
        return item.isSince(owner.appliesFrom, at: time) ? .success(owner) : .failure(.beforeProof)
    }

    func account(_ waba: WABAID?) -> Account? {
        waba.flatMap { accounts[$0.rawValue] }
    }

    /// A wamid is routed once: later items of this batch follow it too.
    mutating func decide(_ number: PhoneNumberID, _ wamid: Wamid, _ landlord: Landlord.ID, _ message: Message.ID?) {
        if let route = add(number, wamid, landlord, message) { decided.append(route) }
    }

    /// The wamid of a message that we sent, known before the answer to its call.
    mutating func recognise(_ number: PhoneNumberID, _ wamid: Wamid, _ attempt: OpenAttempt) {
        if let route = add(number, wamid, attempt.landlordId, attempt.messageId) { recognised.append(route) }
    }

    private mutating func add(_ number: PhoneNumberID, _ wamid: Wamid, _ landlord: Landlord.ID, _ message: Message.ID?) -> Route? {
        guard route(number, wamid) == nil else { return nil }
        let (number, wamid) = (number.rawValue, wamid.rawValue)
        let route = Route(
            phoneNumberId: number, wamid: wamid, name: nameOf[wamid] ?? names.name(of: wamid), landlordId: landlord, messageId: message)
        routes[Key(number: number, wamid: wamid)] = route
        return route
    }

    func write(on db: any Connection) throws {
        try db.executeWithNext(each: recognised) { route in
            """
            INSERT INTO wamid_routes (phone_number_id, wamid, landlord_id, message_id)
            VALUES (\(route.phoneNumberId), \(route.name), \(route.landlordId), \(route.messageId))
            ON CONFLICT (phone_number_id, wamid) DO NOTHING
            """
        }
        try db.insert(into: "wamid_routes (phone_number_id, wamid, landlord_id, message_id)", each: decided) { route in
            "(\(route.phoneNumberId), \(route.name), \(route.landlordId), \(route.messageId))"
        }
    }
}

/// Why a part of an event cannot be applied yet.
enum Waiting: String, Error, SQLBindable, CaseIterable {
    case unknownLine, beforeProof, unknownTarget, failed
}

extension WebhookItem {
    /// Every wamid the item speaks of: its own and its target's.
    var wamids: [String] {
        switch content {
        case .message(let message): [message.id.rawValue] + [message.content.target?.rawValue].compactMap { $0 }
        case .echo(let echo): [echo.id.rawValue] + [echo.content.target?.rawValue].compactMap { $0 }
        case .status(let status): [status.id.rawValue]
        case .call(let call): call.isFromPerson ? [call.id] : []
        default: []
        }
    }

    var callbackData: String? {
        if case .status(let status) = content { status.callbackData } else { nil }
    }
}

extension InboundContent {
    /// The message that a reaction, an edit or a deletion is about.
    var target: Wamid? {
        switch self {
        case .reaction(let target, _): target
        case .edit(let original, _): original
        case .revoke(let original): original
        default: nil
        }
    }
}
