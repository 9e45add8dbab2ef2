import Foundation
import Logging
import SQLDatabase
import Synchronization
import WhatsAppCloudAPI

/// Feeds stored events to `Applier`. A thin shell: claim, decode, apply, note.
struct ApplierLoop: Sendable {
    /// Events per transaction: under load many landlords share its cost. What they change has room among the pages that SQLite has at hand.
    static let mostEvents = 1_000
    /// Events of one account per transaction, so that none waits long for another's.
    static let share = 64
    /// How long a transaction of one account's events should last where everybody else waits for it.
    private static let longestTurn = 0.005
    /// Parts per transaction where a few events have many.
    private static let parts = 250
    /// Bytes of bodies per transaction: read, they take many times as much.
    static let longestBatch = 768 * 1024
    /// Batches of fresh events in a row.
    static let mostRounds = 8
    /// Events of one account per claim, where what is claimed stands in nobody's way.
    static let aside = 256

    let database: any Database
    let ledger: Ledger
    let hub: EventHub
    let wake: Wake
    let sender: Wake
    let media: Wake
    let clock: @Sendable () -> Date
    let leases: LeaseClock
    let inbound: InboundTally
    let random: @Sendable () -> Randomness
    let logger: Logger
    private let cost = EventCost()

    /// Applies some of what waits in the tables. Answers whether there was any.
    func applyTables(_ turn: Turn) async -> Bool {
        let waited = await attempt("applying what waited") { try await applyReleased() } ?? false
        let flood = await attempt("applying a flood") { try await applyFlood() } ?? false
        let stored = await attempt("applying stored events") { try await applyStored(turn) } ?? true
        if !stored { ledger.handover.open() }
        let again = await attempt("applying events again") { try await applyReplays() } ?? false
        return waited || flood || stored || again
    }

    /// Applies some batches of events from the tables, in turns of accounts. Answers whether there was any.
    func applyStored(_ turn: Turn) async throws -> Bool {
        var batches = try await turn.takeAhead() ?? []
        if batches.isEmpty { batches = try await claim(turn) }
        guard !batches.isEmpty else { return false }
        // The next ones are claimed while these are applied.
        turn.claimAhead { try await claim(turn) }
        do {
            var problems: [LedgerEvent.ID: String] = [:]
            var items: [LedgerItem] = []
            for batch in batches { items += self.items(of: batch.events, isAgain: batch.isAgain, &problems) }
            problems.merge(try await apply(items, of: batches.reduce(0) { $0 + $1.events.count })) { first, _ in first }
            try await ledger.finish(batches, problems: problems)
        } catch {
            try? await ledger.release(batches.map(\.id))
            throw error
        }
        return true
    }

    // A slow machine's turns are of fewer events, not longer.
    var turnShare: Int { min(max(Int(Self.longestTurn / cost.seconds), Self.share / 4), Self.share) }

    private func claim(_ turn: Turn) async throws -> [LedgerBatch] {
        let share = worksAside ? Self.aside : turnShare
        let claim = try await ledger.claim(events: Self.mostEvents, share: share, after: turn.last, leases: leases)
        turn.last = claim.last
        return claim.batches
    }

    func items(
        of events: [LedgerEvent], isAgain: Bool, _ problems: inout [LedgerEvent.ID: String]
    ) -> [LedgerItem] {
        var items: [LedgerItem] = []
        for event in events {
            do throws(WebhookUnreadable) {
                items += try WebhookPayload.items(in: event.body).map {
                    LedgerItem(event: event.id, receivedAt: event.receivedAt, isAgain: isAgain, item: $0)
                }
            } catch {
                logger.warning("A webhook body could not be understood", metadata: ["event": "\(event.id)", "reason": "\(error)"])
                problems[event.id] = "\(error)"
            }
        }
        return items
    }

    /// Applies parts whose line or target has come to exist.
    func applyReleased() async throws -> Bool {
        let rows = try await ledger.affordable(database.read { try WaitingItems.released(on: $0, limit: Self.mostEvents) })
        guard !rows.isEmpty else { return false }
        let wanted = Dictionary(grouping: rows, by: \.event).mapValues { Set($0.map(\.part)) }
        var unreadable: [LedgerEvent.ID: String] = [:]
        let items = self.items(of: try await ledger.events(Array(wanted.keys)), isAgain: true, &unreadable)
            .filter { wanted[$0.event]?.contains($0.item.part) == true }
        try await forgetLost(rows, found: items)
        _ = try await apply(items, of: wanted.count)
        try await ledger.noteLate(Array(wanted.keys), now: clock())
        return true
    }

