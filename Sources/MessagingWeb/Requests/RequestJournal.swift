import Foundation
import Hummingbird
import Logging

/// The outermost layer: names each request, answers with the headers every answer needs, counts, and writes one line to the log.
/// The line never holds a query, a body, a number or a token.
struct RequestJournal: RouterMiddleware {
    let headers: HTTPFields
    let counters: Counters
    let logger: Logger

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.requestID = Self.requestID(request.headers[.requestID])
        context.logger = logger
        var response = try await next(request, context)
        for field in headers where response.headers[field.name] == nil { response.headers[field.name] = field.value }
        response.headers[.requestID] = context.requestID
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        counters.request(status: response.status.code)
        logger.info(
            "Request",
            metadata: [
                "method": "\(request.method)", "path": "\(Self.logged(request.uri.path))", "status": "\(response.status.code)",
                "ms": "\(Int(milliseconds))", "request": "\(context.requestID)",
            ])
        return response
    }

    /// The caller's own ID when it is a sane one, so that logs on both sides can be put together.
    static func requestID(_ given: String?) -> String {
        guard let given, given.wholeMatch(of: /[A-Za-z0-9_.\-]{1,64}/) != nil else { return UUID().uuidString.lowercased() }
        return given
    }

    /// A sign-in link's secret is a part of its path, and so is the pass of a file.
    static func logged(_ path: String) -> String {
        let secret = ["/sign-in/", Paths.media + "/"].first { path.hasPrefix($0) }
        return secret.map { $0 + "•••" } ?? path
    }
}

extension HTTPFields {
    /// What every answer carries: nothing foreign runs in our pages, nobody frames them, and nothing is cached unless it says so.
    static func security(for settings: Settings) -> HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy: contentSecurityPolicy(sdk: Origin(of: settings.sdkURL)),
            .xContentTypeOptions: "nosniff",
            // Not "no-referrer": browsers then send `Origin: null` with our own forms.
            .referrerPolicy: "same-origin",
            .frameOptions: "DENY",
            // Meta's popup must be able to talk back (fact sheet, section 2.2).
            .openerPolicy: "same-origin-allow-popups",
            .permissionsPolicy: "camera=(), geolocation=(self), microphone=(self)",
            .cacheControl: "no-store",
        ]
        if settings.isSecure { fields[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        return fields
    }

    private static func contentSecurityPolicy(sdk: Origin?) -> String {
        let origin = sdk.map { " \($0.text)" } ?? ""
        // Meta's own SDK opens frames of and calls to Facebook's hosts (fact sheet, section 2.2).
        let metas = sdk?.text.hasSuffix(".facebook.net") == true ? " https://*.facebook.com" : origin
        return [
            "default-src 'none'", "script-src 'self'\(origin)", "style-src 'self'", "img-src 'self' data: blob:", "media-src 'self' blob:",
            "font-src 'self'", "connect-src 'self'\(metas)", "frame-src\(metas.isEmpty ? " 'none'" : metas)", "form-action 'self'",
            "base-uri 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }
}
