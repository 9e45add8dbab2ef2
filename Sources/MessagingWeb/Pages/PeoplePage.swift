import Foundation

/// Who works here, with which role, and how others come in.
struct PeoplePage: Page {
    static let view = "people"

    struct RoleChoice: Sendable { let roleCode: String, roleName: String, roleWords: String, isGiven: Bool }

    struct Colleague: Sendable {
        let personName: String
        let initials: String
        let roleName: String
        let sinceWords: String
        let isReader: Bool
        let change: Change?

        /// - Parameters:
        ///   - name: nil when nobody has said.
        ///   - isReader: whether it is the one who reads this.
        ///   - mayChange: whether the reader may give another role and take away.
        init(id: String, name: String?, role: Standing, since: Date, isReader: Bool, mayChange: Bool, words: TimeWords) {
            personName = name ?? "Somebody without a name"
            initials = name.map { Frame.initials(of: $0) } ?? "?"
            roleName = role.name
            sinceWords = "since \(words.date(since))"
            self.isReader = isReader
            change = mayChange ? Change(roleTo: Paths.role(of: id), takeAwayTo: Paths.takeAway(id), roles: role.choices) : nil
        }
    }

    struct Change: Sendable { let roleTo: String, takeAwayTo: String, roles: [RoleChoice] }
    /// An invitation that can still be used.
    struct Open: Sendable { let openFor: String, openRole: String, openUntil: String, withdrawTo: String }
    /// One that has just been made: the only time that its link can be read.
    struct Made: Sendable { let madeLink: String, madeWords: String }
    struct Inviting: Sendable { let inviteTo: String, roles: [RoleChoice], open: [Open], hasOpen: Bool, made: Made? }

    let frame: Frame
    let summary: String
    let notice: String?
    let ownName: String
    let goByTo: String
    let here: String
    let colleagues: [Colleague]
    let inviting: Inviting?

    /// - Parameters:
    ///   - ownName: what the reader goes by, empty when nobody has said.
    ///   - inviting: nil for somebody who is no owner.
    ///   - notice: why the last change was not made, and what to do.
    init(frame: Frame, colleagues: [Colleague], ownName: String, inviting: Inviting? = nil, notice: String? = nil) {
        self.frame = frame
        self.colleagues = colleagues
        (self.ownName, self.inviting, self.notice) = (ownName, inviting, notice)
        summary = colleagues.count == 1 ? "1 person works here" : "\(colleagues.count) people work here"
        goByTo = Paths.goBy
        here = Paths.people
    }
}

/// The roles as pages call them.
enum Standing: String, Sendable, CaseIterable {
    case owner, agent, readOnly

    var name: String {
        switch self {
        case .owner: "Owner"
        case .agent: "Agent"
        case .readOnly: "Reads only"
        }
    }

    var words: String {
        switch self {
        case .owner: "Everything, numbers and people too"
        case .agent: "Writes to tenants and keeps the inbox in order"
        case .readOnly: "Sees everything and changes nothing"
        }
    }

    /// All of them, with this one given.
    var choices: [PeoplePage.RoleChoice] {
        Self.allCases.map { .init(roleCode: $0.rawValue, roleName: $0.name, roleWords: $0.words, isGiven: $0 == self) }
    }
}
