import Foundation

extension Simulator {
    /// `POST /<phone>/messages`: a message out, or a read receipt for one that came in.
    func postMessage(from id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let number = try number(id, for: request)
        guard request.text("messaging_product") == "whatsapp" else { throw .parameter("The parameter messaging_product is required.") }
        if request.text("status") != nil { return try markRead(on: number, request) }
        do throws(GraphRefusal) {
            let answer = try takeMessage(from: number, request)
            acceptedSends += 1
            return answer
        } catch {
            refusedSends += 1
            throw error
        }
    }

    private func takeMessage(from number: Number, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        try MessageShape.check(request.parameters)
        guard number.status == "CONNECTED" else { throw .whatsApp(133010, "The account is not registered on Cloud API.") }
        if let fault = takeFault(.sendError) {
            throw .whatsApp(fault.int("code") ?? 131000, fault.text("details") ?? "The simulator was told to refuse this message.")
        }
        if let fault = faults.first(where: { $0.kind == .paymentProblem }), fault.text("in") == "answer" {
            throw .whatsApp(131042, "There is a problem with the payment method of this account.")
        }
        let recipient = try recipient(of: request, for: number)
        let content = try content(of: request, from: number, to: recipient)
        try keepPace(from: number, to: recipient.person)
        return accept(content, request, from: number, to: recipient)
    }

    private struct Content {
        let type: String
        let value: JSON
        let text: String
        let category: String
        /// Decided already: the status webhook will say failed.
        var failure: Int?
    }

    private func content(of request: GraphRequest, from number: Number, to recipient: Recipient) throws(GraphRefusal) -> Content {
        let type = request.text("type") ?? "text"
        let value = request.parameters[type] ?? .null
        if type == "template" {
            let template = try usableTemplate(value, of: number.accountID)
            if recipient.byUserID, template.category == "AUTHENTICATION" {
                throw .whatsApp(131062, "Authentication templates need a phone number.")
            }
            let text = try TemplateRule.fill(template, with: value["components"]?.items ?? [])
            return Content(
                type: type, value: value, text: text, category: template.category.lowercased(),
                failure: flaw(of: type, value, from: number, to: recipient.person))
        }
        var content = Content(type: type, value: value, text: MessageShape.words(type: type, value: value), category: "service")
        content.failure = flaw(of: type, value, from: number, to: recipient.person)
        if !world.windowIsOpen(from: number.id, to: recipient.person.slug, at: now) {
            guard takeFault(.windowErrorInStatus) != nil else { throw .whatsApp(131047, ErrorDetails.windowClosed) }
            content.failure = 131047
        }
        return content
    }

    private func accept(_ content: Content, _ request: GraphRequest, from number: Number, to recipient: Recipient) -> JSON {
        var message = Message(
            id: wamid(with: recipient.person.digits), direction: .fromBusiness, numberID: number.id, person: recipient.person.slug,
            type: content.type, content: content.value, text: content.text, sentAt: now.wholeSeconds,
            callbackData: request.text("biz_opaque_callback_data"))
        message.byUserID = recipient.byUserID
        message.quoted = request.parameters["context"]?["message_id"]?.string
        message.failure = content.failure ?? fate(of: recipient.person)
        message.pricing = message.failure == nil ? price(category: content.category, number: number) : nil
        world.store(message)
        queueStatuses(of: message)
        var answered: JSON = ["id": .string(message.id)]
        if content.type == "template" { answered["message_status"] = "accepted" }
        return ["messaging_product": "whatsapp", "contacts": [recipient.contact], "messages": [answered]]
    }

    /// The error that will come by status, if any.
    private func fate(of person: Person) -> Int? {
        if takeFault(.notOnWhatsApp, where: { $0.text("person").flatMap { world.person($0)?.slug } == person.slug }) != nil {
            return 131026
        }
        return hasFault(.paymentProblem) ? 131042 : nil
    }

    /// 1,000 free-form messages a month and number are free; the rest and all templates are charged.
    private func price(category: String, number: Number) -> JSON {
        var isFree = false
        if category == "service" {
            let month = String(now.ISO8601Format().prefix(7))
            let sent = world.numbers[number.id]?.serviceMessages[month] ?? 0
            world.numbers[number.id]?.serviceMessages = [month: sent + 1]
            isFree = sent < 1_000
        }
        return [
            "billable": .bool(!isFree), "pricing_model": "PMP", "type": isFree ? "free_customer_service" : "regular",
            "category": .string(category),
        ]
    }

    /// Marks the message and all earlier ones of the conversation: the person's ticks turn blue.
    private func markRead(on number: Number, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        guard request.text("status") == "read" else { throw .parameter("The parameter status must be read.") }
        guard let id = request.text("message_id"), let position = world.messageIndex(id) else {
            throw .parameter("The parameter message_id does not name a message.")
        }
        let target = world.messages[position]
        guard target.numberID == number.id, target.direction == .fromPerson else {
            throw .parameter("The parameter message_id does not name a message.")
        }
        for index in world.messages.indices[...position] {
            let message = world.messages[index]
            if message.numberID == number.id, message.person == target.person, message.direction == .fromPerson, message.readAt == nil {
                world.messages[index].readAt = now.wholeSeconds
            }
        }
        return ["success": true]
    }

    /// Message IDs are opaque and long, as Meta's are.
    func wamid(with digits: String) -> String {
        "wamid." + Data("\u{1D}\(digits)\u{15}\(world.serial())".utf8 + Data(String.random("", length: 30).utf8)).base64EncodedString()
    }
}

extension Date {
    /// Webhooks carry whole seconds, so that is what pretend Meta remembers.
    var wholeSeconds: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
    var unixText: String { String(Int(timeIntervalSince1970.rounded(.down))) }
}
