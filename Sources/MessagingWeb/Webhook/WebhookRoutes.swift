import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Where Meta delivers. Nothing is understood here: what is signed is stored, and only then answered.
struct WebhookRoutes {
    /// Meta sends up to 3 MiB (fact sheet, section 5); a little more is let in so that the limit itself is not one byte short.
    static let longest = 3 * 1_048_576 + 4_096

    let site: Site
    private let room = BodyRoom(bytes: 32 * 1_048_576)

    init(site: Site) {
        self.site = site
    }

    func add(to router: some RouterMethods<WebContext>) {
        router.get("/webhook/whatsapp", use: verify)
        router.post("/webhook/whatsapp", use: receive)
    }

    @Sendable private func verify(_ request: Request, context: WebContext) async throws -> Response {
        let query = request.uri.queryParameters
        let challenge = WebhookChallenge.answer(
            mode: query["hub.mode"].map(String.init), verifyToken: query["hub.verify_token"].map(String.init),
            challenge: query["hub.challenge"].map(String.init), expected: site.settings.webhookVerifyToken)
        guard let challenge else {
            throw Refusal(.forbidden, "verifyToken", "The verify token is another one. Compare WEBHOOK_VERIFY_TOKEN with Meta's page.")
        }
        return .plain(challenge)
    }

    @Sendable private func receive(_ request: Request, context: WebContext) async throws -> Response {
        do {
            let body = try await request.bytes(upTo: Self.longest, in: room)
            let signature = request.headers[.hubSignature]
            guard WebhookSignature.isValid(header: signature, body: body.readableBytesView, secrets: site.settings.appSecrets) else {
                throw Refusal(
                    .unauthorized, "signature",
                    "The signature is missing or wrong. Compare META_APP_SECRET with the app's settings at Meta.")
            }
            try await site.messaging.ledger.store(Array(body.readableBytesView))
            site.counters.webhook(status: 200)
            return Response(status: .ok)
        } catch {
            site.counters.webhook(status: Refusal(error)?.status.code ?? 500)
            throw error
        }
    }
}
