import Foundation

/// Whom a message goes to, and how the answer names that person.
struct Recipient: Sendable {
    let person: Person
    let byUserID: Bool
    let contact: JSON
}

extension Simulator {
    /// `to` wins over `recipient`. A number without plus is taken as a local one of the business's country.
    func recipient(of request: GraphRequest, for number: Number) throws(GraphRefusal) -> Recipient {
        let business = world.businessID(ofNumber: number.id) ?? ""
        if let input = request.text("to"), !input.isEmpty { return try recipient(to: input, number: number, business: business) }
        guard let userID = request.text("recipient"), !userID.isEmpty else { throw .parameter("The parameter to is required.") }
        guard let person = world.persons.first(where: { $0.userID(for: business) == userID }) else {
            throw .whatsApp(131009, "The recipient is not a user ID of this business.")
        }
        let contact: JSON = ["input": .string(userID), "user_id": .string(userID)]
        return Recipient(person: person, byUserID: true, contact: contact)
    }

    private func recipient(to input: String, number: Number, business: String) throws(GraphRefusal) -> Recipient {
        let digits = PhoneForm.waID(of: input, countryCode: number.countryCode)
        guard (8...15).contains(digits.count) else { throw .whatsApp(131009, "The parameter to is not a phone number.") }
        if digits == number.digits { throw .whatsApp(131021, "A number cannot write to itself.") }
        let person = world.person(withNumber: digits)
        world.remember(person.slug, as: business)
        let contact: JSON = ["input": .string(input), "wa_id": .string(digits), "user_id": .string(person.userID(for: business))]
        return Recipient(person: person, byUserID: false, contact: contact)
    }
}

/// How WhatsApp writes a number: some countries' IDs differ from what people dial.
enum PhoneForm {
    static func waID(of input: String, countryCode: String) -> String {
        var digits = input.filter(\.isNumber)
        if !input.hasPrefix("+"), !digits.hasPrefix(countryCode) {
            digits = countryCode + (digits.hasPrefix("0") ? String(digits.dropFirst()) : digits)
        }
        return canonical(digits)
    }

    /// Brazil loses the ninth digit from area code 31 on, Argentina gains a 9 and Mexico a 1 after the country code.
    private static func canonical(_ digits: String) -> String {
        let text = Array(digits)
        if digits.hasPrefix("55"), text.count == 13, text[4] == "9", let area = Int(String(text[2..<4])), area >= 31 {
            return String(text[0..<4] + text[5...])
        }
        if digits.hasPrefix("54"), text.count == 12, text[2] != "9" { return "549" + String(text[2...]) }
        if digits.hasPrefix("52"), text.count == 12 { return "521" + String(text[2...]) }
        return digits
    }
}
