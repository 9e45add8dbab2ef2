import Foundation
import SQLDatabase

extension Ledger {
    /// A body on its way to disk, and who is told once it is there.
    struct Entry: Sendable {
        let source: String
        let body: [UInt8]
        let receivedAt: Date
        let done: Outcome
    }

    /// Batches that were applied, and who is told once that is on disk.
    struct Mark: Sendable {
        let batches: [String]
        let problems: [LedgerEvent.ID: String]
        let at: Date
        let done: Outcome
    }

    /// What one transaction writes: new events, and which ones were applied since the last.
    struct Commit: Sendable {
        /// Events of one account per claimable batch: a turn of an account must not last.
        private static let mostClaimable = 100

        private let batches: [Batch]
        private let marks: [Mark]
        private let isHandedOver: Bool

        // What this process applies itself is one batch; what anybody may claim is one for each account, so that accounts can take turns.
        init(_ entries: [Entry], _ marks: [Mark], isHandedOver: Bool, random: Randomness) {
            var random = random
            let groups = isHandedOver ? [entries] : Self.byAccount(entries)
            batches = groups.enumerated().map { place, entries in
                Batch(id: uuidV7(now: entries[0].receivedAt, place: place, random: &random), entries: entries)
            }
            self.marks = marks
            self.isHandedOver = isHandedOver
        }

        private static func byAccount(_ entries: [Entry]) -> [[Entry]] {
            Dictionary(grouping: entries, by: \.source).sorted { $0.key < $1.key }.flatMap { _, entries in
                stride(from: 0, to: entries.count, by: mostClaimable).map { Array(entries[$0..<min($0 + mostClaimable, entries.count)]) }
            }
        }

        func write(on db: any Connection, leases: LeaseClock) throws {
            try insert(leasedUntil: isHandedOver ? try leases.now(on: db) + Ledger.lease : nil, on: db)
            for mark in marks { try Self.write(mark, on: db) }
        }

        private func insert(leasedUntil: Date?, on db: any Connection) throws {
            try db.execute(each: batches) { batch in
                """
                INSERT INTO webhook_batches (batch_id, source, events, bytes, received_at, lease_until, tries)
                VALUES (\(batch.id), \(batch.source ?? ""), \(batch.entries.count), \(batch.bytes), \(batch.entries[0].receivedAt),
                    \(leasedUntil), \(leasedUntil == nil ? 0 : 1))
                """
            }
            try db.execute(each: batches.flatMap(\.bodies)) { row in
                "INSERT INTO webhook_bodies (batch_id, place, body, source) VALUES (\(row.batch), \(row.place), \(row.body), \(row.source))"
            }
        }

        private static func write(_ mark: Mark, on db: any Connection) throws {
            try db.execute(
                "UPDATE webhook_batches SET applied_at = \(mark.at), lease_until = NULL WHERE batch_id IN \(list: mark.batches)")
            try Ledger.note(mark.problems, on: db, now: mark.at)
        }

        /// Gives the events to this process's applier, now that they are on disk.
        func handOver(to handover: Handover) {
            for batch in batches { handover.add(batch.id, batch.events) }
        }
    }

    private struct Batch: Sendable {
        let id: String
        let entries: [Entry]

        var bytes: Int { entries.reduce(0) { $0 + $1.body.count } }
        /// The account of all of them; nil when there are several.
        var source: String? { entries.allSatisfy { $0.source == entries[0].source } ? entries[0].source : nil }

        var bodies: [(batch: String, place: Int, body: [UInt8], source: String?)] {
            let isMixed = source == nil
            return entries.enumerated().map { (id, $0.offset, $0.element.body, isMixed ? $0.element.source : nil) }
        }

        var events: [(account: String, event: LedgerEvent)] {
            entries.enumerated().map { place, entry in
                let name = LedgerEvent.ID(batch: id, place: place)
                return (entry.source, LedgerEvent(id: name, receivedAt: entries[0].receivedAt, body: entry.body))
            }
        }
    }
}
