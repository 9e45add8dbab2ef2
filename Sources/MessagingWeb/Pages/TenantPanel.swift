/// What a landlord wants to know of a tenant while writing.
struct TenantPanel: Sendable {
    struct Fact: Sendable { let factName: String, factValue: String, isNumber: Bool }

    let plate: DoorPlate
    let tenantName: String
    let number: String?
    let facts: [Fact]
    let hasFacts: Bool
    let consentTitle: String
    let consentWords: String

    /// - Parameters:
    ///   - number: written for people (`+44 7700 900118`); nil for somebody who hides it.
    ///   - facts: home, lease, language … as pairs of label and words, in order.
    ///   - consent: whether the tenant agreed to WhatsApp.
    ///   - consentWords: when and how, or what follows from it.
    init(plate: DoorPlate, name: String, number: String?, facts: [(String, String)], consent: Consent, consentWords: String) {
        (self.plate, tenantName, self.number) = (plate, name, number)
        self.facts = facts.map { Fact(factName: $0.0, factValue: $0.1, isNumber: false) }
        hasFacts = !facts.isEmpty
        consentTitle = consent.title
        self.consentWords = consentWords
    }
}

/// Whether a tenant agreed to be written to on WhatsApp.
enum Consent: Sendable {
    case agreed, notAsked, saidStop, noNumber

    /// Head of the panel's section.
    var title: String {
        switch self {
        case .agreed: "Agreed to WhatsApp"
        case .notAsked: "Not asked yet"
        case .saidStop: "Said STOP"
        case .noNumber: "No number"
        }
    }

    /// The tag in the table: words and tone of the style sheet.
    var tag: (words: String, tone: String) {
        switch self {
        case .agreed: ("Agreed", "pine")
        case .notAsked: ("Not asked yet", "")
        case .saidStop: ("Said STOP", "brass")
        case .noNumber: ("No number", "brick")
        }
    }
}
