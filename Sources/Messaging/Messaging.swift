import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// The product's rules, put together: hand it a database and a way to Meta, then run it.
public struct Messaging: Sendable {
    static let liveChannel = "zenrent_live"

    let database: any Database
    let keys: TokenKeys
    let graph: GraphClient
    let appID: AppID
    let systemUserToken: AccessToken?
    let clock: @Sendable () -> Date
    let leases: LeaseClock
    let random: @Sendable () -> Randomness
    let logger: Logger
    let onboardingWake = Wake()
    let senderWake = Wake()
    let receiptWake = Wake()
    let answerWake = Wake()
    let mediaWake = Wake()
    let uploadWake = Wake()
    let searchNews = SearchNews()
    let exportWake = Wake()
    let proofKey = ProofKeyCache()
    let applierWake: Wake
    let inboundTally = InboundTally()
    let sendingCounts = SendingCounts()
    let lagReading = LagReading()
    /// What became of this process's calls to Meta, besides sends.
    public let metaCalls = MetaCalls()
    let sends: SharedSends
    /// Where files are kept; nil leaves them at WhatsApp.
    let mediaStore: (any MediaStore)?
    let previews: Previews
    /// How people are told of messages away from the page; nil tells nobody.
    let notifications: NotificationSetup?
    let pushKeys: PushKeys
    let presence: PresenceBoard
    let typesetter: Typesetter?
    public let ledger: Ledger
    public let hub: EventHub
    public let landlords: Landlords
    public let sessions: Sessions

    /// `ledgerDatabase` may be the same as `database` (PostgreSQL) or a file of its own (SQLite). Leases run by `leases`; without it
    /// by what fits the database's engine.
    public init(
        database: any Database, ledgerDatabase: any Database, graph: GraphClient, appID: AppID, keys: TokenKeys,
        systemUserToken: AccessToken? = nil, mediaStore: (any MediaStore)? = nil, previews: Previews? = nil,
        notifications: NotificationSetup? = nil, typesetter: Typesetter? = nil, logger: Logger,
        clock: @escaping @Sendable () -> Date = { Date() },
        leases: LeaseClock? = nil, random: @escaping @Sendable () -> Randomness = { .system }
    ) {
        self.database = database
        self.graph = graph
        self.appID = appID
        self.keys = keys
        self.systemUserToken = systemUserToken
        self.mediaStore = mediaStore
        self.previews = previews ?? Previews(logger: logger)
        self.notifications = notifications
        pushKeys = PushKeys(database: database, keys: keys)
        self.typesetter = typesetter
        self.logger = logger
        self.clock = clock
        self.leases = leases ?? .fitting(database.dialect, clock: clock)
        self.random = random
        let hub = EventHub(database: database, clock: clock, search: searchNews), senderWake = senderWake, uploadWake = uploadWake
        self.hub = hub
        presence = PresenceBoard(database: database, leases: self.leases, hub: hub, receipts: receiptWake, logger: logger)
        sends = SharedSends(database: database) { landlords in
            senderWake.signal()
            uploadWake.signal()
            await hub.wake(landlords)
        }
        landlords = Landlords(database: database, clock: clock)
        sessions = Sessions(database: database, clock: clock)
        let applierWake = Wake()
        self.applierWake = applierWake
        ledger = Ledger(
            database: ledgerDatabase, logger: logger, clock: clock, leases: self.leases, random: random,
            stored: { applierWake.signal() })
    }

    /// A landlord's desk, for a member of the landlord. There is no other way in.
    public func desk(of membership: Membership) -> Desk {
        Desk(membership: membership, messaging: self)
    }

