/// Chance, injected: the system's own, or a seeded sequence so that a failing run replays exactly.
public enum Randomness: RandomNumberGenerator, Sendable {
    case system
    case seeded(UInt64)

    public mutating func next() -> UInt64 {
        switch self {
        case .system:
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        case .seeded(let state):
            let advanced = state &+ 0x9E37_79B9_7F4A_7C15
            self = .seeded(advanced)
            return Self.mixed(advanced)
        }
    }

    // SplitMix64: small, well spread, and the same on every platform.
    private static func mixed(_ state: UInt64) -> UInt64 {
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
