import Foundation
import SQLDatabase
import WhatsAppCloudAPI

@testable import Messaging

/// A mistake put in on purpose, to see that the simulation finds such things.
enum Sabotage: Sendable {
    case none
    /// The first text that Meta delivers gets lost behind its 200.
    case losesText
    /// A call whose answer got lost is made again at once, as careless HTTP clients do.
    case repeatsLostCalls
}

/// Lives through a story as it is told: parts come late, twice, in any order and in any batches, and processes die.
struct ChaoticRun {
    struct OpenCall: Sendable {
        let call: SendCall
        let claimedAt: Date
    }

    struct Answer: Sendable {
        let call: SendCall
        let result: SendResult
    }

    struct Sent: Sendable {
        let scene: Int
        let host: Host
        let conversation: Conversation.ID
        let draft: Draft
        let tenant: String
    }

    let story: Story
    let database: any Database
    let sabotage: Sabotage
    var now = Story.start
    var meta: PretendMeta
    var timeline: [(at: Date, what: Occurrence)] = []
    var bodies: [StoredBody] = []
    var delivered: Set<String> = []
    var openCalls: [OpenCall] = []
    var answers: [Answer] = []
    var sent: [Message.ID: Sent] = [:]
    var faults: [String] = []
    var told = 0
    private var steps: UInt64 = 0
    private var hasLostOne = false

    init(_ story: Story, on database: any Database, sabotage: Sabotage = .none) {
        self.story = story
        self.database = database
        self.sabotage = sabotage
        meta = PretendMeta(seed: story.seed)
    }

    /// Lives the story to its end. Answers what is known then; what was wrong on the way is in `faults`.
    mutating func live() async throws -> Facts {
        let start = now
        try await database.write { try Deeds.begin(on: $0, now: start) }
        for scene in story.scenes { try await live(scene) }
        try await comeToRest()
        try await judge()
        let bodies = bodies
        return try await database.read { db in
            try Facts(db) { bodies[StoredBody.number(of: $0)].keys[$1] }
        }
    }

    private mutating func live(_ scene: Scene) async throws {
        let number = scene.number
        switch scene.step {
        case .wait(let time): now += Double(time) / 1_000
        case .says(let person, let line, let known, let words):
            meta.says(words, person, on: line, known: known, scene: number, at: now)
        case .moves(let person, let line, let known, let move):
            meta.moves(move, person, on: line, known: known, scene: number, at: now)
        case .echo(let line, let person, let edits): meta.echo(on: line, to: person, edits: edits, scene: number, at: now)
        case .strangeStatus(let line): meta.strangeStatus(on: line, scene: number, at: now)
        case .template(let line, let status): meta.template(of: line, becomes: status, scene: number, at: now)
        case .removesUs(let line): meta.removesUs(line, scene: number, at: now)
        case .landlord(let host, let deed): try await act(deed, host, number)
        case .delivers(let share): try deliver(share: share, salt: salt(number))
        case .applies(let limit, let batch, let crash): try await apply(limit: limit, batch: batch, crash, salt: salt(number))
        case .appliesReleased(let crash): _ = try await applyReleased(crash, salt: salt(number))
        case .claims(let limit, let crash): try await claim(limit, crash, salt: salt(number))
        case .calls(let fate): try await call(fate, salt: salt(number))
        case .records(let crash): try await record(crash, salt: salt(number))
        case .recovers: try await recover(all: false)
        case .givesUp: try await giveUp()
        case .restarts: try await restart()
        }
        noteNews()
    }

    func salt(_ number: Int) -> UInt64 { mixed(story.seed, 1_000 + UInt64(number)) }

    mutating func noteNews() {
        while told < meta.log.count {
            timeline.append((now, .told(meta.log[told])))
            told += 1
        }
    }

    private mutating func act(_ deed: Scene.Deed, _ host: Host, _ number: Int) async throws {
        switch deed {
        case .sends(let renter, let kind):
            try await send(Self.draft(kind, number), to: renter, by: host, scene: number)
        case .repeats(let earlier, let otherWords): try await sendAgain(earlier, otherWords: otherWords, by: host)
        default:
            if deed.changesHands { try await hearEverything() }
            if deed.isProof { beginNewSecond() }
            let now = now, random = Randomness.seeded(salt(number)), templates = meta.templates
            timeline.append((now, .deed(deed, host, scene: number, templates: templates)))
            try await database.write { db in
                var deeds = Deeds(db: db, now: now, random: random)
                try deeds.perform(deed, by: host, templates: templates)
            }
            if deed.isProof { beginNewSecond() }
        }
    }

