/// Why something that colleagues do together cannot be done. A refusal stores nothing.
public enum TeamRefusal: Error, Equatable, Sendable {
    /// Somebody must be able to say who works here.
    case lastOwner
    /// The person has written, and nobody has looked: it can be neither done nor put off.
    case unread
    /// Text, a name or a time that cannot be taken, with the reason and what to do.
    case words(String)
    /// There are as many as there may be.
    case tooMany(String)
    /// There is one of that name.
    case nameTaken(String)
    /// The invitation was used, withdrawn or is too old, or never was.
    case invitationOver

    /// The stable word for programs.
    public var code: String {
        switch self {
        case .lastOwner: "lastOwner"
        case .unread: "unread"
        case .words: "words"
        case .tooMany: "tooMany"
        case .nameTaken: "nameTaken"
        case .invitationOver: "invitationOver"
        }
    }

    /// What happened and what to do, for the person.
    public var message: String {
        switch self {
        case .lastOwner: "There must be an owner. Make somebody else one first."
        case .unread: "Something new has come in meanwhile. Look at it first."
        case .words(let reason), .tooMany(let reason), .nameTaken(let reason): reason
        case .invitationOver: "This invitation was used, withdrawn, or is too old. Ask for a new one."
        }
    }
}

/// A name as somebody gave it, in one line: without control characters and without directions of writing that could mislead.
struct GivenName {
    let text: String

    /// - Parameter what: how the refusal calls it, as in "name".
    /// - Throws: `TeamRefusal.words` for nothing and for more than `longest` characters.
    init(_ given: String, longest: Int, what: String) throws {
        let kept = given.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
            default: true
            }
        }
        text = String(String.UnicodeScalarView(kept)).split(separator: " ").joined(separator: " ")
        guard !text.isEmpty else { throw TeamRefusal.words("Write a \(what) first.") }
        guard text.unicodeScalars.count <= longest else { throw TeamRefusal.words("A \(what) has at most \(longest) characters here.") }
    }
}
