/// How one gets in.
struct SignInPage: Page {
    static let view = "sign-in"

    struct Demo: Sendable { let demoButton: String, demoPerson: String, isFirst: Bool }

    let frame: Frame
    let action: String
    let demo: [Demo]
    let hasDemo: Bool
    let notice: String?

    /// - Parameters:
    ///   - demo: the demo's people; none outside the demo, where the platform sends people in.
    ///   - notice: why signing in did not work, and what to do.
    init(frame: Frame, demo: [DemoSignIn.Way] = [], notice: String? = nil) {
        self.frame = frame
        action = Paths.signIn
        self.demo = demo.enumerated().map {
            Demo(demoButton: "Sign in as \($1.name) (demo)", demoPerson: $1.person.rawValue, isFirst: $0 == 0)
        }
        hasDemo = !demo.isEmpty
        self.notice = notice
    }
}
