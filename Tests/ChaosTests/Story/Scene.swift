/// One step of a story. It keeps its number when others are left out, and everything that chance decides in it hangs on that number.
struct Scene: Sendable, Hashable {
    let number: Int
    var step: Step

    enum Step: Sendable, Hashable {
        case wait(milliseconds: Int)
        case says(Renter, OwnLine, KnownBy, Words)
        case moves(Renter, OwnLine, KnownBy, Move)
        /// The landlord writes in the phone app.
        case echo(OwnLine, Renter, edits: Int?)
        /// A status of a message that nobody here sent.
        case strangeStatus(OwnLine)
        case template(OwnLine, status: String)
        case removesUs(OwnLine)
        case landlord(Host, Deed)
        case delivers(share: Int)
        case applies(bodies: Int, batch: Int, Crash)
        case appliesReleased(Crash)
        case claims(limit: Int, Crash)
        case calls(Fate)
        case records(Crash)
        case recovers
        case givesUp
        /// The process dies with all it had in memory, and another one starts on its database.
        case restarts
    }

    /// Which of a person's IDs Meta tells.
    enum KnownBy: String, Sendable, CaseIterable {
        case both, number, userID
    }

    enum Words: Sendable, Hashable {
        case text, stop, start, image, button, list, location, sticker
        /// First only that there is something, later what it is, under the same wamid.
        case unsupportedThenText(placeholderNamed: Bool)
        case unsupportedThenStop
        /// About the message of another scene, or about the newest thing that the landlord sent.
        case reaction(Int?, emoji: String?)
        case edit(Int)
        case revoke(Int)
        case preference(stop: Bool)
    }

    enum Move: String, Sendable {
        case changesNumber, renewsUserID
    }

    enum Deed: Sendable, Hashable {
        case syncs(Renter, agreed: Bool)
        case connects(OwnLine)
        case reconnects(OwnLine)
        case givesAway(OwnLine)
        /// A line that the other landlord had.
        case takesOver(OwnLine)
        case opens(Renter)
        case notes(Renter, optedOut: Bool)
        case sends(Renter, Kind)
        /// The same message under the same client's ID once more; with other words it must be refused.
        case repeats(Int, otherWords: Bool)
    }

    enum Kind: String, Sendable {
        case text, template
    }

    enum Crash: String, Sendable {
        case no
        /// The transaction did not commit.
        case rolledBack
        /// It committed, and whatever should have followed did not.
        case forgotten
    }

    enum Fate: Sendable, Hashable {
        case accepted, notSent
        case answerLost(received: Bool)
        case unreadable(received: Bool)
        case refused(code: Int)
        /// The process dies around the call.
        case neverMade, madeAndForgotten
    }
}

extension Scene: CustomStringConvertible {
    var description: String { "\(number): \(words)" }

    private var words: String {
        switch step {
        case .wait(let time): "\(time) ms go by"
        case .says(let person, let line, let known, let words): "\(person.title) on \(line.title), told by \(known.rawValue): \(words)"
        case .moves(let person, let line, let known, let move):
            "\(person.title) on \(line.title), told by \(known.rawValue): \(move.rawValue)"
        case .echo(let line, let person, nil): "the landlord of \(line.title) writes to \(person.title) in the phone app"
        case .echo(let line, _, let edited?): "the landlord of \(line.title) edits message \(edited) in the phone app"
        case .strangeStatus(let line): "a status of somebody else's message on \(line.title)"
        case .template(let line, let status): "Meta says that the template of \(line.title) is \(status)"
        case .removesUs(let line): "the account of \(line.title) removes us"
        case .landlord(let host, let deed): "\(host.title) \(deed.words)"
        case .delivers(let share): "Meta delivers \(share)% of what is under way"
        case .applies(let bodies, let batch, let crash): "up to \(bodies) bodies are applied, \(batch) parts at a time\(crash.words)"
        case .appliesReleased(let crash): "what was released is applied\(crash.words)"
        case .claims(let limit, let crash): "up to \(limit) messages are claimed\(crash.words)"
        case .calls(let fate): "a call is made: \(fate)"
        case .records(let crash): "an answer is recorded\(crash.words)"
        case .recovers: "lost calls are looked for"
        case .givesUp: "unknown messages are given up"
        case .restarts: "the process dies and starts again"
        }
    }
}

extension Scene.Deed {
    fileprivate var words: String {
        switch self {
        case .syncs(let renter, let agreed): "syncs \(renter.title)\(agreed ? ", who agreed" : "")"
        case .connects(let line): "connects \(line.title)"
        case .reconnects(let line): "reconnects \(line.title)"
        case .givesAway(let line): "gives \(line.title) away"
        case .takesOver(let line): "takes \(line.title) over"
        case .opens(let renter): "opens the chat with \(renter.title)"
        case .notes(let renter, let optedOut): "notes that \(renter.title) wants \(optedOut ? "no more" : "messages again")"
        case .sends(let renter, let kind): "sends \(renter.title) a \(kind.rawValue)"
        case .repeats(let scene, let otherWords): "sends message \(scene) again\(otherWords ? " with other words" : "")"
        }
    }
}

extension Scene.Crash {
    fileprivate var words: String {
        switch self {
        case .no: ""
        case .rolledBack: ", and the transaction is rolled back"
        case .forgotten: ", and the process dies after the commit"
        }
    }
}