    /// Applies, sends and onboards until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await applier.run() }
            group.addTask { await sender.run() }
            group.addTask { await receipts.run() }
            group.addTask { await answers.run() }
            group.addTask { await snoozes.run() }
            group.addTask { await onboarder.run() }
            group.addTask { await lineChecks.run() }
            group.addTask { await search.run() }
            group.addTask { await presence.run() }
            if let notifications {
                group.addTask { await push(notifications).run() }
                if let digest = notifications.digest { group.addTask { await digests(digest, notifications.courier).run() } }
            }
            if let mediaStore {
                group.addTask { await media(mediaStore).run() }
                group.addTask { await uploads(mediaStore).run() }
                group.addTask { await exports(mediaStore).run() }
            }
            group.addTask { await chain.run() }
            group.addTask { await forwardNotifications() }
            group.addTask { await tidy() }
        }
        await hub.close()
    }

    /// Applies everything that is stored and can be applied, for tests and for commands that end.
    public func applyAll() async throws {
        let turn = Turn()
        var isBusy = true
        while isBusy {
            let waited = try await applier.applyReleased(), stored = try await applier.applyStored(turn)
            isBusy = try await applier.applyReplays() || waited || stored
        }
    }

    /// Looks through everything that can be found and is not yet in the index, for tests and for commands that end.
    public func indexAll() async throws { try await search.runToTheEnd() }

    private var search: SearchLoop { SearchLoop(database: database, news: searchNews, logger: logger) }

    var applier: ApplierLoop {
        ApplierLoop(
            database: database, ledger: ledger, hub: hub, wake: applierWake, sender: senderWake, media: mediaWake, clock: clock,
            leases: leases, inbound: inboundTally, random: random, logger: logger)
    }

    private var sender: SenderLoop {
        SenderLoop(
            database: database, ledger: ledger, graph: graph, keys: keys, hub: hub, wake: senderWake, applier: applierWake, leases: leases,
            inbound: inboundTally, counts: sendingCounts, random: random, logger: logger)
    }

    private var receipts: ReceiptLoop {
        ReceiptLoop(database: database, graph: graph, keys: keys, wake: receiptWake, leases: leases, calls: metaCalls, logger: logger)
    }

    private var answers: AnswerLoop {
        AnswerLoop(database: database, sends: sends, hub: hub, wake: answerWake, clock: clock, random: random, logger: logger)
    }

    private var snoozes: SnoozeLoop {
        SnoozeLoop(database: database, hub: hub, clock: clock, random: random, logger: logger)
    }

    private func media(_ store: any MediaStore) -> MediaLoop {
        MediaLoop(
            transfers: transfers(mediaWake), graph: graph, keys: keys, store: store, previews: previews, calls: metaCalls, random: random,
            logger: logger)
    }

    private func uploads(_ store: any MediaStore) -> UploadLoop {
        UploadLoop(
            transfers: transfers(uploadWake), graph: graph, keys: keys, store: store, sender: senderWake, calls: metaCalls, random: random,
            logger: logger)
    }

    func exports(_ store: any MediaStore) -> ExportLoop {
        ExportLoop(
            transfers: transfers(exportWake), database: database, chain: chain, store: store, keys: keys, typesetter: typesetter,
            leases: leases, hub: hub, logger: logger)
    }

    var chain: ChainLoop { ChainLoop(database: database, clock: clock, random: random, logger: logger) }

    /// Whether copies can be made as PDF here.
    var canTypeset: Bool { typesetter?.isReady ?? false }

    private func transfers<Queue: TransferQueue>(_ wake: Wake) -> TransferLoop<Queue> {
        TransferLoop(database: database, hub: hub, wake: wake, leases: leases, logger: logger)
    }

    private var onboarder: OnboardingLoop {
        OnboardingLoop(
            database: database, graph: graph, keys: keys, appID: appID, systemUserToken: systemUserToken, hub: hub, wake: onboardingWake,
            applier: applierWake, sender: senderWake, leases: leases, calls: metaCalls, random: random, logger: logger)
    }

    private var lineChecks: LineChecks {
        LineChecks(database: database, graph: graph, keys: keys, hub: hub, calls: metaCalls, leases: leases, logger: logger)
    }

    private func push(_ setup: NotificationSetup) -> PushLoop {
        PushLoop(
            database: database, setup: setup, pushKeys: pushKeys, keys: keys, clock: clock, leases: leases, random: random, logger: logger)
    }

    private func digests(_ receiver: DigestReceiver, _ courier: Courier) -> DigestLoop {
        DigestLoop(
            database: database, receiver: receiver, courier: courier, clock: clock, leases: leases, random: random, logger: logger)
    }

    /// Wakes everybody who may have work, in this process and in others.
    func wakeEverybody(_ landlord: Landlord.ID) async {
        senderWake.signal()
        mediaWake.signal()
        uploadWake.signal()
        receiptWake.signal()
        answerWake.signal()
        onboardingWake.signal()
        applierWake.signal()
        await hub.wake([landlord])
    }

    private func forwardNotifications() async {
        for await _ in database.notifications(on: Self.liveChannel) {
            await hub.look()
            senderWake.signal()
            applierWake.signal()
        }
    }

    // What is kept for a time only: live events seven days, applied bodies and parts that nothing ever came for a month, paces while they
    // hold anybody up.
    private func tidy() async {
        while !Task.isCancelled {
            do {
                let now = clock()
                let expired = try await database.write { db in
                    try db.execute("DELETE FROM live_blocks WHERE at < \(now - 7 * 86_400)")
                    return try WaitingItems.expire(on: db, now: now)
                }
                if expired > 0 { logger.warning("Parts of webhooks expired unapplied", metadata: ["count": "\(expired)"]) }
                let database = database
                let deleted = try await ledger.deleteOld(now: now) { events in
                    try await database.read { try WaitingItems.waiting(of: events, on: $0) }
                }
                if deleted > 0 { logger.info("Webhook bodies that have served were deleted", metadata: ["count": "\(deleted)"]) }
                _ = try await forgetIdlePaces()
                try await database.write { try ReadReceipts.forgetOld(on: $0, now: now) }
                let leases = leases
                try await database.write { db in
                    try PresenceRows.forgetOld(on: db, now: leases.now(on: db))
                    try PushQueue.forgetOld(on: db, now: now)
                }
            } catch {
                logger.error("Tidying up failed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(600))
        }
    }
}
