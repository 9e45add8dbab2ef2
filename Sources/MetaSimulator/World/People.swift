import Foundation

/// Everybody with WhatsApp, found by name or number at once however many there are.
struct People: Sendable, RandomAccessCollection, ExpressibleByArrayLiteral {
    private var everybody: [Person] = []
    private var bySlug: [String: Int] = [:]
    private var byDigits: [String: Int] = [:]

    init() {}

    init(arrayLiteral persons: Person...) {
        for person in persons { append(person) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { everybody.count }
    subscript(position: Int) -> Person { everybody[position] }

    func named(_ slug: String) -> Person? { bySlug[slug].map { everybody[$0] } }
    func withNumber(_ digits: String) -> Person? { byDigits[digits].map { everybody[$0] } }

    mutating func append(_ person: Person) {
        bySlug[person.slug] = bySlug[person.slug] ?? everybody.count
        byDigits[person.digits] = byDigits[person.digits] ?? everybody.count
        everybody.append(person)
    }

    /// The portfolio had contact with this person by number.
    mutating func remember(_ slug: String, as business: String) {
        guard let position = bySlug[slug], !everybody[position].knownTo.contains(business) else { return }
        everybody[position].knownTo.insert(business)
    }
}

extension People: Codable {
    init(from decoder: any Decoder) throws {
        for person in try [Person](from: decoder) { append(person) }
    }

    func encode(to encoder: any Encoder) throws {
        try everybody.encode(to: encoder)
    }
}
