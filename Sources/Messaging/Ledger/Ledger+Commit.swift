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
        private static let mostClaimable = 64
        /// Accounts with so many events in a commit may share a batch with others.
        private static let fewInCommit = 4

        private let handedOver: Batch?
        private let claimable: [Batch]
        private let marks: [Mark]

        // What this process applies itself is one batch. What anybody may claim is one for each account that brings much, so that accounts
        // take turns; all who bring little share one, for the fewer rows there are, the sooner a crowd is applied.
        init(_ entries: [Entry], _ marks: [Mark], handover: Handover, random: Randomness) {
            var random = random, place = 0
            func batch(_ entries: [Entry]) -> Batch {
                defer { place += 1 }
                return Batch(id: uuidV7(now: entries[0].receivedAt, place: place, random: &random), entries: entries)
            }
            let accounts = Dictionary(grouping: entries, by: \.source)
            let (admitted, flooding) = handover.admits(accounts.mapValues { $0.reduce(0) { $0 + $1.body.count } })
            let handed = entries.filter { admitted.contains($0.source) }
            handedOver = handed.isEmpty ? nil : batch(handed)
            let few = max(Self.fewInCommit, entries.count / 8)
            func isOfCrowd(_ account: String) -> Bool { !flooding.contains(account) && (accounts[account] ?? []).count <= few }
            let crowd = entries.filter { !admitted.contains($0.source) && isOfCrowd($0.source) }
            let others = accounts.filter { !admitted.contains($0.key) && !isOfCrowd($0.key) }.sorted { $0.key < $1.key }
            claimable = ([crowd] + others.map(\.value)).flatMap(Self.turns).map(batch)
            self.marks = marks
        }

        private static func turns(of entries: [Entry]) -> [[Entry]] {
            var turns: [[Entry]] = [], share = Share(0)
            for entry in entries {
                if share.isSpent {
                    turns.append([])
                    share = Share(mostClaimable)
                }
                turns[turns.count - 1].append(entry)
                share.spend(1, bytes: entry.body.count)
            }
            return turns
        }

        func write(on db: any Connection, leases: LeaseClock) throws {
            let columns: SQL = "webhook_batches (batch_id, source, events, bytes, received_at, lease_until, tries)"
            let bodies = ([handedOver].compactMap { $0 } + claimable).flatMap(\.bodies)
            try db.insert(into: "webhook_bodies (batch_id, place, body, source)", each: bodies) { row in
                "(\(row.batch), \(row.place), \(row.body), \(row.source))"
            }
            try db.insert(into: columns, each: claimable) { $0.row(leasedUntil: "\(Date?.none)", tries: 0) }
            if let handedOver {
                try db.executeWithNext(
                    "INSERT INTO \(columns) VALUES \(handedOver.row(leasedUntil: leases.time(in: Ledger.lease), tries: 1))")
            }
            for mark in marks { try Self.write(mark, on: db) }
        }

        private static func write(_ mark: Mark, on db: any Connection) throws {
            try db.executeWithNext(
                "UPDATE webhook_batches SET applied_at = \(mark.at), lease_until = NULL WHERE batch_id IN \(list: mark.batches)")
            try Ledger.note(mark.problems, on: db, now: mark.at)
        }

        /// Gives the events to this process's applier, now that they are on disk.
        func handOver(to handover: Handover) {
            if let handedOver { handover.add(handedOver.id, handedOver.events) }
        }
    }

    private struct Batch: Sendable {
        let id: String
        let entries: [Entry]

        var bytes: Int { entries.reduce(0) { $0 + $1.body.count } }
        /// The account of all of them; nil when there are several.
        var source: String? { entries.allSatisfy { $0.source == entries[0].source } ? entries[0].source : nil }

        func row(leasedUntil: SQL, tries: Int) -> SQL {
            "(\(id), \(source ?? ""), \(entries.count), \(bytes), \(entries[0].receivedAt), \(leasedUntil), \(tries))"
        }

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
