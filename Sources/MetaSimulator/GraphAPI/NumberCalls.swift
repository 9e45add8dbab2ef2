import Foundation

extension Simulator {
    static let standardNumberFields = [
        "verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type", "throughput",
    ]

    func node(_ number: Number) -> JSON {
        let isLive = number.status == "CONNECTED"
        let callback = world.accounts[number.accountID]?.overrideCallback
        return [
            "id": .string(number.id), "display_phone_number": .string(number.display), "verified_name": .string(number.verifiedName),
            "status": .string(number.status), "name_status": "APPROVED",
            "code_verification_status": number.isVerified ? "VERIFIED" : "NOT_VERIFIED", "quality_rating": .string(number.quality),
            "platform_type": isLive ? "CLOUD_API" : "NOT_APPLICABLE",
            "throughput": ["level": isLive ? .string(number.throughput) : "NOT_APPLICABLE"],
            "is_on_biz_app": .bool(number.isOnPhoneApp), "is_official_business_account": false, "account_mode": "LIVE",
            "whatsapp_business_manager_messaging_limit": "TIER_250",
            "webhook_configuration": .fields([
                "application": webhookURL.map(JSON.string), "whatsapp_business_account": callback.map(JSON.string),
            ]),
            "health_status": world.accounts[number.accountID].map { health(of: $0, number: number) } ?? .null,
        ]
    }

    func showNumber(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        select(node(try number(id, for: request)), request, standard: Self.standardNumberFields)
    }

    /// `POST /<phone>` with a PIN sets two-step verification.
    func changeNumber(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try number(id, for: request)
        guard let pin = request.text("pin"), Self.isPIN(pin) else { throw .parameter("The parameter pin must have 6 digits.") }
        world.numbers[id]?.pin = pin
        return ["success": true]
    }

    /// Turns two-step verification on with this PIN, or asks for the one that is set.
    func register(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let number = try number(id, for: request)
        guard request.text("messaging_product") == "whatsapp" else { throw .parameter("The parameter messaging_product is required.") }
        guard let pin = request.text("pin"), Self.isPIN(pin) else { throw .parameter("The parameter pin must have 6 digits.") }
        if number.isOnPhoneApp {
            throw .parameter("Registration is not supported for numbers that are in use with the WhatsApp Business app.")
        }
        try countRegistration(of: number)
        guard number.isVerified else { throw .whatsApp(133006, "Verify the phone number before registering it.") }
        if takeFault(.registerWrongPin) != nil || (number.pin != nil && number.pin != pin) {
            throw .whatsApp(133005, "The two-step verification PIN does not match.")
        }
        world.numbers[id]?.pin = pin
        world.numbers[id]?.status = "CONNECTED"
        return ["success": true]
    }

    func deregister(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let number = try number(id, for: request)
        if number.isOnPhoneApp {
            throw .parameter("Deregistration is not supported for numbers that are in use with the WhatsApp Business app.")
        }
        try countRegistration(of: number)
        world.numbers[id]?.status = "DISCONNECTED"
        return ["success": true]
    }

    /// Ten calls in 72 hours; the eleventh is refused.
    private func countRegistration(of number: Number) throws(GraphRefusal) {
        let recent = number.registrations.filter { now.timeIntervalSince($0) < 72 * 3_600 }
        guard recent.count < 10 else {
            throw .whatsApp(133016, "The phone number was registered or deregistered too often. Wait 72 hours.")
        }
        // Meta's clock is part of the world: read it before the world is changed.
        let registrations = recent + [now]
        world.numbers[number.id]?.registrations = registrations
    }

    private static func isPIN(_ text: String) -> Bool { text.count == 6 && text.allSatisfy { "0123456789".contains($0) } }

    func showProfile(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        var profile = try number(id, for: request).profile
        profile["messaging_product"] = "whatsapp"
        return ["data": [profile]]
    }

    func changeProfile(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try number(id, for: request)
        for name in ["about", "address", "description", "email", "websites", "vertical"] {
            if let value = request.parameters[name] { world.numbers[id]?.profile[name] = value }
        }
        return ["success": true]
    }

    func requestPhoneAppData(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard try number(id, for: request).isOnPhoneApp else {
            throw .parameter("The number is not in use with the WhatsApp Business app.")
        }
        return ["messaging_product": "whatsapp", "request_id": .string(.random("", length: 20))]
    }

    /// What became of an outgoing message, for repair jobs.
    func showHistory(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try number(id, for: request)
        guard let wamid = request.text("message_id"), let position = world.messageIndex(wamid), world.messages[position].numberID == id,
            world.messages[position].direction == .fromBusiness
        else { return ["data": []] }
        let events = history(of: world.messages[position])
        return page([["id": .string("hist-" + wamid), "message_id": .string(wamid), "events": ["data": .array(events)]]], request)
    }

    private func history(of message: Message) -> [JSON] {
        let failed: [(String, Date?)] = [("FAILED", message.sentAt)]
        let normal: [(String, Date?)] = [("SENT", message.sentAt), ("DELIVERED", message.deliveredAt), ("READ", message.readAt)]
        return (message.failure == nil ? normal : failed).compactMap { name, date in
            guard let date else { return nil }
            return [
                "id": .string("ev-\(name.lowercased())"), "delivery_status": .string(name), "webhook_update_state": "DELIVERED",
                "timestamp": .int(Int(date.timeIntervalSince1970)), "application": ["id": .string(configuration.appID)],
            ]
        }
    }
}
