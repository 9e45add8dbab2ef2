import Foundation

/// Where a link to a map leads, read from its own text: nothing is fetched. Also takes coordinates as they are typed.
public struct MapLink: Equatable, Sendable {
    /// Degrees north.
    public let latitude: Double
    /// Degrees east.
    public let longitude: Double

    /// - Throws: `SendRefusal.content`, in words for whoever pasted it.
    public init(_ pasted: String) throws(SendRefusal) {
        let text = pasted.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count <= 4_096 else { throw Self.unreadable }
        let readable = text.removingPercentEncoding ?? text
        guard let (latitude, longitude) = Self.typed(readable) ?? Self.linked(readable) else {
            throw Self.isShort(text)
                ? .content("This short link does not say where it leads. Open it, then copy the address of the page that comes.")
                : Self.unreadable
        }
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw Self.unreadable }
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    private static let unreadable = SendRefusal.content(
        "We find no place in this. Paste a map’s link, or write north and east in degrees: 51.5033, -0.1196.")

    // "51.5033, -0.1196", also with degree signs and with a space alone between them.
    private static func typed(_ text: String) -> (Double, Double)? {
        text.wholeMatch(of: /(-?\d{1,3}(?:\.\d{1,20})?)°?\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,20})?)°?/).flatMap { pair($0.1, $0.2) }
    }

    // The pin comes before the middle of the picture, which need not be where the pin is.
    private static func linked(_ text: String) -> (Double, Double)? {
        guard text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("geo:") else { return nil }
        if let found = text.firstMatch(of: /!3d(-?[\d.]{1,24})!4d(-?[\d.]{1,24})/) { return pair(found.1, found.2) }
        if let north = text.firstMatch(of: /[?&]mlat=(-?[\d.]{1,24})/), let east = text.firstMatch(of: /[?&]mlon=(-?[\d.]{1,24})/) {
            return pair(north.1, east.1)
        }
        let forms = [
            /[?&](?:q|query|ll|sll|daddr|destination|coordinate|center|cp|pt)=(?:loc:)?(-?[\d.]{1,24})[,~+ ]\s?(-?[\d.]{1,24})/,
            /^geo:(-?[\d.]{1,24}),(-?[\d.]{1,24})/, /@(-?[\d.]{1,24}),(-?[\d.]{1,24})/, /#map=[\d.]{1,6}\/(-?[\d.]{1,24})\/(-?[\d.]{1,24})/,
        ]
        for form in forms {
            if let found = text.firstMatch(of: form) { return pair(found.1, found.2) }
        }
        return nil
    }

    private static func pair(_ north: Substring, _ east: Substring) -> (Double, Double)? {
        guard let north = Double(north), let east = Double(east) else { return nil }
        return (north, east)
    }

    private static func isShort(_ text: String) -> Bool {
        ["maps.app.goo.gl", "goo.gl", "maps.apple", "osm.org", "bit.ly"].contains { text.hasPrefix("https://\($0)/") }
    }
}
