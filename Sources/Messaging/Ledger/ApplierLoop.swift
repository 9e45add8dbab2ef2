import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Feeds stored events to `Applier`. A thin shell: claim, decode, apply, note.
struct ApplierLoop: Sendable {
    /// Parts per transaction: large enough to share its cost, small enough to hold the writer for milliseconds only.
    static let batch = 250

    let database: any Database
    let ledger: Ledger
    let hub: EventHub
    let wake: Wake
    let sender: Wake
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        if database.dialect == .sqlite { _ = await attempt("releasing leases") { try await ledger.releaseAll() } }
        await wake.loop {
            let waited = await attempt("applying what waited") { try await applyReleased() } ?? false
            let fresh = await attempt("applying events") { try await applyWaiting() } ?? false
            return waited || fresh
        }
    }

    /// Applies one batch of events. Answers whether there was any.
    func applyWaiting() async throws -> Bool {
        let events = try await ledger.claim(limit: 200, now: clock())
        guard !events.isEmpty else { return false }
        var outcomes: [LedgerOutcome] = []
        var items: [LedgerItem] = []
        for event in events {
            do throws(WebhookUnreadable) {
                let found = try WebhookPayload.items(in: event.body)
                items += found.map { LedgerItem(eventID: event.eventId, receivedAt: event.receivedAt, item: $0) }
                outcomes.append(LedgerOutcome(eventID: event.eventId, items: found.count, error: nil))
            } catch {
                logger.warning("A webhook body could not be understood", metadata: ["event": "\(event.eventId)", "reason": "\(error)"])
                outcomes.append(LedgerOutcome(eventID: event.eventId, items: 0, error: "\(error)"))
            }
        }
        do {
            let failures = try await apply(items)
            try await ledger.finish(outcomes.map { $0.with(failures[$0.eventID]) }, now: clock())
        } catch {
            try? await ledger.release(events.map(\.eventId))
            throw error
        }
        return true
    }

    /// Applies parts whose line or target has come to exist.
    func applyReleased() async throws -> Bool {
        let rows = try await database.read { try WaitingItems.released(on: $0, limit: Self.batch) }
        guard !rows.isEmpty else { return false }
        let events = try await ledger.events(Set(rows.map(\.eventId)).sorted())
        let wanted = Dictionary(grouping: rows, by: \.eventId).mapValues { Set($0.map(\.part)) }
        let items = events.flatMap { event in
            ((try? WebhookPayload.items(in: event.body)) ?? []).filter { wanted[event.eventId]?.contains($0.part) == true }
                .map { LedgerItem(eventID: event.eventId, receivedAt: event.receivedAt, item: $0) }
        }
        try await forgetLost(rows, found: items)
        _ = try await apply(items)
        return true
    }

    // A part whose body has gone cannot be applied any more; keeping it would turn this loop in place.
    private func forgetLost(_ rows: [WaitingItems.Row], found: [LedgerItem]) async throws {
        let here = Set(found.map { "\($0.eventID)/\($0.item.part)" })
        let lost = rows.filter { !here.contains("\($0.eventId)/\($0.part)") }
        guard !lost.isEmpty else { return }
        logger.error("Waiting parts have lost their events", metadata: ["count": "\(lost.count)"])
        try await database.write { db in
            try db.execute(each: lost) { "DELETE FROM waiting_items WHERE event_id = \($0.eventId) AND part = \($0.part)" }
        }
    }

    /// Applies items in batches; a batch that fails is run again item by item, so that one bad item never holds up its neighbours.
    /// Answers the errors of items that were set aside, by event.
    private func apply(_ items: [LedgerItem]) async throws -> [String: String] {
        var failures: [String: String] = [:]
        var rest = items[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batch))
            rest = rest.dropFirst(Self.batch)
            do {
                try await step(batch)
            } catch let error where !Self.isTransient(error) {
                for item in batch { try await applyAlone(item, &failures) }
            }
        }
        return failures
    }

    private func applyAlone(_ item: LedgerItem, _ failures: inout [String: String]) async throws {
        for isLast in [false, false, true] {
            do {
                return try await step([item])
            } catch DatabaseError.uniqueViolation where !isLast {
                // The sender, or another process, stored the same thing in between: the next try finds it.
                continue
            } catch let error where !Self.isTransient(error) {
                return try await setAside(item, error, &failures)
            }
        }
    }

    private func step(_ items: [LedgerItem]) async throws {
        let now = clock(), random = random()
        let changed = try await database.write { db in
            try Applier.step(items, on: db, now: now, random: random)
        }
        guard !changed.isEmpty else { return }
        await hub.wake(changed)
        sender.signal()
        try await database.notify(Messaging.liveChannel)
    }

    private func setAside(_ item: LedgerItem, _ error: any Error, _ failures: inout [String: String]) async throws {
        logger.error(
            "A part of a webhook was set aside", metadata: ["event": "\(item.eventID)", "part": "\(item.item.part)", "error": "\(error)"])
        failures[item.eventID] = "Part \(item.item.part): \(error)"
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

    private func attempt<T>(_ doing: String, _ work: () async throws -> T) async -> T? {
        do {
            return try await work()
        } catch {
            logger.error("The applier failed", metadata: ["doing": "\(doing)", "error": "\(error)"])
            return nil
        }
    }
}

extension LedgerOutcome {
    fileprivate func with(_ failure: String?) -> LedgerOutcome {
        LedgerOutcome(eventID: eventID, items: items, error: error ?? failure)
    }
}
