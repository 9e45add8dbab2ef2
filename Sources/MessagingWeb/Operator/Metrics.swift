import Foundation
import Messaging
import SQLDatabase

extension Site {
    /// Prometheus text. Sums over the whole installation; nobody can be told from them.
    func metricsText() async throws -> String {
        let ledger = try await messaging.ledgerStatus()
        var lines = counters.all.map { "\($0.name) \($0.count)" }
        lines += [
            "zenrent_ledger_waiting \(ledger.waiting)", "zenrent_ledger_parked \(ledger.parked)",
            "zenrent_ledger_set_aside \(ledger.setAside)",
            "zenrent_ledger_oldest_seconds \(ledger.oldestSeconds ?? 0)", "zenrent_live_streams \(live.count)",
        ]
        lines += try await database.read { db in
            try db.all(OutboxFigure.self, OutboxFigure.query).map { "zenrent_outbox{state=\"\($0.state)\"} \($0.count)" }
                + db.all(AttemptFigure.self, AttemptFigure.query).map {
                    "zenrent_attempts{outcome=\"\($0.outcome)\",code=\"\($0.code.map(String.init) ?? "")\"} \($0.count)"
                }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

private struct OutboxFigure: Decodable {
    let state: String
    let count: Int

    static let query: SQL = """
        SELECT m.state, COUNT(*) AS count FROM outbox o JOIN messages m ON m.landlord_id = o.landlord_id AND m.message_id = o.message_id
        GROUP BY m.state ORDER BY m.state
        """
}

private struct AttemptFigure: Decodable {
    let outcome: String
    let code: Int?
    let count: Int

    static let query: SQL = """
        SELECT outcome, error_code AS code, COUNT(*) AS count FROM attempts
        GROUP BY outcome, error_code ORDER BY outcome, error_code
        """
}
