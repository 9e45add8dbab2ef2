import Foundation

extension Simulator {
    /// `sent` and `delivered`, or `failed`, a little after the answer (before it, if a fault says so).
    func queueStatuses(of message: Message) {
        let delay = configuration.statusDelay
        let isEarly = takeFault(.statusBeforeAnswer) != nil
        if message.failure != nil {
            let id = queueStatus("failed", of: message, after: isEarly ? .zero : delay)
            if isEarly { awaitedWebhooks.append(id) }
            return
        }
        let id = queueStatus("sent", of: message, after: isEarly ? .zero : delay)
        if isEarly { awaitedWebhooks.append(id) }
        markDelivered(message.id)
        queueStatus("delivered", of: message, after: delay * 2)
        if let readDelay = configuration.readDelay, let position = world.messageIndex(message.id) {
            world.messages[position].readAt = now.wholeSeconds
            queueStatus("read", of: message, after: delay * 2 + readDelay)
        }
    }

    private func markDelivered(_ id: String) {
        guard let position = world.messageIndex(id) else { return }
        world.messages[position].deliveredAt = now.wholeSeconds
    }

    /// The person opens the conversation on the phone: what came there is read. Answers how many messages.
    @discardableResult
    func openConversation(of person: String, with number: String) -> Int {
        var count = 0
        for position in world.messages.indices {
            let message = world.messages[position]
            guard message.person == person, message.numberID == number, message.direction == .fromBusiness, message.failure == nil,
                message.readAt == nil, message.type != "reaction"
            else { continue }
            world.messages[position].readAt = now.wholeSeconds
            queueStatus("read", of: world.messages[position], after: .zero)
            count += 1
        }
        return count
    }

    @discardableResult
    func queueStatus(_ status: String, of message: Message, after delay: Duration) -> Int {
        guard let number = world.numbers[message.numberID] else { return 0 }
        let value = statusValue(status, of: message, number: number)
        return queueWebhook(
            field: "messages", account: number.accountID, value: value, lane: "\(number.id)/\(message.person)", after: delay)
    }

    private func statusValue(_ status: String, of message: Message, number: Number) -> JSON {
        let business = world.businessID(ofNumber: number.id) ?? ""
        let person = world.person(message.person)
        let isFailed = status == "failed"
        let showsNumber = !message.byUserID || person?.reveals(numberTo: business) == true
        let entry = JSON.fields([
            "id": .string(message.id), "status": .string(status), "timestamp": .string(now.unixText),
            "recipient_id": showsNumber ? person.map { .string($0.digits) } : nil,
            "recipient_user_id": isFailed && !message.byUserID ? nil : person.map { .string($0.userID(for: business)) },
            "biz_opaque_callback_data": message.callbackData.map(JSON.string),
            "pricing": status == "sent" || status == "delivered" ? message.pricing : nil,
            "errors": message.failure.map { [webhookError($0)] },
        ])
        return .fields([
            "messaging_product": "whatsapp", "metadata": metadata(of: number),
            "contacts": isFailed ? nil : person.map { [contact($0, for: business)] }, "statuses": [entry],
        ])
    }

    private func webhookError(_ code: Int) -> JSON {
        [
            "code": .int(code), "title": .string(ErrorTitles.title(of: code)), "message": .string(ErrorTitles.title(of: code)),
            "error_data": ["details": .string(ErrorDetails.text(of: code))],
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        ]
    }

    func metadata(of number: Number) -> JSON {
        ["display_phone_number": .string(number.digits), "phone_number_id": .string(number.id)]
    }

    /// Who it is, as this business may know it.
    func contact(_ person: Person, for business: String) -> JSON {
        .fields([
            "profile": .fields(["name": .string(person.name), "username": person.username.map(JSON.string)]),
            "wa_id": person.waID(for: business).map(JSON.string), "user_id": .string(person.userID(for: business)),
        ])
    }
}
