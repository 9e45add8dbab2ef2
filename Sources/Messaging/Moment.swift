import Foundation

extension Date {
    /// Milliseconds since 1970, as every time is stored.
    public var milliseconds: Int64 { Int64(min(max((timeIntervalSince1970 * 1000).rounded(), -9e18), 9e18)) }

    public init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// The start of its second: Meta's timestamps know no fractions.
    var wholeSecond: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }

    var wholeHour: Date { Date(timeIntervalSince1970: (timeIntervalSince1970 / 3_600).rounded(.down) * 3_600) }
}

/// When Meta says that something happened, and the wamid that said so. Of two the later one counts, whatever the order in which they came;
/// within one of Meta's seconds the wamid decides. Wamids are ASCII: their bytes are compared, as `SQL.bytewise` does in the database.
struct Stamp: Comparable {
    let at: Date
    let wamid: String

    static func < (one: Stamp, other: Stamp) -> Bool {
        one.at == other.at ? one.wamid.utf8.lexicographicallyPrecedes(other.wamid.utf8) : one.at < other.at
    }
}

extension Duration {
    /// Seconds with their fraction.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
