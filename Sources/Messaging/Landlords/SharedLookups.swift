import SQLDatabase
import Synchronization

/// Who a person may act for is asked with every request. Those who ask at the same time share one query: it begins after each of them has
/// asked, so nobody gets an answer from before their question.
final class SharedLookups: Sendable {
    private typealias Asking = (person: Person.ID, done: CheckedContinuation<[Membership], any Error>)

    private struct State {
        var waiting: [Asking] = []
        var isBusy = false
    }

    private let database: any Database
    private let state = Mutex(State())

    init(database: any Database) {
        self.database = database
    }

    /// Every landlord the person may act for, by name.
    func memberships(of person: Person.ID) async throws -> [Membership] {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append((person, continuation))
                defer { state.isBusy = true }
                return !state.isBusy
            }
            // A task of its own: somebody who hangs up must not interrupt what others wait for.
            if begins { Task { await work() } }
        }
    }

    private func work() async {
        while let group = next() {
            do {
                let found = try await read(Set(group.map(\.person)))
                for one in group { one.done.resume(returning: found[one.person] ?? []) }
            } catch {
                for one in group { one.done.resume(throwing: error) }
            }
        }
    }

    private func next() -> [Asking]? {
        state.withLock { state in
            defer { state.waiting = [] }
            state.isBusy = !state.waiting.isEmpty
            return state.isBusy ? state.waiting : nil
        }
    }

    private func read(_ persons: Set<Person.ID>) async throws -> [Person.ID: [Membership]] {
        let rows = try await database.read { db in
            try db.all(
                MembershipRow.self,
                """
                SELECT l.landlord_id, l.name, m.person_id, m.role, m.name AS person_name FROM members m
                JOIN landlords l ON l.landlord_id = m.landlord_id
                WHERE m.person_id IN \(list: persons.sorted()) ORDER BY l.name, l.landlord_id
                """)
        }
        return Dictionary(grouping: rows.map(\.membership), by: \.person)
    }
}
