import Foundation

/// Draws the few pages that signing in and failing need; the product's own pages come through it too.
public protocol PageRenderer: Sendable {
    /// How one gets in. `demo` names the landlord of the demo's button; `notice` says why signing in did not work.
    func signIn(demo: String?, notice: String?) -> String
    /// The page behind a sign-in link: its button spends the link by POST to `action`.
    func signInLink(landlord: String, secret: String, action: String) -> String
    /// Something that could not be shown.
    func error(_ status: Int, code: String, message: String, requestID: String) -> String
}

/// Plain pages, for a server without views.
struct BarePages: PageRenderer {
    func signIn(demo: String?, notice: String?) -> String {
        let button = demo.map { "<form method=\"post\" action=\"/sign-in\"><button>Sign in as \(escaped($0)) (demo)</button></form>" }
        return page("Sign in", (notice.map { "<p role=\"alert\">\(escaped($0))</p>" } ?? "") + (button ?? "<p>Come in through your platform.</p>"))
    }

    func signInLink(landlord: String, secret: String, action: String) -> String {
        page("Sign in", "<form method=\"post\" action=\"\(escaped(action))\"><button>Continue as \(escaped(landlord))</button></form>")
    }

    func error(_ status: Int, code: String, message: String, requestID: String) -> String {
        page("That did not work", "<p>\(escaped(message))</p><p>Request \(escaped(requestID))</p>")
    }

    private func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
        <title>\(title) · ZenRent</title></head><body><main><h1>\(title)</h1>\(body)</main></body></html>
        """
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
