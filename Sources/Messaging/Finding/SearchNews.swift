import SQLDatabase
import Synchronization

/// Landlords of whom this process knows that something is new. Whom nobody has named is found by a slow walk through all of them.
final class SearchNews: Sendable {
    private let state = Mutex<(line: [Landlord.ID], names: Set<Landlord.ID>)>(([], []))
    let wake = Wake()

    /// Puts landlords at the end of the line, those who are not in it.
    func note(_ landlords: some Sequence<Landlord.ID>) {
        state.withLock { state in
            for landlord in landlords where state.names.insert(landlord).inserted { state.line.append(landlord) }
        }
        wake.signal()
    }

    /// Takes up to so many from the front.
    func take(_ most: Int) -> [Landlord.ID] {
        state.withLock { state in
            let taken = Array(state.line.prefix(most))
            state.line.removeFirst(taken.count)
            state.names.subtract(taken)
            return taken
        }
    }

    /// Puts those back at the front for whom there was no time.
    func putBack(_ landlords: some Sequence<Landlord.ID>) {
        state.withLock { state in
            let missing = landlords.filter { state.names.insert($0).inserted }
            state.line.insert(contentsOf: missing, at: 0)
        }
    }

    var isEmpty: Bool { state.withLock { $0.line.isEmpty } }
}

/// A landlord, and whether the index lags behind.
struct SearchState: Decodable {
    let landlordId: Landlord.ID
    let isBehind: Bool

    /// Some landlords in the order of their IDs.
    static func some(_ limit: Int, after start: Landlord.ID, on db: any Connection) throws -> [SearchState] {
        try db.all(
            SearchState.self,
            """
            SELECT l.landlord_id, (p.sequence IS NULL OR p.sequence < l.live_sequence OR p.back_at IS NOT NULL) AS is_behind
            FROM landlords l LEFT JOIN search_progress p ON p.landlord_id = l.landlord_id
            WHERE l.landlord_id > \(start) ORDER BY l.landlord_id LIMIT \(limit)
            """)
    }
}
