import Foundation
import SQLDatabase

@testable import Messaging

/// The end of a story: everything under way arrives, every process gets to do its work, and the clock goes on until nothing moves.
extension ChaoticRun {
    mutating func comeToRest() async throws {
        for round in 0..<80 where faults.isEmpty {
            noteNews()
            try await hearEverything()
            while !answers.isEmpty { try await record(.no, salt: 3 + UInt64(round)) }
            while !openCalls.isEmpty { try await call(.accepted, salt: 0) }
            try await recover(all: false)
            try await claim(32, .no, salt: salt(1_000_000 + round))
            guard openCalls.isEmpty, answers.isEmpty, meta.log.allSatisfy({ delivered.contains($0.key) }) else { continue }
            if try await !isSomethingStillToGo() { break }
            now += 61
        }
        now += 11 * 60
        bodies.append(StoredBody(receivedAt: now))
        try await giveUp()
    }

    private func isSomethingStillToGo() async throws -> Bool {
        try await database.read { db in
            try db.exists(
                """
                SELECT 1 FROM outbox o JOIN lines l ON l.landlord_id = o.landlord_id AND l.line_id = o.line_id
                JOIN accounts a ON a.landlord_id = l.landlord_id AND a.account_id = l.account_id
                WHERE o.lease_until IS NOT NULL OR (l.status = 'connected' AND a.status = 'connected')
                """)
        }
    }
}

extension StoredBody {
    /// A webhook that tells nothing new, only that webhooks flow.
    fileprivate init(receivedAt: Date) {
        parts = []
        keys = []
        self.receivedAt = receivedAt
        isApplied = true
    }
}
