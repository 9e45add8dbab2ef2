import Foundation
import Messaging

/// What one seed tells: everything that happens, in order.
struct Story: Sendable {
    let seed: UInt64
    var scenes: [Scene]

    init(seed: UInt64) {
        self.seed = seed
        var teller = Teller(seed: seed)
        scenes = teller.tell()
    }
}

private struct Teller {
    private var random: Randomness
    private var scenes: [Scene] = []
    private var said: [OwnLine: [Int]] = [:]
    private var echoed: [OwnLine: [Int]] = [:]
    private var sent: [(Host, Int)] = []

    init(seed: UInt64) {
        random = .seeded(mixed(seed))
    }

    mutating func tell() -> [Scene] {
        begin()
        let length = Int.random(in: 8...45, using: &random), handover = chance(15) ? Int.random(in: 4..<length, using: &random) : nil
        for moment in 0..<length {
            if moment == handover { handOver() }
            happen()
            while chance(55) { machinery() }
        }
        return scenes
    }

    private mutating func begin() {
        let late = chance(30)
        for host in Host.allCases {
            for renter in Renter.allCases where chance(70) { add(.landlord(host, .syncs(renter, agreed: chance(70)))) }
            if host == .olga && late { continue }
            add(.landlord(host, .connects(host.firstLine)))
        }
        if late {
            for _ in 0..<6 { happen() }
            add(.landlord(.olga, .connects(.one)))
        }
    }

    private mutating func handOver() {
        add(.landlord(.olga, .givesAway(.one)))
        if chance(50) { speak() }
        add(.landlord(.pavel, .takesOver(.one)))
    }

    private mutating func happen() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12: add(.wait(milliseconds: pick([0, 300, 1_000, 1_500, 30_000, 61_000])))
        case 12..<14: add(.wait(milliseconds: pick([700_000, 5 * 3_600_000, 25 * 3_600_000])))
        case 14..<52: speak()
        case 52..<56:
            add(.moves(pick(Renter.allCases), pick(OwnLine.allCases), pick(Scene.KnownBy.allCases), pick([.changesNumber, .renewsUserID])))
        case 56..<61: echo()
        case 61..<63: add(.strangeStatus(pick(OwnLine.allCases)))
        case 63..<67: add(.template(pick(OwnLine.allCases), status: pick(["APPROVED", "PAUSED", "REJECTED", "UNPAUSED", "DISABLED"])))
        case 67..<68: removeUs()
        case 68..<73: deed()
        default: send()
        }
    }

    private mutating func speak() {
        let line = pick(OwnLine.allCases)
        let number = add(.says(pick(Renter.allCases), line, chance(60) ? .both : pick(Scene.KnownBy.allCases), words(on: line)))
        said[line, default: []].append(number)
    }

    private mutating func words(on line: OwnLine) -> Scene.Words {
        let earlier = said[line, default: []].suffix(4)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35: return .text
        case 35..<50: return pick([.image, .button, .list, .location, .sticker])
        case 50..<56: return chance(50) ? .stop : .start
        case 56..<61: return .unsupportedThenText(placeholderNamed: chance(50))
        case 61..<63: return .unsupportedThenStop
        case 63..<69: return .preference(stop: chance(50))
        case 69..<74: return .reaction(nil, emoji: chance(70) ? "👍" : nil)
        case 74..<84:
            return earlier.randomElement(using: &random).map { .reaction($0, emoji: chance(70) ? pick(["❤️", "🙏"]) : nil) } ?? .text
        case 84..<94: return earlier.randomElement(using: &random).map { .edit($0) } ?? .text
        default: return earlier.randomElement(using: &random).map { .revoke($0) } ?? .text
        }
    }

    private mutating func echo() {
        let line = pick(OwnLine.allCases)
        if chance(30), let edited = echoed[line]?.last {
            add(.echo(line, pick(Renter.allCases), edits: edited))
        } else {
            echoed[line, default: []].append(add(.echo(line, pick(Renter.allCases), edits: nil)))
        }
    }

    private mutating func removeUs() {
        let line = OwnLine.two
        add(.removesUs(line))
        if chance(60) { add(.landlord(.pavel, .reconnects(line))) }
    }

    private mutating func deed() {
        let renter = pick(Renter.allCases)
        let deed: Scene.Deed =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .opens(renter)
            case 1: .notes(renter, optedOut: chance(50))
            default: .syncs(renter, agreed: chance(80))
            }
        add(.landlord(pick(Host.allCases), deed))
    }

    private mutating func send() {
        if chance(12), let (host, number) = sent.randomElement(using: &random) {
            add(.landlord(host, .repeats(number, otherWords: chance(30))))
            return
        }
        let host = pick(Host.allCases)
        sent.append((host, add(.landlord(host, .sends(pick(Renter.allCases), chance(70) ? .text : .template)))))
    }

    private mutating func machinery() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: add(.delivers(share: pick([20, 50, 80])))
        case 25..<50: add(.applies(bodies: pick([1, 3, 20]), batch: pick([1, 2, 250]), crash()))
        case 50..<57: add(.appliesReleased(crash()))
        case 57..<70: add(.claims(limit: pick([1, 3, 32]), crash()))
        case 70..<82: add(.calls(fate()))
        case 82..<92: add(.records(crash()))
        case 92..<95: add(.recovers)
        case 95..<97: add(.givesUp)
        default: add(.restarts)
        }
    }

    private mutating func crash() -> Scene.Crash {
        chance(80) ? .no : pick([.rolledBack, .forgotten])
    }

    private mutating func fate() -> Scene.Fate {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50: .accepted
        case 50..<58: .notSent
        case 58..<70: .answerLost(received: chance(70))
        case 70..<74: .unreadable(received: chance(50))
        case 74..<86: .refused(code: pick([131_047, 131_026, 130_429, 131_000, 80_007, 190, 131_056]))
        case 86..<93: .neverMade
        default: .madeAndForgotten
        }
    }

    @discardableResult
    private mutating func add(_ step: Scene.Step) -> Int {
        scenes.append(Scene(number: scenes.count, step: step))
        return scenes.count - 1
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: 0..<items.count, using: &random)] }
}

extension Story {
    /// When every story begins.
    static let start = Date(timeIntervalSince1970: 1_795_000_000)
}
