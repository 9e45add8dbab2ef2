import Foundation
import Messaging

extension OperatorPage {
    static func gauges(_ figures: Figures) -> [Gauge] {
        let ledger = figures.ledger, counted = figures.counted
        let isKeepingUp = ledger.applying >= ledger.arriving * 0.9
        return [
            Gauge(
                gaugeName: "Arriving", figure: rate(ledger.arriving).figure, unit: rate(ledger.arriving).unit,
                meaning: "From Meta, in the last minute. This process has stored \(counted.stored.spelt) since it started and "
                    + (counted.refused == 0 ? "refused none." : "refused \(counted.refused.spelt)."),
                tag: counted.refused == 0 ? .fine("Stored") : .look("Refused")),
            Gauge(
                gaugeName: "Applied", figure: rate(ledger.applying).figure, unit: rate(ledger.applying).unit,
                meaning: "Of those that arrived in the last minute. This process has applied \(counted.applied.spelt) since it started.",
                tag: isKeepingUp ? .fine("Keeps up") : .look("Slower")),
            Gauge(
                gaugeName: "Oldest waiting", figure: ledger.oldestSeconds?.spelt ?? "None",
                unit: ledger.oldestSeconds == nil ? "waits" : "",
                meaning: waiting(ledger), tag: (ledger.oldestSeconds ?? 0) > Site.patience ? .look("Behind") : .fine("On time")),
            outbox(figures.sending),
        ]
    }

    private static func waiting(_ ledger: LedgerStatus) -> String {
        ledger.waiting == 0
            ? "Every event that is stored has been applied."
            : "\(counted(ledger.waiting, "event is", "events are")) stored and not yet applied."
    }

    private static func outbox(_ sending: SendingFigures) -> Gauge {
        let isLate = sending.oldestSeconds > Site.patience && sending.ready > 0
        let queue =
            sending.ready + sending.behind == 0
            ? "Nothing waits to be sent."
            : "The oldest has waited \(sending.oldestSeconds.spelt); \(atLeast(sending.behind)) more follow in their conversations."
        return Gauge(
            gaugeName: "Outbox", figure: atLeast(sending.ready), unit: "ready to go",
            meaning: "\(counted(sending.calling, "call", "calls")) to Meta under way. \(queue)",
            tag: isLate ? .look("Late") : .fine("On time"))
    }

    static func signs(_ figures: Figures, _ words: TimeWords) -> [Sign] {
        LedgerStatus.reasons.map { reason in
            parked(reason, figures.ledger.parkedBy.first { $0.reason == reason }, words)
        } + [replay(figures.ledger), speed(figures.sending), streams(figures)]
    }

    private static func parked(_ reason: String, _ waiting: LedgerStatus.Waiting?, _ words: TimeWords) -> Sign {
        let told = Self.told(reason)
        guard let waiting else { return .fine(told.name, told.none, "") }
        let since = "\(words.date(waiting.oldest)), \(words.time(waiting.oldest)) UTC"
        let tell = told.needsNobody ? Sign.later : Sign.look
        return tell(told.name, "\(counted(waiting.count, told.one, told.many)), the oldest since \(since).", told.meaning)
    }

    private struct Told {
        let name: String, one: String, many: String, none: String, meaning: String
        var needsNobody = false
    }

    private static func told(_ reason: String) -> Told {
        switch reason {
        case "unknownLine":
            Told(
                name: "Number not here", one: "part is for a number that nobody has connected",
                many: "parts are for numbers that nobody has connected", none: "Nothing waits for a number.",
                meaning: "Applied as soon as the number is connected. If none is expected, remove the app from that account at Meta. "
                    + "Expires after 30 days.")
        case "beforeProof":
            Told(
                name: "Before the proof", one: "part is older than the landlord's proof",
                many: "parts are older than the landlord's proof", none: "Nothing is older than its landlord's proof.",
                meaning: "A number that changes hands carries no words over. Nothing to do: it expires after 30 days.",
                needsNobody: true)
        case "unknownTarget":
            Told(
                name: "Message not here", one: "part speaks of a message that has not come",
                many: "parts speak of messages that have not come", none: "Nothing waits for its message.",
                meaning:
                    "Statuses, edits and reactions may come first; they are applied when their message comes. Those of another program's "
                    + "messages expire after 30 to 35 days.", needsNobody: true)
        case "failed":
            Told(
                name: "Failed", one: "part could not be applied", many: "parts could not be applied", none: "Nothing has failed.",
                meaning: "The events are listed below with what went wrong. After a release that mends it, replay them.")
        default: Told(name: reason, one: "part waits", many: "parts wait", none: "Nothing waits.", meaning: "")
        }
    }

    private static func replay(_ ledger: LedgerStatus) -> Sign {
        ledger.replaying == 0
            ? .fine("Replay", "Nobody has asked for a replay.", "zenrent ledger replay is safe at any time.")
            : .news(
                "Replay", "\(counted(ledger.replaying, "event is", "events are")) being applied again.", "What is known stays as it is.")
    }

    private static func speed(_ sending: SendingFigures) -> Sign {
        sending.slowedLines == 0
            ? .fine("Speed", "Every line sends at its full speed.", "")
            : .look(
                "Speed", "Meta has slowed down \(counted(sending.slowedLines, "line", "lines")).",
                "Full speed comes back by itself; zenrent_refusals_total in /metrics counts the reasons.")
    }

    private static func streams(_ figures: Figures) -> Sign {
        .fine(
            "Live pages", "\(counted(figures.liveStreams, "stream is", "streams are")) open here.",
            "Each is a browser, or a program of the platform.")
    }

    private static func atLeast(_ count: Int) -> String {
        count >= SendingFigures.mostCounted ? "\(count.spelt)+" : count.spelt
    }

    // Slow traffic is counted by the minute: nobody can see a twentieth of an event.
    private static func rate(_ perSecond: Double) -> (figure: String, unit: String) {
        if perSecond < 1 { return (Int((perSecond * 60).rounded()).spelt, "in a minute") }
        return (perSecond < 10 ? String(format: "%.1f", perSecond) : Int(perSecond.rounded()).spelt, "events a second")
    }
}

extension OperatorPage.Tag {
    fileprivate static func fine(_ name: String) -> Self { Self(tone: "pine", icon: "check", tagName: name) }
    fileprivate static func look(_ name: String) -> Self { Self(tone: "brass", icon: "alert", tagName: name) }
}

extension OperatorPage.Sign {
    fileprivate static func fine(_ name: String, _ finding: String, _ meaning: String) -> Self {
        Self(tone: "ok", icon: "check", spoken: "Fine", signName: name, finding: finding, meaning: meaning)
    }

    fileprivate static func look(_ name: String, _ finding: String, _ meaning: String) -> Self {
        Self(tone: "mind", icon: "alert", spoken: "Please look", signName: name, finding: finding, meaning: meaning)
    }

    fileprivate static func later(_ name: String, _ finding: String, _ meaning: String) -> Self {
        Self(tone: "later", icon: "glass", spoken: "Waits", signName: name, finding: finding, meaning: meaning)
    }

    fileprivate static func news(_ name: String, _ finding: String, _ meaning: String) -> Self {
        Self(tone: "ok", icon: "retry", spoken: "Under way", signName: name, finding: finding, meaning: meaning)
    }
}
