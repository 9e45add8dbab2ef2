import Foundation

extension Simulator {
    private static let standardTemplateFields = ["name", "parameter_format", "components", "language", "status", "category"]

    func showTemplate(_ id: Int, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard case .business(let token) = try caller(of: request),
            let template = token.accountIDs.compactMap({ world.accounts[$0] }).flatMap(\.templates).first(where: { $0.id == id })
        else { throw .unreachable(String(id), method: request.method) }
        return select(template.json, request, standard: Self.standardTemplateFields)
    }

    func listTemplates(of id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let templates = try account(id, for: request).templates.filter { template in
            [("status", template.status), ("name", template.name), ("language", template.language), ("category", template.category)]
                .allSatisfy { name, value in request.text(name).map { $0 == value } ?? true }
        }
        return page(templates.map { select($0.json, request, standard: Self.standardTemplateFields) }, request)
    }

    func createTemplate(in id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let account = try account(id, for: request)
        let template = try readTemplate(request)
        guard account.templates.count < 250 else {
            throw GraphRefusal(code: 100, subcode: 2388019, message: "The account has too many message templates.")
        }
        if account.templates.contains(where: { $0.name == template.name && $0.language == template.language }) {
            throw GraphRefusal(code: 100, subcode: 2388024, message: "There is already content in this language for this template.")
        }
        world.accounts[id]?.templates.append(template)
        scheduleReview(of: template.id, in: id)
        return ["id": .string(String(template.id)), "status": "PENDING", "category": .string(template.category)]
    }

    private func readTemplate(_ request: GraphRequest) throws(GraphRefusal) -> Template {
        guard let name = request.text("name"), !name.isEmpty, name.count <= 512,
            name.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789_".contains($0) })
        else { throw .parameter("The parameter name may have lower-case letters, digits and underscores only.") }
        guard let language = request.text("language") else { throw .parameter("The parameter language is required.") }
        let category = request.text("category")?.uppercased() ?? ""
        guard ["UTILITY", "MARKETING", "AUTHENTICATION"].contains(category) else {
            throw .parameter("The parameter category is not valid.")
        }
        guard let components = request.parameters["components"]?.items else { throw .parameter("The parameter components is required.") }
        try checkBody(components, isAuthentication: category == "AUTHENTICATION")
        let isNamed = request.text("parameter_format")?.lowercased() == "named"
        return Template(
            id: 1_600_000_000_500_000 + world.serial(), name: name, language: language, category: category, status: "PENDING",
            isNamed: isNamed, components: components)
    }

    private func checkBody(_ components: [JSON], isAuthentication: Bool) throws(GraphRefusal) {
        if isAuthentication { return }
        guard let body = components.first(where: { $0["type"]?.string?.uppercased() == "BODY" }), let text = body["text"]?.string else {
            throw GraphRefusal(code: 100, subcode: 2388072, message: "The body of the template is missing.")
        }
        if text.count > 1_024 { throw GraphRefusal(code: 100, subcode: 2388040, message: "The body of the template is too long.") }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if trimmed.hasPrefix("{{") || trimmed.hasSuffix("}}") {
            throw GraphRefusal(code: 100, subcode: 2388299, message: "Variables can't be at the start or end of the template.")
        }
        if !Template.variables(in: text).isEmpty, body["example"] == nil {
            throw GraphRefusal(code: 100, subcode: 2388043, message: "The template has variables without examples.")
        }
    }

    func deleteTemplate(in id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let account = try account(id, for: request)
        guard let name = request.text("name") else { throw .parameter("The parameter name is required.") }
        let only = request.text("hsm_id")
        let rest = account.templates.filter { $0.name != name || (only != nil && only != String($0.id)) }
        guard rest.count < account.templates.count else { throw .parameter("The message template was not found.") }
        world.accounts[id]?.templates = rest
        return ["success": true]
    }

    /// Reviews that a restart interrupted begin again.
    func resumeReviews() {
        for account in world.accounts.values {
            for template in account.templates where template.status == "PENDING" { scheduleReview(of: template.id, in: account.id) }
        }
    }

    /// The reviewer approves after a short while, and says so by webhook.
    private func scheduleReview(of template: Int, in account: String) {
        let delay = configuration.reviewDelay
        Task { [weak self] in
            try await Task.sleep(for: delay)
            await self?.review(template, in: account, event: "APPROVED")
        }
    }

    /// Changes a template's state as a reviewer or Meta's quality watch does. False when there is no such template.
    @discardableResult
    func review(_ id: Int, in account: String, event: String, reason: String = "NONE") async -> Bool {
        guard let position = world.accounts[account]?.templates.firstIndex(where: { $0.id == id }) else { return false }
        world.accounts[account]?.templates[position].status = event
        world.accounts[account]?.templates[position].rejectedReason = reason
        guard let template = world.accounts[account]?.templates[position] else { return false }
        queueWebhook(
            field: "message_template_status_update", account: account,
            value: [
                "event": .string(event), "message_template_id": .int(id), "message_template_name": .string(template.name),
                "message_template_language": .string(template.language), "message_template_category": .string(template.category),
                "reason": .string(reason),
            ])
        await persist()
        return true
    }
}
