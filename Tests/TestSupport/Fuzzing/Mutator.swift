import WhatsAppCloudAPI

/// SplitMix64: the same inputs from the same seed on every machine.
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Each input has dice of its own, so that one of them can be made again without those before it.
    public init(seed: UInt64, input: Int) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(input) &* 0xD1B5_4A32_D192_ED03
    }

    /// The next number of the sequence.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number from 0 up to, but not including, `bound`.
    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }
    /// Whether a throw of that many sides shows one of them.
    public mutating func happens(oneIn chance: Int) -> Bool { below(chance) == 0 }
    /// One of the elements, of which there is at least one.
    public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Spoils bytes, tokens and structure of bodies.
public struct Mutator: Sendable {
    public let corpus: Corpus
    public var dice: Dice

    public init(corpus: Corpus, dice: Dice) {
        self.corpus = corpus
        self.dice = dice
    }

    /// A body that has been spoilt in one to four ways.
    public mutating func body() -> [UInt8] {
        var body = dice.pick(corpus.bodies)
        for _ in 0...dice.below(4) {
            body = dice.happens(oneIn: 3) ? inStructure(body) : inBytes(body)
        }
        return body
    }

    /// Any value, up to a depth.
    public mutating func value(depth: Int) -> JSONValue {
        switch dice.below(depth > 0 ? 9 : 7) {
        case 0: .null
        case 1: .bool(dice.happens(oneIn: 2))
        case 2: .integer(Int64(truncatingIfNeeded: dice.next()) >> Int64(dice.below(64)))
        case 3:
            .bigInteger(
                (dice.happens(oneIn: 2) ? "-" : "") + "9" + (0..<(20 + dice.below(60))).map { _ in String(dice.below(10)) }.joined())
        case 4: number()
        case 5, 6: .string(text())
        case 7: .array((0..<dice.below(5)).map { _ in value(depth: depth - 1) })
        default: .object(Dictionary((0..<dice.below(5)).map { _ in (text(), value(depth: depth - 1)) }, uniquingKeysWith: { $1 }))
        }
    }

    private mutating func number() -> JSONValue {
        let bits = Double(bitPattern: dice.next())
        return .number(
            bits.isFinite && dice.happens(oneIn: 2) ? bits : Double(dice.below(2_000_000) - 1_000_000) / dice.pick([1, 2, 10, 1000]))
    }

    private mutating func text() -> String {
        String(String.UnicodeScalarView((0..<dice.below(12)).map { _ in scalar() }))
    }

    private mutating func scalar() -> Unicode.Scalar {
        let highest: UInt32 = dice.pick([0x20, 0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF])
        return Unicode.Scalar(UInt32(dice.below(Int(highest) + 1))) ?? "\u{FFFD}"
    }

    private mutating func inBytes(_ body: [UInt8]) -> [UInt8] {
        guard !body.isEmpty else { return dice.pick(corpus.tokens) }
        var body = body
        let place = dice.below(body.count), end = min(body.count, place + 1 + dice.below(40))
        switch dice.below(7) {
        case 0: body[place] ^= 1 << UInt8(dice.below(8))
        case 1: body[place] = UInt8(dice.below(256))
        case 2: body.removeSubrange(place..<end)
        case 3: body.insert(contentsOf: body[place..<end], at: dice.below(body.count))
        case 4: body.insert(contentsOf: dice.pick(corpus.tokens), at: place)
        case 5: body.removeSubrange(place...)
        default:
            let other = dice.pick(corpus.bodies)
            body = Array(body[..<place] + other[dice.below(other.count)...])
        }
        return body
    }

    private mutating func inStructure(_ body: [UInt8]) -> [UInt8] {
        guard let value = try? JSONValue(parsing: body) else { return inBytes(body) }
        return changed(value).serialized
    }

    // Walks down at random and changes one thing there.
    private mutating func changed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members) where !members.isEmpty && !dice.happens(oneIn: 8):
            let name = dice.pick(members.keys.sorted())
            var members = members
            switch dice.below(10) {
            case 0: members[name] = nil
            case 1: members[String(decoding: dice.pick(corpus.tokens), as: UTF8.self).filter { $0 != "\"" }] = members[name]
            default: members[name] = members[name].map { changed($0) }
            }
            return .object(members)
        case .array(let elements) where !elements.isEmpty && !dice.happens(oneIn: 8):
            var elements = elements
            let place = dice.below(elements.count)
            switch dice.below(10) {
            case 0: elements.remove(at: place)
            case 1: elements += Array(repeating: elements[place], count: dice.below(30))
            case 2: elements.shuffle(using: &dice)
            default: elements[place] = changed(elements[place])
            }
            return .array(elements)
        default: return replaced(value)
        }
    }

    private mutating func replaced(_ value: JSONValue) -> JSONValue {
        switch dice.below(4) {
        case 0: (try? JSONValue(parsing: dice.pick(corpus.tokens))) ?? .null
        case 1: .array([value])
        case 2: ["id": value]
        default: self.value(depth: 2)
        }
    }
}
