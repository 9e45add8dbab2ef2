import Hummingbird

/// Lets the platform's own pages call the API with a Bearer token. Cookies never travel across origins.
struct CrossOrigin: RouterMiddleware {
    let allowed: [String]

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        guard request.uri.path.hasPrefix("/api/"), let origin = request.headers[.origin], allowed.contains(origin) else {
            return try await next(request, context)
        }
        var response = request.method == .options ? preflight : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.vary] = "Origin"
        response.headers[.accessControlExposeHeaders] = "X-Request-Id, Retry-After"
        return response
    }

    private var preflight: Response {
        Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST, PUT, PATCH, DELETE",
                .accessControlAllowHeaders: "Authorization, Content-Type, Last-Event-ID, X-Landlord, X-Request-Id",
                .accessControlMaxAge: "600",
            ])
    }
}
