/// How one gets in.
struct SignInPage: Page {
    static let view = "sign-in"

    struct Demo: Sendable { let demoButton: String }

    let frame: Frame
    let action: String
    let demo: Demo?
    let notice: String?

    /// - Parameters:
    ///   - demo: the name of the demo's landlord; nil outside the demo, where the platform sends people in.
    ///   - notice: why signing in did not work, and what to do.
    init(frame: Frame, demo: String? = nil, notice: String? = nil) {
        self.frame = frame
        action = Paths.signIn
        self.demo = demo.map { Demo(demoButton: "Sign in as \($0) (demo)") }
        self.notice = notice
    }
}

/// The platform's one-use link. It is spent by pressing the button, so that a link preview cannot spend it.
struct SignInLinkPage: Page {
    static let view = "sign-in-link"

    let frame: Frame
    let action: String
    let button: String

    /// - Parameters:
    ///   - landlord: whose messages will be open afterwards.
    ///   - token: the link's last part.
    init(frame: Frame, landlord: String, token: String) {
        self.frame = frame
        action = Paths.signInLink(token)
        button = "Continue as \(landlord)"
    }
}

/// Something that could not be shown, why, and the way on.
struct ErrorPage: Page {
    static let view = "error"

    enum Kind: Sendable {
        case notFound, forbidden, failed
        /// Any other refusal, with its own words.
        case other(title: String, words: String)
    }

    let frame: Frame
    let errorTitle: String
    let errorWords: String
    let requestID: String
    let way: Composer.Link

    /// - Parameters:
    ///   - requestID: what the operator finds the request by.
    init(frame: Frame, kind: Kind, requestID: String) {
        self.frame = frame
        self.requestID = requestID
        (errorTitle, errorWords) = switch kind {
        case .notFound: ("There is no such page", "The address may be misspelt, or what was here is gone. Nothing of yours is lost.")
        case .forbidden:
            ("This page was open too long", "For your safety a form is only taken from a page of the same session. Go back, reload the page and send it again.")
        case .failed: ("This page could not be made", "The fault is ours and has been written down. Messages still arrive and go out. Reload the page; if it stays, tell us the number below.")
        case .other(let title, let words): (title, words)
        }
        way = frame.landlordName == nil
            ? Composer.Link(linkName: "Sign in", href: Paths.signIn) : Composer.Link(linkName: "Open the inbox", href: Paths.inbox)
    }
}
