import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import MetaSimulator
import SQLDatabase
import ServiceLifecycle
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

/// A small world to tell product rules in: a database, a pretend Meta over real HTTP, one clock for both, Olga and Pavel.
struct World: Sendable {
    static let olga = Landlord.ID("olga"), pavel = Landlord.ID("pavel")
    static let olgasNumber = PhoneNumberID("109000000000001"), pavelsNumber = PhoneNumberID("109000000000002")
    static let nadiasPhone = "+447700900118"

    var messaging: Messaging
    let restart: @Sendable () -> Messaging
    let database: any Database
    let ledgerDatabase: any Database
    let clock: TestClock
    let meta: MetaControl
    /// Where files are kept.
    let media: URL

    var olga: Desk { get async throws { try await desk(Self.olga, "Brandt Lettings") } }
    var pavel: Desk { get async throws { try await desk(Self.pavel, "Pavel Novak Homes") } }

    private func desk(_ id: Landlord.ID, _ name: String) async throws -> Desk {
        messaging.desk(of: try await messaging.landlords.create(landlord: id, name: name, owner: Person.ID(id.rawValue)))
    }

    /// The same world with a new process on its databases.
    var restarted: World {
        var world = self
        world.messaging = restart()
        return world
    }

    /// Goes through Meta's popup and follows the onboarding to its end.
    @discardableResult
    func connect(_ desk: Desk, business: String = "Brandt Lettings") async throws -> Onboarding {
        let signup = try await meta.signUp(business: business)
        let begun = try await desk.connect(signup)
        return try await finished(begun.onboardingId, at: desk)
    }

    func finished(_ id: Onboarding.ID, at desk: Desk) async throws -> Onboarding {
        try await eventually("the onboarding ends") {
            let now = try await desk.onboarding(id).onboarding
            return now.status == .running ? nil : now
        }
    }

    /// A landlord who is connected and knows Nadia and Tom, both with an agreement.
    func olgaConnected() async throws -> Desk {
        let olga = try await olga
        try await connect(olga)
        _ = try await olga.sync([
            .agreed("t-nadia", "Nadia Rahman", Self.nadiasPhone), .agreed("t-tom", "Tom Okafor", "07700 900123"),
        ])
        return olga
    }

    func conversation(with tenant: String, at desk: Desk) async throws -> Conversation {
        let contact = try await desk.contact(externalID: tenant)
        return try await eventually("a conversation with \(tenant)") {
            try await desk.conversations(of: contact.contactId).items.first
        }
    }

    /// Waits until a message stands as wanted.
    @discardableResult
    func message(_ id: Message.ID, at desk: Desk, becomes status: Message.Status) async throws -> Message {
        try await eventually("message becomes \(status.rawValue)") {
            let message = try await desk.message(id)
            return message.status == status ? message : nil
        }
    }
}

extension ContactInput {
    static func agreed(_ id: String, _ name: String, _ phone: String?) -> ContactInput {
        ContactInput(
            externalId: id, name: name, phone: phone, property: "12 Elm Road", unit: "4B",
            optIn: OptIn(source: "lease form", at: Date(timeIntervalSince1970: 1_709_424_000), wording: "Clause 14"))
    }
}

/// Runs `body` in a world of its own, with Meta and the product's loops running beside it.
func withWorld(
    _ engine: TestEngine, running: Bool = true, configure: @Sendable (inout SimulatorConfiguration) -> Void = { _ in },
    notifications: @escaping @Sendable (HTTPClient) -> NotificationSetup? = { _ in nil }, _ body: @Sendable (World) async throws -> Void
) async throws {
    try await inTestRoom {
        try await withWorldInRoom(engine, running: running, configure: configure, notifications: notifications, body)
    }
}

