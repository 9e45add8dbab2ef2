import Foundation
import SQLDatabase
import Synchronization

/// Sends that are asked for at the same time share one transaction and one fsync: a landlord's sends lock the same row, so that one
/// transaction each would let them wait for a disk in turn. A refusal stores nothing and harms nobody beside it. On SQLite, which has one
/// writer, all landlords share; on PostgreSQL nobody waits for another landlord's.
final class SharedSends: Sendable {
    /// Sends per transaction: it must not hold the writer for long.
    private static let most = 32
    /// Transactions at once where each is one landlord's.
    private static let lanes = 3

    private struct Waiting: Sendable {
        let landlord: Landlord.ID
        let order: SendOrder
        let done: CheckedContinuation<Message, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var lanes = 0
        // Landlords whose sends are being stored, where each is on its own.
        var served: Set<Landlord.ID> = []
    }

    private let database: any Database
    private let told: @Sendable (Set<Landlord.ID>) async -> Void
    private let state = Mutex(State())

    /// `told` is called after each commit with the landlords it was for.
    init(database: any Database, told: @escaping @Sendable (Set<Landlord.ID>) async -> Void) {
        self.database = database
        self.told = told
    }

    /// Checks a draft in a transaction shared with others, and stores it when the rules allow it.
    func perform(_ order: SendOrder, for landlord: Landlord.ID) async throws -> Message {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append(Waiting(landlord: landlord, order: order, done: continuation))
                guard state.lanes < (isShared ? 1 : Self.lanes) else { return false }
                state.lanes += 1
                return true
            }
            // A task of its own: somebody who hangs up must not interrupt what others wait for.
            if begins { Task { await work() } }
        }
    }

    private var isShared: Bool { database.dialect == .sqlite }

    private func work() async {
        var landlord: Landlord.ID?
        while let group = nextGroup(after: landlord) {
            landlord = isShared ? nil : group[0].landlord
            do {
                finish(group, try await together(group))
            } catch {
                // One of them broke a rule of the database, or the database is away: each learns its own fate.
                for one in group {
                    do {
                        finish([one], try await together([one]))
                    } catch {
                        one.done.resume(throwing: error)
                    }
                }
            }
            await told(Set(group.map(\.landlord)))
        }
    }

    // The landlords in ascending order, as everybody locks their rows.
    private func nextGroup(after last: Landlord.ID?) -> [Waiting]? {
        state.withLock { state in
            if let last { state.served.remove(last) }
            // Whoever has just had a turn comes after the others.
            let served = state.served, free = state.waiting.lazy.map(\.landlord).filter { !served.contains($0) }
            guard let next = free.first(where: { $0 != last }) ?? free.first else {
                state.lanes -= 1
                return nil
            }
            if !isShared { state.served.insert(next) }
            let places = state.waiting.indices.filter { isShared || state.waiting[$0].landlord == next }.prefix(Self.most)
            let group = places.map { state.waiting[$0] }
            for place in places.reversed() { state.waiting.remove(at: place) }
            return group.enumerated().sorted { ($0.element.landlord, $0.offset) < ($1.element.landlord, $1.offset) }.map(\.element)
        }
    }

    private func together(_ group: [Waiting]) async throws -> [Result<Message, any Error>] {
        try await database.write { db in
            try db.useIndexes()
            var prepared: [Result<Outgoing.Prepared, any Error>] = []
            for (landlord, part) in Dictionary(grouping: group, by: \.landlord).sorted(by: { $0.key < $1.key }) {
                prepared += try Self.prepare(part.map(\.order), of: LandlordRows(landlord, db))
            }
            try NewMessage.store(prepared.compactMap(\.new), on: db)
            return prepared.map { $0.map(\.message) }
        }
    }

    private static func prepare(_ orders: [SendOrder], of rows: LandlordRows) throws -> [Result<Outgoing.Prepared, any Error>] {
        var outgoing = try Outgoing(orders, of: rows)
        return try orders.map { order in
            do {
                return .success(try outgoing.prepare(order))
            } catch let error where !(error is DatabaseError) && !(error is DecodingError) {
                return .failure(error)
            }
        }
    }

    private func finish(_ group: [Waiting], _ results: [Result<Message, any Error>]) {
        for (one, result) in zip(group, results) { one.done.resume(with: result) }
    }
}

extension Result where Success == Outgoing.Prepared {
    fileprivate var new: NewMessage? {
        if case .success(.new(let message)) = self { message } else { nil }
    }
}
