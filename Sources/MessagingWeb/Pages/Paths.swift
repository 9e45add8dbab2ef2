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
    /// - Parameter show: the part of the list that stands beside it; all of it without one.
    static func conversation(_ id: String, show: String? = nil) -> String { "\(inbox)/\(segment(id))" + query(show) }
    static func inbox(show: String?) -> String { inbox + query(show) }
    static func messages(in conversation: String) -> String { "\(self.conversation(conversation))/messages" }
    static func files(in conversation: String) -> String { "\(self.conversation(conversation))/files" }
    /// Where words go that wait for an answer, and where they are taken back.
    static func later(in conversation: String) -> String { "\(self.conversation(conversation))/later" }
    static func takeBack(in conversation: String) -> String { "\(later(in: conversation))/take-back" }
    /// The composer as it stands now, for a draft.
    static func composer(of conversation: String) -> String { "\(self.conversation(conversation))/composer" }
    static func templates(in conversation: String) -> String { "\(self.conversation(conversation))/templates" }
    static func message(_ id: String, in conversation: String) -> String { "\(messages(in: conversation))/\(segment(id))" }
    static func again(_ message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/again" }
    /// The file of a message: leads on to an address that lives some minutes.
    static func file(of message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/file" }
    /// A small picture of that file.
    static func preview(of message: String, in conversation: String) -> String { "\(self.message(message, in: conversation))/preview" }
    /// Where a pass opens its file. - Parameter name: what a browser calls it when it is saved.
    static func media(_ pass: String, name: String) -> String { "\(media)/\(pass)/\(segment(name))" }
    /// Beneath it everything is secret for some minutes.
    static let media = "/media"
    /// Opens the conversation of a tenant, also of one to whom nobody has written yet.
    static func conversation(ofContact id: String) -> String { "\(contacts)/\(segment(id))/conversation" }
    /// Marks everything up to now as read (the API's route, also used by the page).
    static func read(_ conversation: String) -> String { "/api/whatsapp/conversations/\(segment(conversation))/read" }

    private static func query(_ show: String?) -> String { show.map { "?show=\(segment($0))" } ?? "" }

    private static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// RFC 3986, section 2.3.
    private static let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
}
