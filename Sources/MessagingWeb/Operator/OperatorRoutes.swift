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
        router.get("/operator", use: page)
    }

    @Sendable private func page(_ request: Request, context: WebContext) async throws -> Response {
        let ready = await site.readyStatus(), isFollowed = request.uri.queryParameters["follow"] != nil
        var figures: OperatorPage.Figures?
        do {
            figures = try await OperatorPage.Figures(
                ledger: site.messaging.ledgerStatus(), sending: site.messaging.sendingFigures(), counted: site.messaging.ledger.figures.now,
                liveStreams: site.live.count)
        } catch {
            context.logger.error("The operators' page lacks its figures", metadata: ["error": "\(error)"])
        }
        let words = TimeWords(now: site.clock(), timeZone: .gmt)
        let page = OperatorPage(
            ready: ready.status, refusedAt: ready.ledger?.refusedAt, figures: figures, isFollowed: isFollowed, words: words)
        return .html(try site.views.page(page))
    }

    @Sendable private func ready(_ request: Request, context: WebContext) async throws -> Response {
        let (status, lag) = await site.readyStatus()
        let ledger = try? await site.messaging.ledgerStatus()
        var members: [String: JSONValue] = [
            "status": .string(status.rawValue), "liveStreams": .integer(Int64(site.live.count)), "refusedAt": .time(lag?.refusedAt),
        ]
        if let ledger { members["ledger"] = Self.json(ledger) }
        return .json(.object(members), status: status.isReady ? .ok : .serviceUnavailable)
    }

    @Sendable private func metrics(_ request: Request, context: WebContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: try await site.metricsText())))
    }

    private static func json(_ ledger: LedgerStatus) -> JSONValue {
        [
            "waiting": .integer(Int64(ledger.waiting)), "parked": .integer(Int64(ledger.parked)),
            "setAside": .integer(Int64(ledger.setAside)), "replaying": .integer(Int64(ledger.replaying)),
            "oldestSeconds": .number(ledger.oldestSeconds ?? 0),
            "parkedBy": .array(
                ledger.parkedBy.map {
                    ["reason": .string($0.reason), "count": .integer(Int64($0.count)), "oldest": .time($0.oldest)]
                }),
        ]
    }
}
