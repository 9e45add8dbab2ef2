import Hummingbird
import Messaging

/// Connecting a number of the landlord's own.
struct ConnectRoutes {
    let site: Site
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/connect", use: show)
        router.post("/connect/start", use: start)
        router.post("/connect/:onboarding", use: goOn)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk
        let frame = try await desk.frame(title: "Your number", csrf: context.visitor.csrf, section: .number)
        let connection = try await Connection(of: desk, signUp: SignUp(site.settings), csrf: context.visitor.csrf)
        return .html(try views.page(ConnectPage(frame: frame, connection: connection)))
    }

    // Meta's window needs JavaScript; without it there is nothing to start, and the page says so.
    @Sendable private func start(_ request: Request, context: LandlordContext) async throws -> Response {
        .seeOther(Paths.connect)
    }

    @Sendable private func goOn(_ request: Request, context: LandlordContext) async throws -> Response {
        let form = FormFields(try await request.bytes(upTo: longestBody))
        let pin = form["pin"].flatMap { $0.wholeMatch(of: /\s*\d{6}\s*/) == nil ? nil : $0.filter(\.isNumber) }
        _ = try await context.desk.goOn(context.id("onboarding"), pin: pin)
        return .seeOther(Paths.connect)
    }
}

extension SignUp {
    init(_ settings: Settings) {
        let sdk = Origin(of: settings.sdkURL)?.text ?? ""
        // Meta's own window speaks from exactly these (fact sheet, section 2.2); a simulator speaks from where its script comes from.
        let metas = ["https://www.facebook.com", "https://web.facebook.com", "https://business.facebook.com"]
        self.init(
            sdkURL: settings.sdkURL, appID: settings.appID.rawValue, configurationID: settings.configID,
            graphVersion: settings.graphVersion, origins: sdk.hasSuffix(".facebook.net") ? metas : [sdk])
    }
}
