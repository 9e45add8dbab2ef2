import SQLDatabase
import Synchronization

/// Transfers that were claimed, and whose turn is last: nil when everybody has been looked at.
struct ClaimedTransfers<Transfer: Sendable>: Sendable {
    let transfers: [Transfer]
    let last: Landlord.ID?
}

/// What moves between WhatsApp and us, for one landlord.
protocol MediaTransfer: Sendable {
    var landlord: Landlord.ID { get }
}

/// Makes claimed transfers in tasks of their own, a few at a time: a slow one holds up nobody else's.
final class TransferCrew<Transfer: MediaTransfer>: Sendable {
    /// Transfers of this process at once.
    static var places: Int { 6 }

    private let state = Mutex<[Landlord.ID: Int]>([:])

    /// Transfers under way, by landlord.
    var underWay: [Landlord.ID: Int] { state.withLock { $0 } }

    var count: Int { underWay.values.reduce(0, +) }

    /// Runs until the task is cancelled; transfers under way are cancelled then. `claim` is told how many places are free and after whom
    /// it goes on, and answers nil when it failed.
    func run(
        wake: Wake, claim: (_ free: Int, _ after: Landlord.ID) async -> ClaimedTransfers<Transfer>?,
        perform: @escaping @Sendable (Transfer) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            var last = Landlord.ID("")
            await wake.loop(pausing: {
                let free = Self.places - count
                guard free > 0 else { return .seconds(1) }
                let claimed = await claim(free, last)
                last = claimed?.last ?? Landlord.ID("")
                for transfer in claimed?.transfers ?? [] {
                    begin(transfer)
                    group.addTask {
                        await perform(transfer)
                        self.end(transfer)
                        wake.signal()
                    }
                }
                return claimed?.last == nil ? .seconds(1) : .zero
            })
            group.cancelAll()
        }
    }

    private func begin(_ transfer: Transfer) { state.withLock { $0[transfer.landlord, default: 0] += 1 } }

    private func end(_ transfer: Transfer) {
        state.withLock { state in
            let left = state[transfer.landlord, default: 1] - 1
            state[transfer.landlord] = left > 0 ? left : nil
        }
    }
}

/// Who comes next in a table of transfers that wait.
struct TransferTurns {
    private static let landlordsPerClaim = 64

    /// The table, and what its waiting rows are known by; they have an index that begins with the landlord.
    let table: SQL
    let waiting: SQL

    /// Claims up to `free` transfers in turns of landlords. `take` is told how many of whom.
    func claim<Transfer: MediaTransfer>(
        _ free: Int, after start: Landlord.ID, underWay: [Landlord.ID: Int], on db: any Connection,
        take: (_ limit: Int, _ landlord: Landlord.ID) throws -> [Transfer]
    ) throws -> ClaimedTransfers<Transfer> {
        var claimed: [Transfer] = []
        let landlords = try db.all(Landlord.ID.self, landlords(after: start))
        for landlord in landlords {
            // Half of the places for one at most, so that somebody else's photo need not wait for a flood of films.
            let share = min(free - claimed.count, max(0, TransferCrew<Transfer>.places / 2 - underWay[landlord, default: 0]))
            if share > 0 { claimed += try take(share, landlord) }
            if claimed.count >= free { return ClaimedTransfers(transfers: claimed, last: landlord) }
        }
        return ClaimedTransfers(transfers: claimed, last: landlords.count == Self.landlordsPerClaim ? landlords.last : nil)
    }

    /// Landlords with something that waits: steps along the index, however much each has.
    func landlords(after start: Landlord.ID) -> SQL {
        """
        WITH RECURSIVE queue (landlord_id, place) AS (
            SELECT CAST(\(start) AS TEXT), 0
            UNION ALL
            SELECT (
                SELECT t.landlord_id FROM \(table) t WHERE \(waiting) AND t.landlord_id > q.landlord_id
                ORDER BY t.landlord_id LIMIT 1), q.place + 1
            FROM queue q WHERE q.landlord_id IS NOT NULL AND q.place < \(Self.landlordsPerClaim))
        SELECT landlord_id FROM queue WHERE place > 0 AND landlord_id IS NOT NULL ORDER BY place
        """
    }
}
