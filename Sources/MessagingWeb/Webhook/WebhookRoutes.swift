import Hummingbird
import Messaging
import NIOCore
import WhatsAppCloudAPI

/// Meta's verification, and deliveries that could not be taken at the door (because another request of the connection was before them).
struct WebhookRoutes {
    let site: Site
    let webhook: WebhookIntake

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
            let body = try await request.bytes(upTo: WebhookIntake.longest, in: webhook.room)
            try await withCheckedThrowingContinuation { continuation in
                webhook.store(Array(buffer: body), signature: request.headers[.hubSignature]) { continuation.resume(with: $0) }
            }
            site.counters.webhook(status: 200)
            return Response(status: .ok)
        } catch {
            site.counters.webhook(status: Refusal(error)?.status.code ?? 500)
            throw error
        }
    }
}
