import Foundation

extension Simulator {
    /// Meta's whole URL table, version taken off. What is not here does not exist: 100/33.
    func answer(_ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        switch (request.path.count, request.path.first ?? "", request.path.dropFirst().first ?? "") {
        case (2, "oauth", "access_token"): return try exchangeCode(request)
        case (1, "debug_token", _): return try inspectToken(request)
        case (1, "me", _): return try whoAmI(request)
        case (1, let id, _): return try answerNode(id, request)
        case (2, let id, let edge) where id == configuration.appID && edge == "subscriptions": return try await appSubscriptions(request)
        case (2, let id, let edge) where world.business(id) != nil: return try answerBusiness(id, edge, request)
        case (2, let id, let edge) where world.accounts[id] != nil: return try await answerAccount(id, edge, request)
        case (2, let id, let edge) where world.numbers[id] != nil: return try await answerNumber(id, edge, request)
        default:
            _ = try caller(of: request)
            throw .unreachable(request.path.first ?? "", method: request.method)
        }
    }

    private func answerNode(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        if world.accounts[id] != nil, request.method == "GET" { return try showAccount(id, request) }
        if world.numbers[id] != nil { return request.method == "GET" ? try showNumber(id, request) : try changeNumber(id, request) }
        if world.media[id] != nil, request.method == "GET" { return try showMedia(id, request) }
        if world.media[id] != nil, request.method == "DELETE" { return try deleteMedia(id, request) }
        if let template = Int(id), request.method == "GET" { return try showTemplate(template, request) }
        _ = try caller(of: request)
        throw .unreachable(id, method: request.method)
    }

    private func answerBusiness(_ id: String, _ edge: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        if edge == "system_user_access_tokens", request.method == "POST" { return try fetchTokenAgain(id, request) }
        _ = try caller(of: request)
        throw .unreachable(id, method: request.method)
    }

    private func answerAccount(_ id: String, _ edge: String, _ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        switch (request.method, edge) {
        case ("GET", "phone_numbers"): return try listNumbers(of: id, request)
        case ("GET", "subscribed_apps"): return try showSubscription(of: id, request)
        case ("POST", "subscribed_apps"): return try await subscribe(to: id, request)
        case ("DELETE", "subscribed_apps"): return try unsubscribe(from: id, request)
        case ("GET", "message_templates"): return try listTemplates(of: id, request)
        case ("POST", "message_templates"): return try createTemplate(in: id, request)
        case ("DELETE", "message_templates"): return try deleteTemplate(in: id, request)
        default:
            _ = try account(id, for: request)
            throw .unreachable(id, method: request.method)
        }
    }

    private func answerNumber(_ id: String, _ edge: String, _ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        switch (request.method, edge) {
        case ("POST", "messages"): return try postMessage(from: id, request)
        case ("POST", "media"): return try await upload(to: id, request)
        case ("POST", "register"): return try register(id, request)
        case ("POST", "deregister"): return try deregister(id, request)
        case ("GET", "message_history"): return try showHistory(of: id, request)
        case ("GET", "whatsapp_business_profile"): return try showProfile(of: id, request)
        case ("POST", "whatsapp_business_profile"): return try changeProfile(of: id, request)
        case ("POST", "smb_app_data"): return try requestPhoneAppData(of: id, request)
        default:
            _ = try number(id, for: request)
            throw .unreachable(id, method: request.method)
        }
    }

    /// Keeps the asked fields (and the ID) of a node; without `fields`, those that Meta gives by default.
    func select(_ node: JSON, _ request: GraphRequest, standard: [String]) -> JSON {
        let wanted = Set((request.fields ?? standard) + ["id"])
        return .object((node.members ?? [:]).filter { wanted.contains($0.key) })
    }

    /// One page of a list; cursors are opaque positions.
    func page(_ items: [JSON], _ request: GraphRequest) -> JSON {
        let limit = max(1, min(request.text("limit").flatMap { Int($0) } ?? 25, 1_000))
        let start = request.text("after").flatMap { Data(base64Encoded: $0) }.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        let part = items.dropFirst(start).prefix(limit)
        guard !part.isEmpty else { return ["data": []] }
        let end = start + part.count
        var paging: JSON = ["cursors": ["before": .string(cursor(start)), "after": .string(cursor(end))]]
        if end < items.count {
            paging["next"] = "https://graph.facebook.com\(request.rawPath)?limit=\(limit)&after=\(cursor(end))"
        }
        return ["data": .array(Array(part)), "paging": paging]
    }

    private func cursor(_ position: Int) -> String { Data(String(position).utf8).base64EncodedString() }
}