private func withWorldInRoom(
    _ engine: TestEngine, running isRunning: Bool, configure: @Sendable (inout SimulatorConfiguration) -> Void,
    notifications: @escaping @Sendable (HTTPClient) -> NotificationSetup?, _ body: @Sendable (World) async throws -> Void
) async throws {
    try await withTestDatabase(engine) { database in
        try await withTestDatabase(engine) { ledgerDatabase in
            _ = try await Schema.data().migrate(database)
            _ = try await Schema.ledger().migrate(ledgerDatabase)
            let clock = TestClock()
            var configuration = SimulatorConfiguration()
            configuration.clock = { clock.now }
            configure(&configuration)
            let simulator = try Simulator(configuration, logger: quietLogger)
            let graph = GraphConfiguration(
                baseURL: "http://127.0.0.1", appID: AppID(configuration.appID), appSecrets: [configuration.appSecret],
                mediaHosts: ["localhost"])
            try await running([simulator]) { [configuration] in
                try await withMessaging(
                    database, ledgerDatabase, clock: clock, simulator: simulator, graph: graph, secret: configuration.appSecret,
                    systemUserToken: configuration.systemUserToken, running: isRunning, notifications: notifications, body)
            }
        }
    }
}

private func withMessaging(
    _ database: any Database, _ ledgerDatabase: any Database, clock: TestClock, simulator: Simulator, graph: GraphConfiguration,
    secret: String, systemUserToken: String?, running isRunning: Bool,
    notifications: @escaping @Sendable (HTTPClient) -> NotificationSetup?, _ body: @Sendable (World) async throws -> Void
) async throws {
    let meta = MetaControl(url: "http://127.0.0.1:\(await simulator.port())", simulator: simulator)
    var graph = graph
    graph.baseURL = meta.url
    let client = GraphClient.makeHTTPClient(for: graph)
    let keys = try TokenKeys(TokenKeys.newKey(id: "k1"))
    let media = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
    let store = try FolderStore(media)
    defer { try? FileManager.default.removeItem(at: media) }
    let start: @Sendable () -> Messaging = { [graph] in
        Messaging(
            database: database, ledgerDatabase: ledgerDatabase, graph: GraphClient(graph, httpClient: client, logger: quietLogger),
            appID: graph.appID, keys: keys, systemUserToken: systemUserToken.map { AccessToken($0) }, mediaStore: store,
            notifications: notifications(client), logger: quietLogger, clock: { clock.now }, leases: .process { clock.now })
    }
    let messaging = start()
    let receiver = Receiver(ledger: messaging.ledger, secret: secret)
    let world = World(
        messaging: messaging, restart: start, database: database, ledgerDatabase: ledgerDatabase, clock: clock, meta: meta,
        media: media)
    try await finally({ try? await client.shutdown() }) {
        try await running([receiver]) {
            await simulator.setWebhookURL("http://127.0.0.1:\(await receiver.port())/webhook")
            let loops = isRunning ? Task { await messaging.run() } : nil
            try await finally({
                loops?.cancel()
                await loops?.value
            }) { try await body(world) }
        }
    }
}

/// Runs `body`, then `end`, also when `body` throws.
private func finally(_ end: () async -> Void, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch {
        await end()
        throw error
    }
    await end()
}

/// Takes Meta's webhooks as the server does: signature over the raw bytes, ledger, 200.
private struct Receiver: Service {
    let ledger: Ledger
    let secret: String
    private let ports = AsyncStream<Int>.makeStream()

    init(ledger: Ledger, secret: String) {
        self.ledger = ledger
        self.secret = secret
    }

    func run() async throws {
        let router = Router()
        let ledger = ledger, secret = secret
        router.post("webhook") { request, _ in
            let body = try await request.body.collect(upTo: 4 * 1_024 * 1_024)
            let signature = request.headers[.init("X-Hub-Signature-256")!]
            guard WebhookSignature.isValid(header: signature, body: Array(buffer: body), secrets: [secret]) else {
                return HTTPResponse.Status.unauthorized
            }
            try await ledger.store(Array(buffer: body))
            return .ok
        }
        let continuation = ports.continuation
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: quietLogger)
        try await app.run()
    }

    func port() async -> Int {
        for await port in ports.stream { return port }
        return 0
    }
}
