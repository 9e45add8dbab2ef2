import Foundation

extension Simulator {
    func showAccount(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let account = try account(id, for: request)
        let node: JSON = [
            "id": .string(id), "name": .string(account.name), "currency": "GBP", "timezone_id": "75", "country": "GB",
            "message_template_namespace": .string("ns_" + id), "account_review_status": "APPROVED",
            "business_verification_status": "not_verified", "status": "ACTIVE", "ownership_type": "CLIENT_OWNED",
            "owner_business_info": [
                "id": .string(account.businessID), "name": .string(world.business(account.businessID)?.name ?? ""),
            ],
            "health_status": health(of: account, number: nil),
        ]
        return select(node, request, standard: ["name", "timezone_id", "message_template_namespace"])
    }

    /// The worst of its parts decides whether messages can go out.
    func health(of account: Account, number: Number?) -> JSON {
        let isPaid = !hasFault(.paymentProblem)
        let trouble: JSON = [
            [
                "error_code": 141006, "error_description": "There is an error with the payment method.",
                "possible_solution": "Add or fix a payment method in WhatsApp Manager.",
            ]
        ]
        var entities: [JSON] = [
            .fields([
                "entity_type": "WABA", "id": .string(account.id), "can_send_message": isPaid ? "AVAILABLE" : "BLOCKED",
                "errors": isPaid ? nil : trouble,
            ]),
            ["entity_type": "BUSINESS", "id": .string(account.businessID), "can_send_message": "AVAILABLE"],
            ["entity_type": "APP", "id": .string(configuration.appID), "can_send_message": "AVAILABLE"],
        ]
        let isLive = number.map { $0.status == "CONNECTED" } ?? true
        if let number {
            entities.insert(
                ["entity_type": "PHONE_NUMBER", "id": .string(number.id), "can_send_message": isLive ? "AVAILABLE" : "BLOCKED"], at: 0)
        }
        return ["can_send_message": isPaid && isLive ? "AVAILABLE" : "BLOCKED", "entities": .array(entities)]
    }

    func listNumbers(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try account(id, for: request)
        return page(world.numbers(of: id).map { select(node($0), request, standard: Self.standardNumberFields) }, request)
    }

    func showSubscription(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let account = try account(id, for: request)
        guard account.isSubscribed else { return ["data": []] }
        let app: JSON = [
            "id": .string(configuration.appID), "name": "ZenRent",
            "link": .string("https://www.facebook.com/games/?app_id=\(configuration.appID)"),
        ]
        return [
            "data": [
                .fields([
                    "whatsapp_business_api_data": app, "override_callback_uri": account.overrideCallback.map(JSON.string),
                ])
            ]
        ]
    }

    /// With an override Meta asks that address at once whether it agrees; without one, an older override ends.
    func subscribe(to id: String, _ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        _ = try account(id, for: request)
        let override = request.text("override_callback_uri").flatMap { $0.isEmpty ? nil : $0 }
        if let override { try await verifyCallback(override, token: request.text("verify_token") ?? "") }
        world.accounts[id]?.isSubscribed = true
        world.accounts[id]?.overrideCallback = override
        return ["success": true]
    }

    func unsubscribe(from id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try account(id, for: request)
        world.accounts[id]?.isSubscribed = false
        world.accounts[id]?.overrideCallback = nil
        return ["success": true]
    }

    /// `/<app>/subscriptions`: the app's own callback URL.
    func appSubscriptions(_ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        guard case .app = try caller(of: request) else { throw .unreachable(configuration.appID, method: request.method) }
        guard request.method == "POST" else {
            guard let webhookURL else { return ["data": []] }
            return ["data": [["object": "whatsapp_business_account", "callback_url": .string(webhookURL), "active": true]]]
        }
        guard let address = request.text("callback_url") else { throw .parameter("The parameter callback_url is required.") }
        try await verifyCallback(address, token: request.text("verify_token") ?? "")
        webhookURL = address
        return ["success": true]
    }
}
