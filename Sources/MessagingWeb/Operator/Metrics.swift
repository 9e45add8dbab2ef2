import Foundation
import Messaging

extension Site {
    /// Prometheus text. Sums over the whole installation; nobody can be told from them.
    func metricsText() async throws -> String {
        let ledger = try await messaging.ledgerStatus(), counted = messaging.ledger.figures.now
        let sending = try await messaging.sendingFigures(), queues = try await messaging.queueFigures(), calls = messaging.metaCalls.now
        var metrics = counters.metrics
        metrics += Metric.of(ledger, counted, now: clock())
        metrics += Metric.of(sending)
        metrics += Metric.of(queues)
        metrics += Metric.ofMeta(sending, calls, counted)
        metrics.append(Metric("zenrent_live_streams", .gauge, "Live event streams open to this process.", Double(live.count)))
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
    init(_ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [(String, Double)]) {
        (self.name, self.kind, self.help) = (name, kind, help)
        self.values = values.map { ("{\(label)=\"\($0.0)\"}", $0.1) }
    }

    /// The same for numbers of things.
    init(_ name: String, _ kind: Kind, _ help: String, by label: String, counts: [(String, Int)]) {
        self.init(name, kind, help, by: label, counts.map { ($0.0, Double($0.1)) })
    }

    /// The same by two labels.
    init(_ name: String, _ kind: Kind, _ help: String, by labels: (String, String), counts: [(String, String, Int)]) {
        (self.name, self.kind, self.help) = (name, kind, help)
        values = counts.map { ("{\(labels.0)=\"\($0.0)\",\(labels.1)=\"\($0.1)\"}", Double($0.2)) }
    }

    var lines: [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"] + values.map { "\(name)\($0.label) \(Self.text($0.value))" }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : String(format: "%.3f", value)
    }
}

extension Metric {
    static func of(_ ledger: LedgerStatus, _ counted: LedgerFigures.Reading, now: Date) -> [Metric] {
        let parked = LedgerStatus.reasons.map { reason in (reason, ledger.parkedBy.first { $0.reason == reason }) }
        return [
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
                counts: parked.map { ($0.0, $0.1?.count ?? 0) }),
            Metric(
                "zenrent_ledger_parked_oldest_seconds", .gauge, "How long the oldest of them has waited; 0 when none waits.", by: "reason",
                parked.map { ($0.0, $0.1.map { max(0, now.timeIntervalSince($0.oldest)) } ?? 0) }),
        ]
    }

    static func of(_ sending: SendingFigures) -> [Metric] {
        [
            Metric(
                "zenrent_outbox", .gauge,
                "Messages to be sent: ready to go, being sent, or behind another one of their conversation. Counted up to 10000.",
                by: "state", counts: [("ready", sending.ready), ("calling", sending.calling), ("behind", sending.behind)]),
            Metric("zenrent_outbox_oldest_seconds", .gauge, "How long the oldest message that could go has waited.", sending.oldestSeconds),
            Metric("zenrent_calls_under_way", .gauge, "Sends that this process waits for Meta to answer.", Double(sending.callsUnderWay)),
            Metric("zenrent_slowed_lines", .gauge, "Lines below their full speed because Meta asked for it.", Double(sending.slowedLines)),
            Metric(
                "zenrent_slow_downs_total", .counter, "Refusals of Meta that made this process slow a line down.", Double(sending.slowDowns)
            ),
            Metric(
                "zenrent_attempts_total", .counter, "Sends of this process by what they came to.", by: "outcome",
                counts: sending.attempts.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }),
        ]
    }

    static func of(_ queues: QueueFigures) -> [Metric] {
        [
            Metric(
                "zenrent_ledger_replaying_oldest_seconds", .gauge,
                "How long ago the next event to be applied again was asked for; 0 when there is none.", queues.replays.oldestSeconds),
            Metric(
                "zenrent_read_receipts", .gauge, "Read messages of which Meta is still to be told. Counted up to 10000.",
                Double(queues.receipts.waiting)),
            Metric(
                "zenrent_read_receipts_oldest_seconds", .gauge, "For how long the first of them could have been told already.",
                queues.receipts.oldestSeconds),
            Metric(
                "zenrent_onboardings", .gauge, "Numbers that are being connected. Counted up to 10000.", Double(queues.onboardings.waiting)),
            Metric(
                "zenrent_onboardings_oldest_seconds", .gauge, "How long the next step of the first of them has been due.",
                queues.onboardings.oldestSeconds),
        ]
    }

    /// What Meta said, by what it was asked and by its own codes.
    static func ofMeta(
        _ sending: SendingFigures, _ calls: [MetaCalls.Kind: MetaCalls.Figures], _ counted: LedgerFigures.Reading
    ) -> [Metric] {
        var outcomes: [(String, String, Int)] = []
        var refusals = sending.refusals.sorted { $0.key < $1.key }.map { ("send", "\($0.key)", $0.value) }
        for kind in MetaCalls.Kind.allCases {
            let figures = calls[kind] ?? MetaCalls.Figures()
            outcomes += figures.outcomes.map { (kind.rawValue, $0.key.rawValue, $0.value) }.sorted { $0.1 < $1.1 }
            refusals += figures.refusals.sorted { $0.key < $1.key }.map { (kind.rawValue, "\($0.key)", $0.value) }
        }
        return [
            Metric(
                "zenrent_meta_calls_total", .counter, "Calls of this process to Meta, besides sends, by what they came to.",
                by: ("kind", "outcome"), counts: outcomes),
            Metric(
                "zenrent_refusals_total", .counter, "Calls of this process that Meta refused, by its error code.", by: ("kind", "code"),
                counts: refusals),
            Metric(
                "zenrent_failed_messages_total", .counter,
                "Messages that Meta took and then reported as failed, by its error code; 0 where it gave none.", by: "code",
                counts: counted.failures.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }),
        ]
    }
}
