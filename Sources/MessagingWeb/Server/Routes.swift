import Hummingbird

extension Site {
    /// Every public address. A landlord's rows are reached below `signedIn` only, where a handler has a desk.
    func routes(_ webhook: WebhookIntake) -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: RequestJournal(headers: .security(for: settings), counters: counters, logger: logger))
        router.add(middleware: CrossOrigin(allowed: settings.allowedOrigins))
        router.add(middleware: ErrorAnswers(pages: pages))
        HealthRoutes(site: self).add(to: router)
        WebhookRoutes(site: self, webhook: webhook).add(to: router)
        AssetRoutes(home: Paths.inbox).add(to: router)
        let notifications = NotificationRoutes(site: self, views: views)
        notifications.add(to: router)
        let media = MediaRoutes(messaging: messaging)
        media.add(to: router)
        let signIn = SignInRoutes(site: self)
        signIn.add(to: router)
        let join = JoinRoutes(site: self, views: views)
        join.add(to: router)
        let signedIn = router.group()
            .add(middleware: WhoIsAsking(messaging: messaging, tokens: tokens, settings: settings))
            .group(context: LandlordContext.self)
        signIn.addSignedIn(to: signedIn)
        FindingRoutes(views: views).add(to: signedIn)
        InboxRoutes(views: views).add(to: signedIn)
        AnswerRoutes(views: views).add(to: signedIn)
        KindRoutes(views: views).add(to: signedIn)
        PresenceRoutes().add(to: signedIn)
        notifications.addSignedIn(to: signedIn)
        media.addSignedIn(to: signedIn)
        ExportRoutes(views: views).add(to: signedIn)
        TenantRoutes(views: views).add(to: signedIn)
        ConnectRoutes(site: self, views: views).add(to: signedIn)
        FilingRoutes(views: views).add(to: signedIn)
        QuickAnswerRoutes(views: views).add(to: signedIn)
        PeopleRoutes(site: self, views: views).add(to: signedIn)
        join.addSignedIn(to: signedIn)
        PageStream(site: self, views: views).add(to: signedIn)
        addAPI(to: signedIn.group("/api/whatsapp"))
        return router
    }

    private func addAPI(to router: RouterGroup<LandlordContext>) {
        OnboardRoutes().add(to: router)
        AccountRoutes().add(to: router)
        ContactRoutes().add(to: router)
        SendRoutes().add(to: router)
        ConversationRoutes().add(to: router)
        SearchRoutes().add(to: router)
        MediaRoutes(messaging: messaging).addAPI(to: router)
        ExportRoutes(views: views).addAPI(to: router)
        PeopleAPIRoutes(site: self).add(to: router)
        FilingAPIRoutes().add(to: router)
        LabelRoutes().add(to: router)
        QuickAnswerAPIRoutes().add(to: router)
        EventRoutes(site: self).add(to: router)
        SignInLinkRoutes(site: self).add(to: router)
    }

    /// Every address of the operator's.
    func operatorRoutes() -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: RequestJournal(headers: .security(for: settings), counters: counters, logger: logger))
        router.add(middleware: ErrorAnswers(pages: pages, signIn: nil))
        router.add(middleware: OperatorsOnly(token: settings.operatorToken))
        AssetRoutes(home: Paths.operations).add(to: router)
        OperatorRoutes(site: self).add(to: router)
        return router
    }
}
