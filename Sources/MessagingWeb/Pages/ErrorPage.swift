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
        (errorTitle, errorWords) =
            switch kind {
            case .notFound: ("There is no such page", "The address may be misspelt, or what was here is gone. Nothing of yours is lost.")
            case .forbidden:
                (
                    "This page was open too long",
                    "For your safety a form is only taken from a page of the same session. Go back, reload the page and send it again."
                )
            case .failed:
                (
                    "This page could not be made",
                    "The fault is ours and has been written down. Messages still arrive and go out. "
                        + "Reload the page; if it stays, tell us the number below."
                )
            case .other(let title, let words): (title, words)
            }
        // Whoever is not signed in is asked to from there.
        way = Composer.Link(linkName: "Open the inbox", href: Paths.inbox)
    }
}
