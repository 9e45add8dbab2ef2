import Foundation

/// Message IDs of Meta's form and length. The same series and place always give the same ID, so that statuses find their messages
/// without a list; different ones lie far apart, as Meta's do.
struct WamidSeries {
    private let seed: UInt64

    init(_ name: String) {
        seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    subscript(place: Int, number: String) -> String {
        var bytes: [UInt8] = [0x1c, 0x18, UInt8(number.utf8.count)]
        bytes += number.utf8
        bytes += [0x15, 0x02, 0x00, 0x12, 0x18, 0x14]
        bytes += Self.hex(mixed(UInt64(place)), mixed(UInt64(place) ^ 0x5555_5555)).prefix(20)
        bytes.append(0)
        return "wamid." + Data(bytes).base64EncodedString()
    }

    // SplitMix64.
    private func mixed(_ value: UInt64) -> UInt64 {
        var z = seed &+ value &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    private static func hex(_ values: UInt64...) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return values.flatMap { value in (0..<16).map { digits[Int((value >> (60 - 4 * UInt64($0))) & 15)] } }
    }
}
