import Foundation

/// A blank sheet of map, drawn by us: the lines of latitude and longitude around a place in their true distances, a scale, and a pin. It pretends no
/// streets, and asks no third party.
struct PlaceSketch: Sendable {
    struct Line: Sendable {
        let at: String
        /// Nil where it would stand beyond the edge.
        let lineLabel: String?
        let labelAt: String
    }

    static let width = 280.0, height = 120.0
    /// So many metres are one unit of the picture.
    private static let scale = 2.0
    private static let metresPerDegree = 111_320.0
    /// Closer lines than this could not be told apart.
    private static let closest = 44.0

    let meridians: [Line]
    let parallels: [Line]

    /// - Parameters:
    ///   - latitude: degrees north.
    ///   - longitude: degrees east.
    init(latitude: Double, longitude: Double) {
        let perDegree = Self.metresPerDegree / Self.scale
        parallels = Self.lines(around: latitude, perDegree: perDegree, room: Self.height, ends: ("S", "N"), isUpwards: true)
        // At the poles meridians meet, and there is nothing to draw.
        let narrowed = perDegree * cos(latitude * .pi / 180)
        meridians =
            narrowed < 1 ? [] : Self.lines(around: longitude, perDegree: narrowed, room: Self.width, ends: ("W", "E"), isUpwards: false)
    }

    private static func lines(
        around middle: Double, perDegree: Double, room: Double, ends: (String, String), isUpwards: Bool
    ) -> [Line] {
        let steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5]
        guard let step = steps.first(where: { $0 * perDegree >= closest }) else { return [] }
        let reach = room / 2 / perDegree
        let first = Int(((middle - reach) / step).rounded(.up)), last = Int(((middle + reach) / step).rounded(.down))
        guard first <= last else { return [] }
        return (first...last).map { number in
            let degrees = Double(number) * step
            let offset = (degrees - middle) * perDegree
            let at = isUpwards ? room / 2 - offset : room / 2 + offset
            let end = degrees < 0 ? ends.0 : ends.1
            let hasRoom = isUpwards ? at > 20 : at < room - 45
            return Line(
                at: String(format: "%.1f", at), lineLabel: hasRoom ? String(format: "%.3f° ", abs(degrees)) + end : nil,
                labelAt: String(format: "%.1f", isUpwards ? at - 3 : at + 3))
        }
    }
}
