import Foundation
import Hummingbird
import WhatsAppCloudAPI

/// Lets only operators in: by their token, or without one only from this machine itself.
struct OperatorsOnly: RouterMiddleware {
    let token: String?

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        if let token {
            guard let shown = request.headers[.authorization], isRight(shown, token) else { throw Self.tokenNeeded }
        } else {
            guard isLoopback(context.peer ?? ""), isLoopbackAuthority(request.head.authority) else { throw SignInRefused.nothingShown }
        }
        return try await next(request, context)
    }

    // Programs send it as a bearer; a browser asks its person for a name, which may be any, and a password.
    private func isRight(_ shown: String, _ token: String) -> Bool {
        if areEqual(shown, "Bearer \(token)") { return true }
        guard shown.hasPrefix("Basic "), let pair = Data(base64Encoded: String(shown.dropFirst(6))) else { return false }
        let parts = String(decoding: pair, as: UTF8.self).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && areEqual(String(parts[1]), token)
    }

    private static let tokenNeeded = Refusal(
        .unauthorized, "operatorTokenNeeded",
        "This is for operators. Send Authorization: Bearer OPERATOR_TOKEN, or give the token as the password in a browser.",
        headers: [.wwwAuthenticate: #"Basic realm="ZenRent operators", charset="UTF-8""#])
}
