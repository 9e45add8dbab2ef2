import Foundation
import Messaging

/// How the installation stands, for operators. Sums and times only: nobody can be told from them.
struct OperatorPage: Page {
    static let view = "operator"

    /// What the page is made from.
    struct Figures: Sendable {
        let ledger: LedgerStatus
        let sending: SendingFigures
        let counted: LedgerFigures.Reading
        let liveStreams: Int
    }

    /// The one sentence, and what to do.
    struct Verdict: Sendable { let tone: String, icon: String, inShort: String, advice: String }
    struct Gauge: Sendable { let gaugeName: String, figure: String, unit: String, meaning: String, tag: Tag }
    struct Tag: Sendable { let tone: String, icon: String, tagName: String }
    struct Sign: Sendable { let tone: String, icon: String, spoken: String, signName: String, finding: String, meaning: String }
    struct SetAside: Sendable { let arrived: String, stamp: String, event: String, error: String, replay: String, fixture: String }

    /// How often the page is fetched anew by itself, in seconds.
    static let pause = 10

    let frame: Frame
    let asOf: String
    let again: String
    let follow: Composer.Link
    let verdict: Verdict
    let gauges: [Gauge]
    let signs: [Sign]
    let hasFigures: Bool
    let setAside: [SetAside]
    let hasSetAside: Bool
    let setAsideCount: String

    /// - Parameters:
    ///   - refusedAt: when this process last had to refuse a webhook, as long as that is news.
    ///   - figures: nil when the database does not answer.
    ///   - isFollowed: whether the page is fetched anew by itself, which a person has to ask for.
    ///   - words: in UTC, as logs are.
    init(ready: ReadyStatus, refusedAt: Date?, figures: Figures?, isFollowed: Bool, words: TimeWords) {
        frame = Frame(title: "Operations", home: Paths.operations, refresh: isFollowed ? Self.pause : nil)
        asOf = "As of \(words.second(words.now)) UTC" + (isFollowed ? ", fetched anew every \(Self.pause) seconds" : "")
        again = isFollowed ? Paths.operationsFollowed : Paths.operations
        follow =
            isFollowed
            ? .init(linkName: "Stop", href: Paths.operations)
            : .init(linkName: "Follow every \(Self.pause) s", href: Paths.operationsFollowed)
        verdict = Self.verdict(ready, refusedAt, figures?.ledger, words)
        gauges = figures.map(Self.gauges) ?? []
        signs = figures.map { Self.signs($0, words) } ?? []
        hasFigures = figures != nil
        let list = figures?.ledger.lastSetAside ?? [], all = figures?.ledger.setAside ?? 0
        setAside = list.map { Self.row($0, words) }
        hasSetAside = !list.isEmpty
        setAsideCount = all > list.count ? "the last \(list.count) of \(all.spelt)" : all.spelt
    }

    private static func verdict(_ ready: ReadyStatus, _ refusedAt: Date?, _ ledger: LedgerStatus?, _ words: TimeWords) -> Verdict {
        switch ready {
        case .draining:
            return Verdict(
                tone: "sea", icon: "info", inShort: "This process is about to stop.",
                advice: "It takes nothing new; what it has stored is applied by the others, or by the next one.")
        case .unavailable:
            return Verdict(
                tone: "brick", icon: "alert", inShort: "Webhooks cannot be stored.",
                advice: "Every delivery is refused, and Meta comes again ever more rarely, for everybody. Look at the database: "
                    + "does it run, is its disk full? The log of this process says what it answers.")
        case .ok, .degraded: return flowing(refusedAt, ledger, words)
        }
    }

    private static func flowing(_ refusedAt: Date?, _ ledger: LedgerStatus?, _ words: TimeWords) -> Verdict {
        if let refusedAt {
            return Verdict(
                tone: "brick", icon: "alert", inShort: "Webhooks were refused in the last 15 minutes.",
                advice:
                    "The last one at \(words.second(refusedAt)) UTC, since it could not be stored in time. Nothing is lost yet: Meta sends "
                    + "them again, ever more rarely. Look at the database's disk, then for “Webhooks are refused” in the log.")
        }
        guard let ledger else {
            return Verdict(
                tone: "brick", icon: "alert", inShort: "The database does not answer.",
                advice: "Webhooks are stored still; nothing is applied or sent. The log of this process says what the database answers.")
        }
        if let oldest = ledger.oldestSeconds, oldest > Site.patience {
            return Verdict(
                tone: "", icon: "glass", inShort: "Applying is behind.",
                advice: "The oldest of \(ledger.waiting.spelt) events has waited \(oldest.spelt). Nothing is lost. If the wait grows, look "
                    + "for “The applier failed” in the log, and at what else is busy with the database.")
        }
        if ledger.setAside > 0 {
            return Verdict(
                tone: "", icon: "alert", inShort: "\(counted(ledger.setAside, "event is", "events are")) set aside.",
                advice: "Everything else flows. What went wrong stands below, with the commands for it.")
        }
        return Verdict(
            tone: "calm", icon: "check", inShort: "Everything flows.", advice: "What arrives is stored, applied and answered.")
    }

    private static func row(_ event: LedgerStatus.SetAside, _ words: TimeWords) -> SetAside {
        SetAside(
            arrived: words.dayAndTime(event.receivedAt), stamp: TimeWords.stamp(event.receivedAt), event: event.eventId,
            error: withoutValues(event.error), replay: "zenrent ledger replay --event \(event.eventId)",
            fixture: "zenrent ledger fixture \(event.eventId)")
    }

    // A database may repeat what it could not take, and that may be anybody's words or number.
    private static func withoutValues(_ error: String) -> String {
        error.replacing(#/"[^"]*"|'[^']*'|“[^”]*”|\+?[0-9]{6,}|wamid\.\S+/#, with: "…")
    }

    /// `1 event is`, `12,000 events are`.
    static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count.spelt) \(count == 1 ? one : many)"
    }
}

extension Int {
    /// `12,345`.
    var spelt: String { formatted(.number.locale(Locale(identifier: "en_GB"))) }
}

extension Double {
    /// A duration in seconds, as people say it: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 days`.
    var spelt: String {
        switch self {
        case ..<1: "\(String(format: "%.1f", Swift.max(0, self))) s"
        case ..<120: "\(Int(self)) s"
        case ..<7_200: "\(Int(self / 60)) min"
        case ..<172_800: "\(Int(self / 3_600)) h"
        default: "\(Int(self / 86_400)) days"
        }
    }
}
