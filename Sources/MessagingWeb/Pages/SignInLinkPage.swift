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