    // Meta's stamps know whole seconds only, so within the second of a proof our clock decides: nothing else happens in it.
    private mutating func beginNewSecond() {
        now = now.wholeSecond + 1
    }

    private mutating func restart() async throws {
        openCalls = []
        answers = []
        try await recover(all: database.dialect == .sqlite)
    }
}

/// What comes in.
extension ChaoticRun {
    mutating func deliver(share: Int, salt: UInt64) throws {
        let picked = meta.log.filter { event in
            mixed(salt, event.key) % 100 < UInt64(delivered.contains(event.key) ? share / 8 : share)
        }
        var rest = shuffled(picked, salt: salt) { $0.key }[...]
        while let first = rest.first {
            let size = Int(mixed(salt, first.key + "#") % 3) + 1
            try store(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
    }

    mutating func store(_ events: [MetaEvent]) throws {
        var events = events
        delivered.formUnion(events.map(\.key))
        if case .losesText = sabotage, !hasLostOne, let lost = events.firstIndex(where: { $0.isText }) {
            events.remove(at: lost)
            hasLostOne = true
        }
        guard !events.isEmpty else { return }
        bodies.append(try StoredBody(events, number: bodies.count, at: now))
    }

    mutating func apply(limit: Int, batch: Int, _ crash: Scene.Crash, salt: UInt64) async throws {
        let waiting = bodies.indices.filter { !bodies[$0].isApplied }.prefix(limit)
        let parts = waiting.flatMap { bodies[$0].items(isAgain: bodies[$0].wasTried) }
        let items = shuffled(parts, salt: salt) { "\($0.event)/\($0.item.part)" }
        for index in waiting { bodies[index].wasTried = true }
        for first in stride(from: 0, to: items.count, by: batch) {
            let isLast = first + batch >= items.count
            let goes = try await step(Array(items[first..<min(first + batch, items.count)]), crash: isLast ? crash : .no, salt: salt)
            guard goes else { return }
        }
        guard crash == .no else { return }
        for index in waiting { bodies[index].isApplied = true }
    }

    /// Applies what can go on. Answers whether there was any.
    mutating func applyReleased(_ crash: Scene.Crash, salt: UInt64) async throws -> Bool {
        let rows = try await database.read { try WaitingItems.released(on: $0, limit: 250) }
        let items = rows.map { bodies[StoredBody.number(of: $0.eventId)].items(isAgain: true)[$0.part] }
        guard !items.isEmpty else { return false }
        _ = try await step(items, crash: crash, salt: salt)
        return true
    }

    private mutating func step(_ items: [LedgerItem], crash: Scene.Crash, salt: UInt64) async throws -> Bool {
        steps += 1
        let now = now, random = Randomness.seeded(mixed(salt, steps))
        do {
            try await database.write { db in
                _ = try Applier.step(items, on: db, now: now, random: random)
                if crash == .rolledBack { throw Died() }
            }
            return true
        } catch is Died {
            return false
        } catch {
            faults.append("applying failed: \(error)")
            return false
        }
    }

    /// Before a line changes hands everything about it has been heard: what comes later waits for the operator, by design.
    mutating func hearEverything() async throws {
        for event in meta.log where !delivered.contains(event.key) { try store([event]) }
        try await apply(limit: .max, batch: 250, .no, salt: 1)
        while try await applyReleased(.no, salt: 2), faults.isEmpty {}
    }
}

/// The process died before its transaction could commit.
struct Died: Error {}

extension Scene.Deed {
    fileprivate var isProof: Bool {
        switch self {
        case .connects, .reconnects, .givesAway, .takesOver: true
        default: false
        }
    }

    fileprivate var changesHands: Bool {
        switch self {
        case .givesAway, .takesOver: true
        default: false
        }
    }
}

extension MetaEvent {
    fileprivate var isText: Bool { value["messages"]?.array?.first?["type"]?.string == "text" }
}
