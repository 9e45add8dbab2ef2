import Hummingbird
import Messaging
import NIOCore

/// Where people say on which devices they are told of messages, and what a browser runs to show it.
struct NotificationRoutes {
    let site: Site
    let views: Views

    /// For anybody: browsers fetch their service worker without a page.
    func add(to router: some RouterMethods<WebContext>) {
        router.get("/service-worker.js", use: worker)
    }

    func addSignedIn(to router: some RouterMethods<LandlordContext>) {
        router.get("/notifications", use: show)
        router.post("/notifications/devices", use: addDevice)
        router.post("/notifications/devices/:device/words", use: changeWords)
        router.post("/notifications/devices/:device/remove", use: remove)
    }

    // At the top of all paths, so that it may act for every page; never cached, so that a new release's is taken at once.
    @Sendable private func worker(_ request: Request, context: WebContext) async throws -> Response {
        guard let file = StaticAssets.file(at: "js/service-worker.js") else { throw Refusal.notFound }
        return Response(
            status: .ok, headers: [.contentType: file.mediaType, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(string: file.text)))
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk
        let frame = try await desk.frame(title: "Notifications", csrf: context.visitor.csrf)
        return .html(
            try views.page(
                NotificationsPage(frame: frame, devices: try await devices(request, context), pushKey: try await desk.pushKey())))
    }

    /// What a browser's `PushSubscription.toJSON()` says, and how much it is told.
    private struct NewDevice: Decodable {
        struct Keys: Decodable {
            let p256dh: String
            let auth: String
        }

        let endpoint: String
        let keys: Keys
        let showsWords: Bool
    }

    @Sendable private func addDevice(_ request: Request, context: LandlordContext) async throws -> Response {
        let asked = try await request.json(NewDevice.self, upTo: 16_384)
        let secret = DeviceCookie.secret(in: request) ?? newSecret()
        try await context.desk.tell(
            secret, named: DeviceCookie.browserName(request.headers[.userAgent] ?? ""), endpoint: asked.endpoint, p256dh: asked.keys.p256dh,
            auth: asked.keys.auth,
            showsWords: asked.showsWords)
        var response = Response.html(try views.fragment(try await devices(request, context, here: secret)))
        response.headers[.setCookie] = DeviceCookie.setting(secret, secure: site.settings.isSecure)
        return response
    }

    @Sendable private func changeWords(_ request: Request, context: LandlordContext) async throws -> Response {
        let words = FormFields(try await request.bytes(upTo: longestBody))["words"]
        try await context.desk.change(pushDevice: try device(context), showsWords: words == "yes")
        return try await answer(request, context)
    }

    @Sendable private func remove(_ request: Request, context: LandlordContext) async throws -> Response {
        try await context.desk.remove(pushDevice: try device(context))
        return try await answer(request, context)
    }

    /// A script gets the list as it stands now, a plain form the page.
    private func answer(_ request: Request, _ context: LandlordContext) async throws -> Response {
        guard request.headers[.fragment] != nil else { return .seeOther(Paths.notifications) }
        return .html(try views.fragment(try await devices(request, context)))
    }

    private func device(_ context: LandlordContext) throws -> String {
        try context.id("device", of: PushDevice.self).rawValue
    }

    private func devices(_ request: Request, _ context: LandlordContext, here secret: String? = nil) async throws -> DeviceList {
        let here = (secret ?? DeviceCookie.secret(in: request)).map { PushDevice.id(of: $0) }
        return DeviceList(
            try await context.desk.pushDevices(), here: here, csrf: context.visitor.csrf, words: TimeWords(now: context.desk.now))
    }
}
