/// The sign of a tenant: the flat's number on a plate in its property's hue. Somebody unknown gets a grey plate with "?".
struct DoorPlate: Sendable, Equatable {
    /// At most four characters, or the plate would grow: `4B`, `12`, `?`.
    let label: String
    /// A class of the style sheet, `d0` to `d5`; empty for grey.
    let hue: String

    /// - Parameters:
    ///   - unit: the flat as the landlord writes it (`4B`, `Flat 4B`), or nil when it is not known.
    ///   - property: whatever tells properties apart, an ID or the address; the same one always has the same hue.
    init(unit: String?, property: String?) {
        let last = unit?.split(separator: " ").last.map(String.init) ?? ""
        label = last.isEmpty ? "?" : String(last.prefix(4))
        hue = property.map { "d\(Self.hue(of: $0))" } ?? ""
    }

    /// Swift's own hash differs from run to run, so the characters are summed with a prime.
    private static func hue(of property: String) -> Int {
        property.unicodeScalars.reduce(0) { ($0 * 31 + Int($1.value)) % 60_006 } % 6
    }
}
