import Foundation

/// All phones, the clock, the faults and the latest traffic.
struct OverviewPage: Sendable {
    struct Owner: Sendable {
        let slug: String
        let title: String
        let number: String
        let last: String
        let unread: Int?
    }
    struct Line: Sendable {
        let at: Date
        let time: String
        let status: String
        let tone: String
        let what: String
        let took: String
    }
    struct Active: Sendable {
        let id: String
        let name: String
    }
    struct BusinessNumber: Sendable {
        let name: String
        let number: String
        let status: String
    }

    let title = "Phones"
    let people: [Owner]
    let wire: [Line]
    let clock: String
    let date: String
    let hasFaults: Bool
    let faults: [Active]
    let kinds: [String]
    let numbers: [BusinessNumber]
}

extension Simulator {
    func overview() -> OverviewPage {
        OverviewPage(
            people: world.persons.prefix(30).map(owner), wire: wire, clock: Self.time(now), date: Self.date(now, ahead: world.clockOffset),
            hasFaults: !faults.isEmpty, faults: faults.map { OverviewPage.Active(id: $0.id, name: $0.kind.rawValue) },
            kinds: FaultKind.allCases.map(\.rawValue).sorted(),
            numbers: numbersInOrder.map { OverviewPage.BusinessNumber(name: $0.verifiedName, number: $0.display, status: $0.status) })
    }

    func advanceClock(by seconds: Double) async {
        world.clockOffset += max(0, min(seconds, 366 * 86_400))
        await persist()
    }

    func switchOn(_ kind: String) async {
        guard let kind = FaultKind(rawValue: kind) else { return }
        _ = addFault(kind, times: nil, settings: .object([:]))
        await persist()
    }

    func switchOff(_ id: String) async {
        _ = removeFaults { $0.id == id }
        await persist()
    }

    private func owner(_ person: Person) -> OverviewPage.Owner {
        let messages = world.messages.filter { $0.person == person.slug && $0.failure == nil }
        let unread = messages.count { $0.direction == .fromBusiness && $0.readAt == nil }
        return OverviewPage.Owner(
            slug: person.slug, title: title(of: person), number: shownNumber(of: person), last: messages.last?.text ?? "No messages yet",
            unread: unread > 0 ? unread : nil)
    }

    /// The latest calls and deliveries together, newest first.
    private var wire: [OverviewPage.Line] {
        let calls = requests.since(0).suffix(30).map {
            line(
                at: $0.record.time, status: $0.record.status, what: "→ \($0.record.method) \($0.record.path)", took: $0.record.milliseconds)
        }
        let posts = deliveries.since(0).suffix(30).map {
            line(at: $0.record.time, status: $0.record.status, what: "← webhook, try \($0.record.attempt)", took: $0.record.milliseconds)
        }
        return Array((calls + posts).sorted { $0.at > $1.at }.prefix(30))
    }

    private func line(at: Date, status: Int, what: String, took: Int) -> OverviewPage.Line {
        let tone = status == 0 ? "brass" : status < 400 ? "pine" : "brick"
        return OverviewPage.Line(
            at: at, time: Self.time(at), status: status == 0 ? "lost" : String(status), tone: tone, what: what, took: "\(took) ms")
    }

    private static func date(_ date: Date, ahead: TimeInterval) -> String {
        let day = String(date.ISO8601Format().prefix(10))
        guard ahead > 0 else { return "\(day) UTC, real time" }
        let hours = Int(ahead / 3_600)
        let lead = hours >= 48 ? "\(hours / 24) days" : hours >= 1 ? "\(hours) h" : "\(Int(ahead / 60)) min"
        return "\(day) UTC, \(lead) ahead of real time"
    }
}
