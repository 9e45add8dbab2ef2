import Foundation

extension World {
    /// Two landlords who have not connected yet, and four people, one of whom hides the number.
    static func seeded() -> World {
        var world = World()
        world.addBusiness(
            "202000000000001", "Brandt Lettings", account: "104000000000001", number: "109000000000001", digits: "442079460001")
        world.addBusiness(
            "202000000000002", "Pavel Novak Homes", account: "104000000000002", number: "109000000000002", digits: "442079460002")
        world.persons = [
            Person(slug: "nadia", name: "Nadia Rahman", digits: "447700900118"),
            Person(slug: "tom", name: "Tom Okafor", digits: "447700900123"),
            Person(slug: "ines", name: "Ines Duarte", digits: "447700900482"),
            Person(slug: "sam", name: "Sam Whitfield", digits: "447700900555", username: "sam.whitfield"),
        ]
        return world
    }

    private mutating func addBusiness(_ id: String, _ name: String, account: String, number: String, digits: String) {
        businesses.append(Business(id: id, name: name))
        addAccount(account, name: name, of: id)
        addNumber(number, digits: digits, name: name, to: account)
    }

    mutating func addAccount(_ id: String, name: String, of business: String) {
        let first = 1_600_000_000_000_000 + (Int(id.suffix(6)) ?? 0) * 100
        accounts[id] = Account(id: id, name: name, businessID: business, templates: Template.seeded(from: first))
    }

    mutating func addNumber(_ id: String, digits: String, name: String, to account: String, isOnPhoneApp: Bool = false) {
        var number = Number(
            id: id, accountID: account, digits: digits, display: Self.display(digits), verifiedName: name)
        number.isOnPhoneApp = isOnPhoneApp
        // A number of the phone app is live already; registering it would take it away from the phone.
        if isOnPhoneApp { number.status = "CONNECTED" }
        numbers[id] = number
    }

    /// "442079460001" as "+44 20 7946 0001"; other shapes get a plus only.
    static func display(_ digits: String) -> String {
        guard digits.hasPrefix("44"), digits.count == 12 else { return "+" + digits }
        let local = Array(digits.dropFirst(2))
        return local[0] == "2"
            ? "+44 \(String(local[0..<2])) \(String(local[2..<6])) \(String(local[6..<10]))"
            : "+44 \(String(local[0..<4])) \(String(local[4..<10]))"
    }
}

extension Template {
    /// Two that can be sent, one paused and one rejected, so that refusals can be seen.
    static func seeded(from first: Int) -> [Template] {
        [
            named(
                first, "hello_tenant", "APPROVED",
                "Hello {{first_name}}, this is {{landlord_name}} about your home at {{address}}. You can answer here.",
                ["first_name": "Ann", "landlord_name": "Brandt Lettings", "address": "1 High Street"]),
            named(
                first + 1, "rent_due_v1", "APPROVED", "Hello {{first_name}}, your rent of {{amount}} is due on {{due_date}}. Thank you.",
                ["first_name": "Ann", "amount": "£950", "due_date": "1 December"]),
            named(
                first + 2, "visit_notice", "PAUSED", "Hello {{first_name}}, we would like to visit on {{visit_date}}. Does that suit you?",
                ["first_name": "Ann", "visit_date": "1 December"]),
            named(
                first + 3, "offer_spring", "REJECTED", "Hello {{first_name}}, spring offers are here for you.", ["first_name": "Ann"],
                category: "MARKETING", rejectedReason: "PROMOTIONAL"),
        ]
    }

    private static func named(
        _ id: Int, _ name: String, _ status: String, _ text: String, _ examples: KeyValuePairs<String, String>,
        category: String = "UTILITY", rejectedReason: String = "NONE"
    ) -> Template {
        let parameters = examples.map { JSON.fields(["param_name": .string($0.key), "example": .string($0.value)]) }
        let body: JSON = ["type": "BODY", "text": .string(text), "example": ["body_text_named_params": .array(parameters)]]
        return Template(
            id: id, name: name, language: "en_GB", category: category, status: status, isNamed: true, components: [body],
            rejectedReason: rejectedReason)
    }
}
