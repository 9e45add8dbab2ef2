import Foundation

extension Date {
    /// Milliseconds since 1970, as every time is stored.
    public var milliseconds: Int64 { Int64(min(max((timeIntervalSince1970 * 1000).rounded(), -9e18), 9e18)) }

    public init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// The start of its second: Meta's timestamps know no fractions.
    var wholeSecond: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
}

extension Duration {
    /// Seconds with their fraction.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
