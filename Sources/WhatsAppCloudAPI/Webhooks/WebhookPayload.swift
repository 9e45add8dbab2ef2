import Foundation

/// A body is no webhook of Meta's at all: not JSON, or without `entry`.
public struct WebhookUnreadable: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it, in plain words.
    public let reason: String

    /// What is wrong and what to do.
    public var description: String { "\(reason). The body was kept; replay it once its kind is understood." }
}

/// Reads webhook bodies. Whatever is odd in a body costs only itself: it survives as ``WebhookItem/Content/unknown(_:)``.
public enum WebhookPayload {
    /// All items of a body, in its order. Check the signature before.
    ///
    /// - Throws: ``WebhookUnreadable`` when the body is not JSON (or nested absurdly deep) or has no `entry` array.
    public static func items(in body: [UInt8]) throws(WebhookUnreadable) -> [WebhookItem] {
        let envelope: JSONValue
        do {
            envelope = try JSONValue(parsing: body)
        } catch {
            throw WebhookUnreadable(reason: "The body is not JSON: \(error)")
        }
        guard let entries = envelope["entry"]?.array else {
            throw WebhookUnreadable(reason: "The body has no entry array")
        }
        var items: [WebhookItem] = []
        for entry in entries {
            append(entry, to: &items)
        }
        return items
    }

    private static func append(_ entry: JSONValue, to items: inout [WebhookItem]) {
        guard let changes = entry["changes"]?.array else {
            return items.append(WebhookItem(part: items.count, entry: entry, field: "", value: .null, content: .unknown(entry)))
        }
        for change in changes {
            let field = change["field"]?.string ?? ""
            guard let value = change["value"], value.object != nil else {
                items.append(WebhookItem(part: items.count, entry: entry, field: field, value: .null, content: .unknown(change)))
                continue
            }
            for content in WebhookChange(field: field, value: value, entryTime: entry["time"]?.date).contents {
                items.append(WebhookItem(part: items.count, entry: entry, field: field, value: value, content: content))
            }
        }
    }
}

extension WebhookItem {
    fileprivate init(part: Int, entry: JSONValue, field: String, value: JSONValue, content: Content) {
        self.part = part
        entryID = entry["id"]?.identifier ?? ""
        wabaID = Self.account(entryID: entryID, field: field, value: value)
        phoneNumberID = value["metadata"]?["phone_number_id"]?.identifier.map(PhoneNumberID.init(rawValue:))
        displayPhoneNumber = (value["metadata"]?["display_phone_number"] ?? value["display_phone_number"])?.identifier
        self.field = field
        entryTime = entry["time"]?.date
        self.content = content
    }

    /// `waba_info` wins; `entry.id` is the account too, except for events about a portfolio.
    private static func account(entryID: String, field: String, value: JSONValue) -> WABAID? {
        if let id = value["waba_info"]?["waba_id"]?.identifier { return WABAID(id) }
        let event = value["event"]?.string.map(AccountUpdate.Event.init(rawValue:))
        let isAboutPortfolio = field == "partner_solutions" || (field == "account_update" && event?.isAboutPortfolio == true)
        return isAboutPortfolio || entryID.isEmpty ? nil : WABAID(entryID)
    }
}
