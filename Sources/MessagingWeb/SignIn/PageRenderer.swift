import Foundation

/// Draws the few pages that signing in and failing need; the product's own pages come through it too.
public protocol PageRenderer: Sendable {
    /// How one gets in. `demo` are the demo's buttons; `notice` says why signing in did not work.
    func signIn(demo: [DemoSignIn.Way], notice: String?) -> String
    /// The page behind a sign-in link: its button spends the link by POST to `action`.
    func signInLink(landlord: String, secret: String, action: String) -> String
    /// Something that could not be shown.
    func error(_ status: Int, code: String, message: String, requestID: String) -> String
}
