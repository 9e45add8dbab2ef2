/// The pages around signing in, and errors, from our own views.
struct RenderedPages: PageRenderer {
    let views: Views

    func signIn(demo: [DemoSignIn.Way], notice: String?) -> String {
        page(SignInPage(frame: Frame(title: "Sign in"), demo: demo, notice: notice))
    }

    func signInLink(landlord: String, secret: String, action: String) -> String {
        page(SignInLinkPage(frame: Frame(title: "Sign in"), landlord: landlord, token: secret))
    }

    func error(_ status: Int, code: String, message: String, requestID: String) -> String {
        let kind: ErrorPage.Kind =
            switch status {
            case 404: .notFound
            case 403 where code == Refusal.notAllowed: .other(title: "Your role does not allow this", words: message)
            case 403: .forbidden
            case 500: .failed
            default: .other(title: "That did not work", words: message)
            }
        return page(ErrorPage(frame: Frame(title: "That did not work"), kind: kind, requestID: requestID))
    }

    // A view that is missing from the binary fails a test; a person gets the plainest page then, never an empty one.
    private func page(_ page: some Page) -> String {
        (try? views.page(page)) ?? "<!doctype html><title>ZenRent</title><p>This page could not be made.</p>"
    }
}
