import Foundation
import WhatsAppCloudAPI

@testable import Messaging

/// Webhook values in Meta's shape, for tests that choose the order themselves.
enum Webhook {
    static func body(_ values: [JSONValue], field: String = "messages", entry: String = "104000000000001", time: Date? = nil) -> [UInt8] {
        var change: [JSONValue] = []
        for value in values { change.append(["field": .string(field), "value": value]) }
        var envelope: [String: JSONValue] = ["id": .string(entry), "changes": .array(change)]
        if let time { envelope["time"] = .integer(Int64(time.timeIntervalSince1970)) }
        let whole: JSONValue = ["object": "whatsapp_business_account", "entry": .array([.object(envelope)])]
        return Array((try? JSONEncoder().encode(whole)) ?? Data())
    }
}

extension JSONValue {
    private static func metadata(_ number: PhoneNumberID) -> JSONValue {
        ["display_phone_number": "442079460001", "phone_number_id": .string(number.rawValue)]
    }

    static func said(
        _ wamid: String, _ type: String, _ content: JSONValue, by person: String? = "447700900118", user: String? = nil, at time: Date,
        on number: PhoneNumberID = World.olgasNumber, name: String? = nil
    ) -> JSONValue {
        var message: [String: JSONValue] = [
            "id": .string(wamid), "timestamp": .string(String(Int(time.timeIntervalSince1970))), "type": .string(type), type: content,
        ]
        var contact: [String: JSONValue] = [:]
        if let person { (message["from"], contact["wa_id"]) = (.string(person), .string(person)) }
        if let user { (message["from_user_id"], contact["user_id"]) = (.string(user), .string(user)) }
        if let name { contact["profile"] = ["name": .string(name)] }
        return [
            "messaging_product": "whatsapp", "metadata": metadata(number), "contacts": .array([.object(contact)]),
            "messages": .array([.object(message)]),
        ]
    }

    static func text(
        _ wamid: String, _ body: String, by person: String? = "447700900118", user: String? = nil, at time: Date,
        on number: PhoneNumberID = World.olgasNumber, name: String? = nil
    ) -> JSONValue {
        said(wamid, "text", ["body": .string(body)], by: person, user: user, at: time, on: number, name: name)
    }

    static func status(
        _ wamid: String, _ status: String, at time: Date, callback: String? = nil, on number: PhoneNumberID = World.olgasNumber,
        error: Int? = nil, user: String? = nil
    ) -> JSONValue {
        var report: [String: JSONValue] = [
            "id": .string(wamid), "status": .string(status), "timestamp": .string(String(Int(time.timeIntervalSince1970))),
            "recipient_id": "447700900118",
        ]
        if let user { report["recipient_user_id"] = .string(user) }
        if let callback { report["biz_opaque_callback_data"] = .string(callback) }
        if let error { report["errors"] = .array([["code": .integer(Int64(error)), "title": "x"]]) }
        return ["messaging_product": "whatsapp", "metadata": metadata(number), "statuses": .array([.object(report)])]
    }
}

extension World {
    /// Stores values as one webhook and applies everything that can be applied.
    func deliver(_ values: JSONValue...) async throws {
        try await messaging.ledger.store(Webhook.body(values))
        try await messaging.applyAll()
    }

    /// Olga's line as if onboarded, with Nadia's first message, without Meta and without loops running.
    func olgaReady() async throws -> Desk {
        let olga = try await olga
        try await connectByHand(Self.olga, Self.olgasNumber, waba: "104000000000001")
        _ = try await olga.sync([.agreed("t-nadia", "Nadia Rahman", Self.nadiasPhone)])
        try await deliver(.text("wamid.HELLO", "Is the heating fixed?", at: clock.now))
        return olga
    }

    func connectByHand(_ landlord: Landlord.ID, _ number: PhoneNumberID, waba: String) async throws {
        let now = clock.now, keys = messaging.keys
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO accounts (landlord_id, account_id, waba_id, status, token_sealed, connected_at, updated_at)
                VALUES (\(landlord), 'account', \(waba), 'connected', \(try keys.seal("token", for: tokenRow(landlord, "account"))), \(now), \(now))
                """)
            try db.execute(
                """
                INSERT INTO lines (landlord_id, line_id, account_id, kind, waba_id, phone_number_id, phone_number, status, on_business_app,
                    proven_at, applies_from)
                VALUES (\(landlord), 'line', 'account', 'own', \(waba), \(number.rawValue), '+442079460001', 'connected', FALSE, \(now), 0)
                """)
        }
    }
}
