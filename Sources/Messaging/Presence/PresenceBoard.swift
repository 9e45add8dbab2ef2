import Foundation
import Logging
import SQLDatabase

/// What this process knows of who is where. What pages say is gathered and written for many at once; what stands in the database, also from
/// other processes, is looked at once a second for all landlords whom somebody listens to. Streams ask here and never wait for a query.
actor PresenceBoard {
    /// Between two times of writing: whoever types says so often.
    private static let breath = Duration.milliseconds(200)

    private let database: any Database
    private let leases: LeaseClock
    private let hub: EventHub
    private let receipts: Wake
    private let logger: Logger
    private var known: [Landlord.ID: Presence] = [:]
    private var waiting: [PresenceNote.Place: PresenceNote] = [:]
    private var writing: Task<Void, Never>?
    private var looks = 0

    init(database: any Database, leases: LeaseClock, hub: EventHub, receipts: Wake, logger: Logger) {
        self.database = database
        self.leases = leases
        self.hub = hub
        self.receipts = receipts
        self.logger = logger
    }

    /// Looks once a second until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    func presence(of landlord: Landlord.ID) -> Presence { known[landlord] ?? .nobody }

    /// Notes what a page says. It is lost if it cannot be written: the page says it again.
    func take(_ note: PresenceNote) {
        waiting[note.place] = note
        guard writing == nil else { return }
        writing = Task {
            while !waiting.isEmpty {
                let notes = waiting.values.sorted { $0.place < $1.place }
                waiting = [:]
                await write(notes)
                await look()
                try? await Task.sleep(for: Self.breath)
            }
            writing = nil
        }
    }

    private func write(_ notes: [PresenceNote]) async {
        let leases = leases
        do {
            let hasSigns = try await database.write { db in
                let now = try leases.now(on: db)
                try PresenceRows.write(notes, on: db, now: now)
                return try TypingSigns.show(notes, on: db, now: now)
            }
            if hasSigns { receipts.signal() }
        } catch {
            logger.warning("Who is where could not be noted", metadata: ["error": "\(error)"])
        }
    }

    private func look() async {
        looks += 1
        let mine = looks, leases = leases
        let watched = await hub.listenedTo()
        var found: [Landlord.ID: Presence] = [:]
        for start in stride(from: 0, to: watched.count, by: 500) {
            let some = Array(watched[start..<min(start + 500, watched.count)])
            let rows = try? await database.read { db in try PresenceRows.read(some, on: db, now: leases.now(on: db)) }
            guard let rows else { return }
            found.merge(rows) { first, _ in first }
        }
        // Whoever began to look later has seen more.
        guard mine == looks else { return }
        let changed = watched.filter { found[$0] != known[$0] }
        known = found
        if !changed.isEmpty { await hub.stir(changed) }
    }
}

extension PresenceNote.Place: Comparable {
    static func < (one: Self, other: Self) -> Bool {
        (one.landlord, one.person, one.tab) < (other.landlord, other.person, other.tab)
    }
}
