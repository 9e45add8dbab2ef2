import Foundation
import WhatsAppCloudAPI

@testable import Messaging

/// The landlords of every story.
enum Host: String, Sendable, CaseIterable {
    case olga, pavel

    var id: Landlord.ID { Landlord.ID(rawValue) }
    var title: String { rawValue.capitalized }
    var firstLine: OwnLine { self == .olga ? .one : .two }
}

/// The numbers that landlords connect, each with an account of its own.
enum OwnLine: Int, Sendable, CaseIterable {
    case one = 1
    case two = 2

    var number: PhoneNumberID { PhoneNumberID(rawValue: "10900000000000\(rawValue)") }
    var waba: WABAID { WABAID(rawValue: "10400000000000\(rawValue)") }
    var account: String { "account-\(rawValue)" }
    var id: Line.ID { Line.ID("line-\(rawValue)") }
    var title: String { "line \(rawValue)" }
}

/// The people who rent. Each has a number, may move to another, and has an ID of their own at every business.
enum Renter: Int, Sendable, CaseIterable {
    case nadia = 1
    case tom, ines

    var title: String { ["Nadia", "Tom", "Ines"][rawValue - 1] }
    var externalID: String { "t-\(title.lowercased())" }
    func digits(moved: Bool) -> String { moved ? "44770090090\(10 - rawValue)" : "44770090011\(rawValue)" }
    func userID(at line: OwnLine, renewed: Bool) -> String { "GB.\(line.rawValue)\(rawValue)\(renewed ? 9 : 0)" }
}

/// Well-mixed bits from several numbers: chance that does not shift when a story loses a scene.
func mixed(_ parts: UInt64...) -> UInt64 {
    parts.reduce(0x51_7C_C1_B7_27_22_0A_95) { state, part in
        var random = Randomness.seeded(state ^ part)
        return random.next()
    }
}

/// The same for a text.
func mixed(_ salt: UInt64, _ text: String) -> UInt64 {
    text.utf8.reduce(mixed(salt)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } ^ mixed(salt, UInt64(text.utf8.count))
}

/// Fair order for a salt, whatever else is in the list.
func shuffled<Item>(_ items: [Item], salt: UInt64, by key: (Item) -> String) -> [Item] {
    items.map { (mixed(mixed(salt, key($0))), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
}
