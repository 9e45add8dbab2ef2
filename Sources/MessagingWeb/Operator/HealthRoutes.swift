import Hummingbird
import WhatsAppCloudAPI

/// What load balancers ask; no details, since anybody may ask.
struct HealthRoutes {
    let site: Site

    func add(to router: some RouterMethods<WebContext>) {
        router.get("/health") { _, _ in Response.json(["status": "ok"]) }
        router.get("/ready") { _, _ in
            let status = await site.readyStatus().status
            return Response.json(["status": .string(status.rawValue)], status: status.isReady ? .ok : .serviceUnavailable)
        }
    }
}
