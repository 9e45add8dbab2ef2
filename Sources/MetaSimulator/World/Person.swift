import Crypto
import Foundation

/// Somebody with WhatsApp on a phone.
struct Person: Codable, Sendable {
    /// How the control API and the pages name the person: "nadia", or the number of somebody nobody described.
    let slug: String
    var name: String
    /// The number, digits only; businesses see it only when `reveals(numberTo:)`.
    var digits: String
    var username: String?
    /// Portfolios that had contact by phone number lately (Meta's contact book).
    var knownTo: Set<String> = []

    /// The business-scoped user ID: another one for every portfolio, the same one every time.
    func userID(for business: String) -> String {
        let digest = SHA256.hash(data: Data("\(slug)@\(business)".utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000_000_000_000_000
        return "GB.1" + String(repeating: "0", count: 18 - String(number).count) + String(number)
    }

    /// Who has a username shows the number only to portfolios that had contact by it.
    func reveals(numberTo business: String) -> Bool { username == nil || knownTo.contains(business) }

    func waID(for business: String) -> String? { reveals(numberTo: business) ? digits : nil }

    var isGuest: Bool { slug == digits }
    var firstName: String { String(name.prefix { $0 != " " }) }
}

extension World {
    /// A person by name, number, or the user ID that some portfolio knows.
    func person(_ name: String) -> Person? {
        if let known = persons.named(name) ?? persons.named(name.lowercased()) { return known }
        // Only a user ID has a dot; making the IDs of everybody takes a while.
        if name.contains(".") { return persons.first { person in businesses.contains { person.userID(for: $0.id) == name } } }
        let digits = name.filter(\.isNumber)
        return persons.withNumber(digits)
    }

    /// The person with that number; somebody new when nobody has it, since any number may be on WhatsApp.
    mutating func person(withNumber digits: String) -> Person {
        if let known = persons.withNumber(digits) { return known }
        let guest = Person(slug: digits, name: "+" + digits, digits: digits)
        persons.append(guest)
        return guest
    }

    mutating func remember(_ slug: String, as business: String) {
        persons.remember(slug, as: business)
    }
}
