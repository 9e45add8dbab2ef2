import Foundation
import WhatsAppCloudAPI

/// One thing that Meta tells by webhook.
struct MetaEvent: Sendable {
    /// The same in every run of a story.
    let key: String
    let waba: WABAID
    let field: String
    let value: JSONValue
    /// Only account and template events carry it.
    var time: Date?

    private var entry: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(waba.rawValue), "changes": .array([["field": .string(field), "value": value]]),
        ]
        if let time { members["time"] = .integer(Int64(time.timeIntervalSince1970)) }
        return .object(members)
    }

    /// A body of Meta's with these events.
    static func body(_ events: [MetaEvent]) -> [UInt8] {
        let whole: JSONValue = ["object": "whatsapp_business_account", "entry": .array(events.map(\.entry))]
        return Array(((try? JSONEncoder().encode(whole)) ?? Data()))
    }
}

extension JSONValue {
    static func stamp(_ time: Date) -> JSONValue { .string(String(Int64(time.timeIntervalSince1970.rounded(.down)))) }

    /// The object with the members that are there.
    static func members(_ pairs: [(String, JSONValue?)]) -> JSONValue {
        .object(Dictionary(pairs.compactMap { name, value in value.map { (name, $0) } }, uniquingKeysWith: { $1 }))
    }

    static func on(_ line: OwnLine, _ pairs: [(String, JSONValue?)]) -> JSONValue {
        .members(
            [
                ("messaging_product", "whatsapp"),
                ("metadata", ["display_phone_number": "442079460001", "phone_number_id": .string(line.number.rawValue)]),
            ] + pairs)
    }
}
