import Foundation

/// The latest messages in the order of their coming, found by wamid at once however many there are.
struct Messages: Sendable, RandomAccessCollection {
    private static let most = 20_000, forgottenAtOnce = 5_000

    private var latest: [Message] = []
    private var forgotten = 0
    private var places: [String: Int] = [:]
    private var lastSaid: [String: Date] = [:]

    init() {}

    var startIndex: Int { 0 }
    var endIndex: Int { latest.count }
    subscript(position: Int) -> Message {
        get { latest[position] }
        set { latest[position] = newValue }
    }

    func place(of wamid: String) -> Int? { places[wamid].map { $0 - forgotten } }

    /// When this person last said something to this number that opens the window.
    func lastSaid(by person: String, to number: String) -> Date? { lastSaid["\(number)/\(person)"] }

    /// Enough for a long test; the oldest go first.
    mutating func store(_ message: Message) {
        places[message.id] = forgotten + latest.count
        latest.append(message)
        if message.opensWindow { lastSaid["\(message.numberID)/\(message.person)"] = message.sentAt }
        guard latest.count > Self.most else { return }
        for old in latest.prefix(Self.forgottenAtOnce) where (places[old.id] ?? .max) < forgotten + Self.forgottenAtOnce {
            places[old.id] = nil
        }
        latest.removeFirst(Self.forgottenAtOnce)
        forgotten += Self.forgottenAtOnce
    }
}

extension Messages: Codable {
    init(from decoder: any Decoder) throws {
        for message in try [Message](from: decoder) { store(message) }
    }

    func encode(to encoder: any Encoder) throws {
        try latest.encode(to: encoder)
    }
}
