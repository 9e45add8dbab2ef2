import Foundation

/// Everything that pretend Meta knows and keeps across restarts.
struct World: Codable, Sendable {
    /// Seconds that Meta's clock is ahead of real time.
    var clockOffset: TimeInterval = 0
    var businesses: [Business] = []
    var accounts: [String: Account] = [:]
    var numbers: [String: Number] = [:]
    var persons = People()
    var tokens: [String: Token] = [:]
    var codes: [String: SignUpCode] = [:]
    var messages = Messages()
    var media = MediaShelf()
    var webhooks = WebhookBacklog()
    var nextSerial = 1

    mutating func serial() -> Int {
        defer { nextSerial += 1 }
        return nextSerial
    }

    func business(_ id: String) -> Business? { businesses.first { $0.id == id } }

    func accounts(of business: String) -> [Account] {
        accounts.values.filter { $0.businessID == business }.sorted { $0.id < $1.id }
    }

    func numbers(of account: String) -> [Number] {
        numbers.values.filter { $0.accountID == account }.sorted { $0.id < $1.id }
    }

    /// A portfolio by ID or by name.
    func business(called name: String) -> Business? {
        businesses.first { $0.id == name || $0.name.lowercased() == name.lowercased() }
    }

    /// A number by ID or by its digits.
    func number(called name: String) -> Number? {
        numbers[name] ?? numbers.values.first { $0.digits == name.filter(\.isNumber) && !name.isEmpty }
    }

    func businessID(ofNumber id: String) -> String? {
        numbers[id].flatMap { accounts[$0.accountID]?.businessID }
    }
}

/// A business portfolio: the customer that owns accounts.
struct Business: Codable, Sendable {
    let id: String
    var name: String
}

/// A WhatsApp Business Account (WABA).
struct Account: Codable, Sendable {
    let id: String
    var name: String
    let businessID: String
    /// The owner has shared it with the app through the sign-up popup.
    var isShared = false
    /// `subscribed_apps` holds the app.
    var isSubscribed = false
    var overrideCallback: String?
    var templates: [Template] = []
}

/// A business phone number.
struct Number: Codable, Sendable {
    let id: String
    let accountID: String
    /// Country code and number, digits only.
    let digits: String
    let display: String
    let verifiedName: String
    var status = "PENDING"
    var isVerified = true
    var pin: String?
    /// Coexistence: the number stays in the WhatsApp Business phone app as well.
    var isOnPhoneApp = false
    var throughput = "STANDARD"
    var quality = "GREEN"
    /// Times of register and deregister calls within the last 72 hours.
    var registrations: [Date] = []
    /// Free-form messages sent, by month ("2026-11").
    var serviceMessages: [String: Int] = [:]
    var profile: JSON = .object([:])

    var countryCode: String { digits.hasPrefix("1") ? "1" : String(digits.prefix(2)) }
}
