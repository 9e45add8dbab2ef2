import Foundation
import Messaging

extension Site {
    /// Prometheus text. Sums over the whole installation; nobody can be told from them.
    func metricsText() async throws -> String {
        let ledger = try await messaging.ledgerStatus(), sending = try await messaging.sendingFigures()
        let metrics =
            counters.metrics + Metric.of(ledger, messaging.ledger.figures.now) + Metric.of(sending) + [
                Metric("zenrent_live_streams", .gauge, "Live event streams open to this process.", Double(live.count))
            ]
        return metrics.flatMap(\.lines).joined(separator: "\n") + "\n"
    }
}

/// One thing that is measured, with a value for each kind of it.
struct Metric {
    enum Kind: String {
        /// Only rises, from 0 when the process starts.
        case counter
        /// How it stands now.
        case gauge
    }

    private let name: String
    private let kind: Kind
    private let help: String
    private let values: [(label: String, value: Double)]

    init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        (self.name, self.kind, self.help, values) = (name, kind, help, [("", value)])
    }

    /// - Parameters:
    ///   - by: the label's name.
    ///   - values: the label's values, none of which may tell of a person.
    init(_ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [(String, Int)]) {
        (self.name, self.kind, self.help) = (name, kind, help)
        self.values = values.map { ("{\(label)=\"\($0.0)\"}", Double($0.1)) }
    }

    var lines: [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"] + values.map { "\(name)\($0.label) \(Self.text($0.value))" }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : String(format: "%.3f", value)
    }
}

extension Metric {
    static func of(_ ledger: LedgerStatus, _ counted: LedgerFigures.Reading) -> [Metric] {
        [
            Metric("zenrent_ledger_stored_total", .counter, "Webhook events that this process stored durably.", Double(counted.stored)),
            Metric("zenrent_ledger_applied_total", .counter, "Webhook events that this process applied.", Double(counted.applied)),
            Metric(
                "zenrent_webhooks_refused_total", .counter,
                "Webhooks that this process refused since they could not be stored. Meta then comes again ever more rarely.",
                Double(counted.refused)),
            Metric("zenrent_ledger_waiting", .gauge, "Webhook events stored and not yet applied.", Double(ledger.waiting)),
            Metric(
                "zenrent_ledger_oldest_seconds", .gauge, "How long the oldest of them has waited; 0 when none waits.",
                ledger.oldestSeconds ?? 0),
            Metric("zenrent_ledger_arriving_per_second", .gauge, "Events that arrived, averaged over the last minute.", ledger.arriving),
            Metric("zenrent_ledger_applying_per_second", .gauge, "Those of them that are applied already.", ledger.applying),
            Metric("zenrent_ledger_replaying", .gauge, "Events that somebody asked to have applied again.", Double(ledger.replaying)),
            Metric("zenrent_ledger_set_aside", .gauge, "Events that could not be understood or applied.", Double(ledger.setAside)),
            Metric(
                "zenrent_ledger_parked", .gauge, "Parts of events that wait for something, by what it is.", by: "reason",
                LedgerStatus.reasons.map { reason in (reason, ledger.parkedBy.first { $0.reason == reason }?.count ?? 0) }),
        ]
    }

    static func of(_ sending: SendingFigures) -> [Metric] {
        [
            Metric(
                "zenrent_outbox", .gauge,
                "Messages to be sent: ready to go, being sent, or behind another one of their conversation. Counted up to 10000.",
                by: "state", [("ready", sending.ready), ("calling", sending.calling), ("behind", sending.behind)]),
            Metric("zenrent_outbox_oldest_seconds", .gauge, "How long the oldest message that could go has waited.", sending.oldestSeconds),
            Metric("zenrent_calls_under_way", .gauge, "Sends that this process waits for Meta to answer.", Double(sending.callsUnderWay)),
            Metric("zenrent_slowed_lines", .gauge, "Lines below their full speed because Meta asked for it.", Double(sending.slowedLines)),
            Metric(
                "zenrent_slow_downs_total", .counter, "Refusals of Meta that made this process slow a line down.", Double(sending.slowDowns)
            ),
            Metric(
                "zenrent_attempts_total", .counter, "Sends of this process by what they came to.", by: "outcome",
                sending.attempts.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }),
            Metric(
                "zenrent_refusals_total", .counter, "Refusals of sends by Meta's error code.", by: "code",
                sending.refusals.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }),
        ]
    }
}
