import Foundation

extension Simulator {
    /// Everything a script may want to know before it acts.
    var worldView: JSON {
        [
            "now": .string(now.ISO8601Format()), "appId": .string(configuration.appID), "configId": .string(configuration.configID),
            "webhookURL": webhookURL.map(JSON.string) ?? .null, "faults": .array(faults.map(\.json)),
            "pendingWebhooks": .int(world.webhooks.count), "persons": .array(world.persons.map(view)),
            "businesses": .array(world.businesses.map(view)),
        ]
    }

    private func view(_ business: Business) -> JSON {
        let accounts = world.accounts(of: business.id).map { account -> JSON in
            [
                "id": .string(account.id), "name": .string(account.name), "shared": .bool(account.isShared),
                "subscribed": .bool(account.isSubscribed),
                "templates": .array(
                    account.templates.map { ["id": .int($0.id), "name": .string($0.name), "status": .string($0.status)] }),
                "numbers": .array(
                    world.numbers(of: account.id).map { number -> JSON in
                        [
                            "id": .string(number.id), "displayPhoneNumber": .string(number.display), "status": .string(number.status),
                            "isOnPhoneApp": .bool(number.isOnPhoneApp),
                        ]
                    }),
            ]
        }
        return ["id": .string(business.id), "name": .string(business.name), "accounts": .array(accounts)]
    }

    /// `POST /simulator/webhooks` sends any change (account events and the like); `/flush` lets waiting ones go at once.
    func controlWebhooks(_ request: ControlRequest) throws(ControlProblem) -> JSON {
        if request.path.count == 2 {
            guard request.path[1] == "flush" else { throw .unknown("control route for webhooks like that") }
            flushWebhooks()
            return ["webhooks": .int(world.webhooks.count)]
        }
        guard let field = request.body["field"]?.string, let value = request.body["value"], let entry = request.body["entryId"]?.text else {
            throw ControlProblem(message: "A webhook needs field, entryId and value.")
        }
        let id = queueWebhook(field: field, entry: entry, value: value)
        guard id > 0 else { throw ControlProblem(message: "No webhook URL is set.") }
        return ["id": .int(id)]
    }

    /// `POST /simulator/templates/{id}` `{event, reason?}`: what a reviewer or the quality watch does.
    func controlTemplate(_ id: String, _ body: JSON) async throws(ControlProblem) -> JSON {
        guard let event = body["event"]?.string else { throw ControlProblem(message: "Say which event: APPROVED, REJECTED, PAUSED …") }
        guard let id = Int(id), let account = world.accounts.values.first(where: { $0.templates.contains { $0.id == id } }),
            await review(id, in: account.id, event: event, reason: body["reason"]?.string ?? "NONE")
        else { throw .unknown("template \(id)") }
        return ["success": true]
    }

    /// `POST /simulator/businesses` `{name, phoneNumber}`: one more portfolio with an account and a number, for `signups`.
    func controlBusiness(_ body: JSON) throws(ControlProblem) -> JSON {
        let digits = (body["phoneNumber"]?.text ?? "").filter(\.isNumber)
        guard let name = body["name"]?.string, (8...15).contains(digits.count) else {
            throw ControlProblem(message: "A business needs a name and a phoneNumber of 8 to 15 digits.")
        }
        guard world.business(called: name) == nil, world.number(called: digits) == nil else {
            throw ControlProblem(status: 409, message: "There is a business of this name or number already.")
        }
        let business = addBusiness(name), account = addAccount(name, of: business), number = "1090000000\(10_000 + world.serial())"
        world.addNumber(number, digits: digits, name: name, to: account)
        return ["businessId": .string(business), "wabaId": .string(account), "phoneNumberId": .string(number)]
    }

    /// `POST /simulator/numbers/{id}` changes what only Meta can: status, quality, throughput, coexistence, verification.
    func controlNumber(_ id: String, _ body: JSON) throws(ControlProblem) -> JSON {
        guard var number = world.numbers[id] else { throw .unknown("phone number \(id)") }
        if let status = body["status"]?.string { number.status = status }
        if let quality = body["quality"]?.string { number.quality = quality }
        if let level = body["throughput"]?.string { number.throughput = level }
        if let pin = body["pin"]?.text { number.pin = pin }
        if let isOnPhoneApp = body["isOnPhoneApp"]?.bool { number.isOnPhoneApp = isOnPhoneApp }
        if let isVerified = body["isVerified"]?.bool { number.isVerified = isVerified }
        world.numbers[id] = number
        return node(number)
    }
}
