import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// What operators see, on an address of their own.
struct OperatorRoutes {
    let site: Site

    func add(to router: some RouterMethods<WebContext>) {
        router.get("/health") { _, _ in Response.json(["status": "ok"]) }
        router.get("/ready", use: ready)
        router.get("/metrics", use: metrics)
    }

    @Sendable private func ready(_ request: Request, context: WebContext) async throws -> Response {
        let status = await site.readyStatus().status
        let ledger = try? await site.messaging.ledgerStatus()
        var members: [String: JSONValue] = ["status": .string(status.rawValue), "liveStreams": .integer(Int64(site.live.count))]
        if let ledger { members["ledger"] = Self.json(ledger) }
        return .json(.object(members), status: status.isReady ? .ok : .serviceUnavailable)
    }

    @Sendable private func metrics(_ request: Request, context: WebContext) async throws -> Response {
        .plain(try await site.metricsText())
    }

    private static func json(_ ledger: LedgerStatus) -> JSONValue {
        [
            "waiting": .integer(Int64(ledger.waiting)), "parked": .integer(Int64(ledger.parked)),
            "setAside": .integer(Int64(ledger.setAside)),
            "oldestSeconds": .number(ledger.oldestSeconds ?? 0),
            "parkedBy": .array(
                ledger.parkedBy.map {
                    ["reason": .string($0.reason), "count": .integer(Int64($0.count)), "oldest": .time($0.oldest)]
                }),
        ]
    }
}

/// Lets only operators in: by their token, or without one only from this machine itself.
struct OperatorsOnly: RouterMiddleware {
    let token: String?

    func handle(_ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response) async throws -> Response {
        if let token {
            guard let shown = request.headers[.authorization], areEqual(shown, "Bearer \(token)") else {
                throw SignInRefused(hint: "Show the operator's token: Authorization: Bearer OPERATOR_TOKEN.")
            }
        } else {
            guard isLoopback(context.peer ?? ""), isLoopbackAuthority(request.head.authority) else { throw SignInRefused.nothingShown }
        }
        return try await next(request, context)
    }
}
