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
    let parts: [LedgerItem]
    /// The events' keys, by part: each event is one part.
    let keys: [String]
    let receivedAt: Date
    var isApplied = false
    var wasTried = false

    init(_ events: [MetaEvent], number: Int, at now: Date) throws {
        let id = String(1_000_000 + number)
        parts = try WebhookPayload.items(in: MetaEvent.body(events)).map {
            LedgerItem(event: LedgerEvent.ID(id), receivedAt: now, isAgain: false, item: $0)
        }
        keys = events.map(\.key)
        receivedAt = now
    }

    /// As the ledger hands it out: what was tried before may have left parts that wait.
    func items(isAgain: Bool) -> [LedgerItem] {
        parts.map { LedgerItem(event: $0.event, receivedAt: $0.receivedAt, isAgain: isAgain, item: $0.item) }
    }

    static func number(of eventID: String) -> Int { (Int(LedgerEvent.ID(eventID).batch) ?? 0) - 1_000_000 }
}
