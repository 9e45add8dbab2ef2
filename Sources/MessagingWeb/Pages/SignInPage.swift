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
