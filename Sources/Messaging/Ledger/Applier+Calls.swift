import Foundation
import WhatsAppCloudAPI

extension Applier {
    /// Somebody calls: the beginning of a call is a message of its own, as it opens the customer service window; its end is told at it.
    mutating func take(_ call: CallEvent, _ item: LedgerItem) throws {
        guard call.isFromPerson, let number = item.item.phoneNumberID, let at = call.timestamp else { return applied.append(item) }
        if let id = routing.route(number, call.wamid)?.messageId {
            enrich(id, with: KeptContent(call))
            return applied.append(item)
        }
        guard let kept = item.kept else {
            return park(item, routing.owners[number.rawValue] == nil ? .unknownLine : .unknownTarget)
        }
        switch routing.owner(of: item, at: at) {
        case .failure(let reason): park(item, reason)
        case .success(let owner):
            guard !item.identities.isEmpty else { throw Unplaceable(reason: "The call names neither a number nor an ID of the caller.") }
            let contact = try people.contact(item.sightings, of: owner.landlordId, random: &random)
            try place(
                kept, wamid: call.wamid, direction: .inbound, state: .received, at: at, contact: contact, owner: owner, replyTo: nil,
                opensWindowAt: item.isSince(owner.provenAt, at: at) ? at : nil, counts: true)
            applied.append(item)
        }
    }
}

extension CallEvent {
    /// Meta's ID of the call, which no message has.
    var wamid: Wamid { Wamid(id) }

    /// Whether it is the beginning of a call to the landlord.
    var isNew: Bool { isFromPerson && event == "connect" && timestamp != nil }
}

extension KeptContent {
    /// A call without what its two ends agreed on to hear one another. Its end says more than its beginning.
    init(_ call: CallEvent) {
        type = "call"
        let told = ["event", "status", "duration", "direction"].compactMap { name in call.raw[name].map { (name, $0) } }
        let members = Dictionary(told, uniquingKeysWith: { first, _ in first })
        body = String(decoding: JSONValue.object(["type": "call", "call": .object(members)]).serialized, as: UTF8.self)
        let seconds = call.raw["duration"]?.integer ?? 0
        preview =
            call.event == "connect"
            ? "Voice call" : seconds > 0 ? "Voice call, " + Self.length(seconds) : "Missed voice call"
        richness = call.event == "connect" ? 1 : 2
        hasFile = false
    }

    private static func length(_ seconds: Int) -> String {
        seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s")
    }
}