    /// Applies events that somebody asked to have applied again; whatever is known already stays as it is.
    func applyReplays() async throws -> Bool {
        let events = try await ledger.replays(limit: Self.mostEvents)
        guard !events.isEmpty else { return false }
        var problems: [LedgerEvent.ID: String] = [:]
        let items = self.items(of: try await ledger.events(events), isAgain: true, &problems)
        problems.merge(try await apply(items, of: events.count)) { first, _ in first }
        try await ledger.finishReplays(events, problems: problems, now: clock())
        return true
    }

    // A part whose body has gone cannot be applied any more; keeping it would turn this loop in place.
    private func forgetLost(_ rows: [WaitingItems.Row], found: [LedgerItem]) async throws {
        let here = Set(found.map { "\($0.event)/\($0.item.part)" })
        let lost = rows.filter { !here.contains("\($0.event)/\($0.part)") }
        guard !lost.isEmpty else { return }
        logger.error("Waiting parts have lost their events", metadata: ["count": "\(lost.count)"])
        try await database.write { db in
            try db.execute(each: lost) { "DELETE FROM waiting_items WHERE event_id = \($0.eventId) AND part = \($0.part)" }
        }
    }

    /// Applies items in batches; a batch that fails is run again item by item, so that one bad item never holds up its neighbours.
    /// Answers the errors of items that were set aside, by event.
    func apply(_ items: [LedgerItem], of events: Int) async throws -> [LedgerEvent.ID: String] {
        let most = max(Self.parts, min(events, Self.mostEvents))
        var failures: [LedgerEvent.ID: String] = [:]
        var rest = items[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(most))
            rest = rest.dropFirst(most)
            do {
                try await insist(on: batch)
            } catch let error where !Self.isTransient(error) {
                for item in batch { try await applyAlone(item, &failures) }
            }
        }
        return failures
    }

    private func applyAlone(_ item: LedgerItem, _ failures: inout [LedgerEvent.ID: String]) async throws {
        do {
            try await insist(on: [item])
        } catch let error where !Self.isTransient(error) {
            try await setAside(item, error, &failures)
        }
    }

    // The sender, or another process, may store the same thing in between: the next try finds it.
    private func insist(on items: [LedgerItem]) async throws {
        for isLast in [false, false, true] {
            do {
                return try await step(items)
            } catch DatabaseError.uniqueViolation where !isLast {
                continue
            }
        }
    }

    private func step(_ items: [LedgerItem]) async throws {
        let now = clock(), random = random()
        let changed = try await database.write { [cost] db in
            let begun = ContinuousClock.now
            defer { cost.note(items.count, took: .now - begun) }
            return try Applier.step(items, on: db, now: now, random: random)
        }
        inbound.note(items, now: now)
        ledger.figures.reported(items)
        guard !changed.isEmpty else { return }
        await hub.wake(changed)
        sender.signal()
        if items.contains(where: { $0.kept?.hasFile == true }) { media.signal() }
    }

    private func setAside(_ item: LedgerItem, _ error: any Error, _ failures: inout [LedgerEvent.ID: String]) async throws {
        logger.error(
            "A part of a webhook was set aside", metadata: ["event": "\(item.event)", "part": "\(item.item.part)", "error": "\(error)"])
        failures[item.event] = "Part \(item.item.part): \(error)"
        let now = clock()
        try await database.write { try WaitingItems.park([(item, .failed, "\(error)")], on: $0, now: now) }
    }

    // The database's trouble is not the item's fault: it is tried again as a whole.
    private static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case DatabaseError.serialization, DatabaseError.busy, DatabaseError.timedOut, DatabaseError.unavailable, DatabaseError.diskFull,
            DatabaseError.notDurable:
            true
        default: false
        }
    }

    func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            logger.error("The applier failed", metadata: ["doing": "\(doing)", "error": "\(error)"])
            return nil
        }
    }
}

/// What applying an event costs on this machine, of late.
private final class EventCost: Sendable {
    private let average = Mutex(0.000_1)

    /// Seconds for each.
    var seconds: Double { average.withLock { $0 } }

    func note(_ events: Int, took time: Duration) {
        // What a transaction costs besides its events would tell most in a small one.
        guard events >= 16 else { return }
        average.withLock { $0 = 0.8 * $0 + 0.2 * (time / .seconds(1)) / Double(events) }
    }
}
