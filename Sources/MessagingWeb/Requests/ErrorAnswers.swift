import Hummingbird
import Logging
import WhatsAppCloudAPI

/// Turns every error into an answer: JSON for programs, a page for people who asked for one. Details of our own faults stay in the log.
struct ErrorAnswers: RouterMiddleware {
    let pages: any PageRenderer
    /// Where a person goes to sign in; nil where nobody can.
    var signIn: String? = Paths.signIn

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return answer(to: error, request: request, context: context)
        }
    }

    private func answer(to error: any Error, request: Request, context: WebContext) -> Response {
        let refusal = Refusal(error) ?? fault(error, context)
        if request.asksForPage {
            if error is SignInRefused, let signIn { return .seeOther(signIn) }
            let html = pages.error(refusal.status.code, code: refusal.code, message: refusal.message, requestID: context.requestID)
            return Self.with(refusal.headers, .html(html, status: refusal.status))
        }
        return Self.with(refusal.headers, .json(refusal.json(requestID: context.requestID), status: refusal.status))
    }

    private static func with(_ headers: HTTPFields, _ response: Response) -> Response {
        var response = response
        for field in headers { response.headers[field.name] = field.value }
        return response
    }

    private func fault(_ error: any Error, _ context: WebContext) -> Refusal {
        context.logger.error("A request failed", metadata: ["request": "\(context.requestID)", "error": "\(error)"])
        return .fault
    }
}

extension Request {
    /// Whether a person's browser asks for something to look at, and not a program for data.
    var asksForPage: Bool {
        let dataPaths = ["/api/", "/webhook/", "/health", "/ready", "/metrics"]
        return !dataPaths.contains { uri.path.hasPrefix($0) } && (headers[.accept] ?? "").contains("text/html")
    }
}

extension Response {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: value.text)))
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func plain(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}
