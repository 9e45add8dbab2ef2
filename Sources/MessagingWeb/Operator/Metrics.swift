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
        lines += Self.lines(try await messaging.sendingFigures())
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ sending: SendingFigures) -> [String] {
        [
            "zenrent_outbox{state=\"ready\"} \(sending.ready)", "zenrent_outbox{state=\"calling\"} \(sending.calling)",
            "zenrent_outbox{state=\"behind\"} \(sending.behind)", "zenrent_outbox_oldest_seconds \(sending.oldestSeconds)",
            "zenrent_calls_under_way \(sending.callsUnderWay)", "zenrent_slowed_lines \(sending.slowedLines)",
            "zenrent_slow_downs_total \(sending.slowDowns)",
        ]
            + sending.attempts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                "zenrent_attempts_total{outcome=\"\($0.key.rawValue)\"} \($0.value)"
            } + sending.refusals.sorted { $0.key < $1.key }.map { "zenrent_refusals_total{code=\"\($0.key)\"} \($0.value)" }
    }
}
