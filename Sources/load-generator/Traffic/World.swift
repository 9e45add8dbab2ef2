import Foundation

/// Whom the traffic is about: written by the benchmark that prepared the server.
struct World: Decodable, Sendable {
    struct Line: Decodable, Sendable {
        let wabaId: String
        let phoneNumberId: String
        let displayPhoneNumber: String
        /// Signs in the landlord of the line.
        let token: String?
        /// How many people write to this line.
        let people: Int
        /// The first of their numbers; the others follow it.
        let firstPerson: Int
    }

    /// Signs webhooks.
    let appSecret: String
    let lines: [Line]

    init(file: String) throws {
        self = try JSONDecoder().decode(World.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    }
}

/// Somebody on a line. Numbers run on, so that no list is needed.
struct Somebody {
    let number: String

    init(_ index: Int, of line: World.Line) {
        number = String(line.firstPerson + index % max(1, line.people))
    }

    /// The business-scoped ID that belongs to the number.
    var userID: String { "GB.1" + String(repeating: "0", count: 18 - number.count) + number }
    var name: String { "Tenant " + number.suffix(5) }
}
