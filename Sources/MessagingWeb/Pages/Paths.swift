import Foundation

/// The only place that spells a page's address. IDs are percent-encoded here, so callers pass them as they are.
enum Paths {
    static let signIn = "/sign-in"
    static let signOut = "/sign-out"
    static let inbox = "/inbox"
    static let contacts = "/contacts"
    static let connect = "/connect"
    /// Who works here; also where forms about them go.
    static let people = "/people"
    static let invite = "/people/invitations"
    static let goBy = "/people/name"
    /// Where somebody who was invited comes in. The code follows behind "#", which browsers keep to themselves.
    static let join = "/join"
    static let accept = "/join/accept"
    static let switchOver = "/switch"
    static let quickAnswers = "/quick-answers"
    /// How the installation stands; on the admin address only.
    static let operations = "/operator"
    static let notifications = "/notifications"
    /// Where a browser that wants to be told of messages hands over how.
    static let devices = "\(notifications)/devices"
    static let serviceWorker = "/service-worker.js"
    static let connectStart = "/connect/start"
    /// Server-sent events of HTML fragments for pages.
    static let live = "/live"
    /// Where the browser hands over the code from Meta's sign-up popup.
    static let onboard = "/api/whatsapp/onboard"
    /// Prefix of every style sheet, script and picture; it changes with any of them, so they can be cached for ever.
    static let assets = "/assets/\(StaticAssets.digest)"

    /// The live stream, from the event after the one that the page already shows.
    /// - Parameter landlord: whose page it is: a browser may have gone over to another landlord since.
    static func live(after sequence: Int64, of landlord: String? = nil) -> String {
        "\(live)?after=\(sequence)" + (landlord.map { "&landlord=\(segment($0))" } ?? "")
    }
    static func role(of person: String) -> String { "\(people)/\(segment(person))/role" }
    static func takeAway(_ person: String) -> String { "\(people)/\(segment(person))/take-away" }
    static func withdraw(_ invitation: String) -> String { "\(invite)/\(segment(invitation))/withdraw" }
    static func quickAnswer(_ id: String) -> String { "\(quickAnswers)/\(segment(id))" }
    static func removeQuickAnswer(_ id: String) -> String { "\(quickAnswer(id))/remove" }
    static func notes(in conversation: String) -> String { "\(self.conversation(conversation))/notes" }
    static func assignee(of conversation: String) -> String { "\(self.conversation(conversation))/assignee" }
    static func labels(of conversation: String) -> String { "\(self.conversation(conversation))/labels" }
    static func snooze(_ conversation: String) -> String { "\(self.conversation(conversation))/snooze" }
    static func done(_ conversation: String) -> String { "\(self.conversation(conversation))/done" }
    static func reopen(_ conversation: String) -> String { "\(self.conversation(conversation))/reopen" }
    /// What is often said, filled in for this tenant.
    static func quickAnswers(in conversation: String) -> String { "\(self.conversation(conversation))/quick-answers" }
    /// The thread with a quick answer in its composer.
    static func conversation(_ id: String, with quick: String) -> String { "\(self.conversation(id))?quick=\(segment(quick))" }
    /// Goes on with connecting after a person has done their part.
    static func goOn(_ onboarding: String) -> String { "\(connect)/\(segment(onboarding))" }
    /// The operators' page, fetched anew by itself.
    static let operationsFollowed = "\(operations)?follow=yes"
    static func signInLink(_ token: String) -> String { "\(signIn)/\(segment(token))" }
    /// - Parameter part: the part of the list that stands beside it.
    static func conversation(_ id: String, part: ListPart = .all) -> String { "\(inbox)/\(segment(id))" + query(part.names) }
    /// The conversation around one of its messages, which is shown and marked.
    static func conversation(_ id: String, around message: String, part: ListPart = .all) -> String {
        "\(inbox)/\(segment(id))" + query(part.names + [("message", message)]) + "#message-\(segment(message))"
    }
    /// The conversation before or after a place, as a cursor tells it.
    static func conversation(_ id: String, _ side: String, _ cursor: String, part: ListPart = .all) -> String {
        "\(inbox)/\(segment(id))" + query(part.names + [(side, cursor)])
    }
    static func inbox(_ part: ListPart, after cursor: String? = nil) -> String {
        inbox + query(part.names + (cursor.map { [("cursor", $0)] } ?? []))
    }
    /// Pictures, films, sounds and documents of a conversation.
    static func gallery(of conversation: String, after cursor: String? = nil) -> String {
        "\(self.conversation(conversation))/gallery" + query(cursor.map { [("cursor", $0)] } ?? [])
    }
    static func messages(in conversation: String) -> String { "\(self.conversation(conversation))/messages" }
    static func files(in conversation: String) -> String { "\(self.conversation(conversation))/files" }
    /// Where words go that wait for an answer, and where they are taken back.
    static func later(in conversation: String) -> String { "\(self.conversation(conversation))/later" }
    static func takeBack(in conversation: String) -> String { "\(later(in: conversation))/take-back" }
    /// Where a page says that it shows a conversation.
    static func presence(in conversation: String) -> String { "\(self.conversation(conversation))/presence" }
    static func words(of device: String) -> String { "\(devices)/\(segment(device))/words" }
    static func removal(of device: String) -> String { "\(devices)/\(segment(device))/remove" }
    /// The composer as it stands now, for a draft.
    static func composer(of conversation: String) -> String { "\(self.conversation(conversation))/composer" }
    static func templates(in conversation: String) -> String { "\(self.conversation(conversation))/templates" }
    static func message(_ id: String, in conversation: String) -> String { "\(messages(in: conversation))/\(segment(id))" }
    static func again(_ message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/again" }
    /// The conversation with a message to be quoted in the composer.
    static func reply(to message: String, in conversation: String) -> String {
        "\(self.conversation(conversation))?reply=\(segment(message))"
    }
    /// Where one chooses an emoji for a message, and hands it in.
    static func react(to message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/react" }
    /// Every try and time of a message.
    static func story(of message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/story" }
    /// The form of a kind of message that is more than words.
    static func more(_ kind: String, in conversation: String) -> String { "\(self.conversation(conversation))/more/\(segment(kind))" }
    /// The file of a message: leads on to an address that lives some minutes.
    static func file(of message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/file" }
    /// A small picture of that file.
    static func preview(of message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/preview" }
    /// Where copies of a conversation are asked for.
    static func exports(of conversation: String) -> String { "\(self.conversation(conversation))/exports" }
    /// The file of a copy: leads on to an address that lives some minutes.
    static func export(_ id: String, of conversation: String) -> String { "\(exports(of: conversation))/\(segment(id))/file" }
    /// Where a pass opens its file. - Parameter name: what a browser calls it when it is saved.
    static func media(_ pass: String, name: String) -> String { "\(media)/\(pass)/\(segment(name))" }
    /// Beneath it everything is secret for some minutes.
    static let media = "/media"
    /// Opens the conversation of a tenant, also of one to whom nobody has written yet.
    static func conversation(ofContact id: String) -> String { "\(contacts)/\(segment(id))/conversation" }
    /// Marks everything up to now as read (the API's route, also used by the page).
    static func read(_ conversation: String) -> String { "/api/whatsapp/conversations/\(segment(conversation))/read" }

    /// Names and values behind a question mark; empty without any.
    static func query(_ names: [(String, String)]) -> String {
        names.isEmpty ? "" : "?" + names.map { "\($0)=\(segment($1))" }.joined(separator: "&")
    }

    private static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// RFC 3986, section 2.3.
    private static let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
}
