import Foundation
import SQLDatabase
import Synchronization

/// Sends that are asked for at the same time share one transaction and one fsync: a landlord's sends lock the same row, so that one
/// transaction each would let them wait for a disk in turn. A refusal stores nothing and harms nobody beside it.
final class SharedSends: Sendable {
    /// Sends per transaction: it must not hold the writer for long.
    private static let most = 32

    private struct Waiting: Sendable {
        let landlord: Landlord.ID
        let prepare: @Sendable (any Connection) throws -> Outgoing.Prepared
        let done: CheckedContinuation<Message, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isBusy = false
    }

    private let database: any Database
    private let told: @Sendable (Set<Landlord.ID>) async -> Void
    private let state = Mutex(State())

    /// `told` is called after each commit with the landlords it was for.
    init(database: any Database, told: @escaping @Sendable (Set<Landlord.ID>) async -> Void) {
        self.database = database
        self.told = told
    }

    /// Runs `prepare` in a transaction shared with others, and stores what it allows. Whatever it refuses, it must refuse before it writes.
    func perform(
        for landlord: Landlord.ID, _ prepare: @escaping @Sendable (any Connection) throws -> Outgoing.Prepared
    ) async throws -> Message {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append(Waiting(landlord: landlord, prepare: prepare, done: continuation))
                defer { state.isBusy = true }
                return !state.isBusy
            }
            // A task of its own: somebody who hangs up must not interrupt what others wait for.
            if begins { Task { await work() } }
        }
    }

    private func work() async {
        while let group = nextGroup() {
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
    private func nextGroup() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isBusy = false
                return nil
            }
            let group = Array(state.waiting.prefix(Self.most))
            state.waiting.removeFirst(group.count)
            return group.enumerated().sorted { ($0.element.landlord, $0.offset) < ($1.element.landlord, $1.offset) }.map(\.element)
        }
    }

    private func together(_ group: [Waiting]) async throws -> [Result<Message, any Error>] {
        try await database.write { db in
            let prepared: [Result<Outgoing.Prepared, any Error>] = try group.map { one in
                do {
                    return .success(try one.prepare(db))
                } catch let error where !(error is DatabaseError) && !(error is DecodingError) {
                    return .failure(error)
                }
            }
            try NewMessage.store(prepared.compactMap(\.new), on: db)
            return prepared.map { $0.map(\.message) }
        }
    }

    private func finish(_ group: [Waiting], _ results: [Result<Message, any Error>]) {
        for (one, result) in zip(group, results) { one.done.resume(with: result) }
    }
}

extension Outgoing.Prepared {
    fileprivate var message: Message {
        switch self {
        case .known(let message): message
        case .new(let new): new.message
        }
    }
}

extension Result where Success == Outgoing.Prepared {
    fileprivate var new: NewMessage? {
        if case .success(.new(let message)) = self { message } else { nil }
    }
}
