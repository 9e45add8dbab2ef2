import Foundation
import WhatsAppCloudAPI

@testable import Messaging

/// What a run in order repeats: everything but our machinery.
enum Occurrence: Sendable {
    case deed(Scene.Deed, Host, scene: Int, templates: [OwnLine: String])
    case told(MetaEvent)
    case received(SendCall, MessageRecord, wamid: String)
    /// An answer of Meta's ended the connection.
    case tokenRefused(Host, account: String)
}

/// A stored webhook body with its parts.
struct StoredBody: Sendable {
    let items: [LedgerItem]
    /// The events' keys, by part: each event is one part.
    let keys: [String]
    let receivedAt: Date
    var isApplied = false

    init(_ events: [MetaEvent], number: Int, at now: Date) throws {
        let id = String(1_000_000 + number)
        items = try WebhookPayload.items(in: MetaEvent.body(events)).map { LedgerItem(eventID: id, receivedAt: now, item: $0) }
        keys = events.map(\.key)
        receivedAt = now
    }

    static func number(of eventID: String) -> Int { (Int(eventID) ?? 0) - 1_000_000 }
}
