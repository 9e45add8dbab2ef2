import AsyncHTTPClient
import Crypto
import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Telling browsers while the page is closed")
struct PushTests {
    @Test(
        "What nobody looks at is told to the whole team, each as they wish, readable to their browsers only", arguments: TestEngine.allCases
    )
    func told(on engine: TestEngine) async throws {
        try await withPush(engine) { world, office, service in
            let olga = try await world.olgaConnected(), marek = try await world.marek()
            let laptop = Browser("laptop"), phone = Browser("phone")
            try await olga.tell(laptop, at: service)
            try await marek.tell(phone, at: service, showsWords: false)

            try await world.meta.says("nadia", "The boiler\n drips \u{1F4A7}")
            try await world.soon("both are told") { office.posted.count == 2 }

            let thread = try await world.conversation(with: "t-nadia", at: olga)
            let forLaptop = try #require(office.posted.first { $0.path == "/push/laptop" })
            let forPhone = try #require(office.posted.first { $0.path == "/push/phone" })
            #expect(try laptop.read(forLaptop) == Self.news(thread, "The boiler drips \u{1F4A7}"))
            #expect(try phone.read(forPhone) == Self.news(thread, "New message"))
            for one in [forLaptop, forPhone] {
                #expect(one.headers["content-encoding"] == "aes128gcm" && one.headers["ttl"] == "86400" && one.headers["urgency"] == "high")
                #expect(one.headers["topic"]?.wholeMatch(of: /[A-Za-z0-9_-]{1,32}/) != nil)
                try await Self.expectOurs(one, service: service, key: try #require(try await olga.pushKey()))
            }
        }
    }

    private static func news(_ thread: Conversation, _ words: String) -> JSONValue {
        ["title": "Nadia Rahman", "body": .string(words), "conversation": .string(thread.id.rawValue), "unread": 1]
    }

    // As a push service checks it: RFC 8292.
    private static func expectOurs(_ posted: Posted, service: String, key: String) async throws {
        let header = try #require(posted.headers["authorization"]?.wholeMatch(of: /vapid t=(([^.]+)\.([^.]+))\.([^,]+), k=(.+)/))
        let publicKey = try P256.Signing.PublicKey(x963Representation: try #require(Data(base64URLText: header.5)))
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: try #require(Data(base64URLText: header.4)))
        let claims = try JSONValue(parsing: Array(try #require(Data(base64URLText: header.3))))
        let expires = try #require(claims["exp"]?.double) - Date().timeIntervalSince1970
        #expect(String(header.5) == key && publicKey.isValidSignature(signature, for: Data(header.1.utf8)))
        #expect(claims["aud"]?.string == service && claims["sub"]?.string == "mailto:operators@example.com")
        #expect(expires > 0 && expires < 24 * 3_600)
    }

    @Test("What was read in time is not told; nor what a colleague has open", arguments: TestEngine.allCases)
    func seen(on engine: TestEngine) async throws {
        try await withPush(engine) { world, office, service in
            let olga = try await world.olgaConnected(), marek = try await world.marek()
            try await olga.tell(Browser("laptop"), at: service)
            try await world.meta.says("nadia", "Hello?")
            try await world.meta.says("tom", "Good morning")
            let nadia = try await world.conversation(with: "t-nadia", at: olga).id
            let tom = try await world.conversation(with: "t-tom", at: olga).id

            try await olga.markRead(nadia)
            try await marek.report(.open, tab: "marekspage", at: tom)

            // Whether Nadia's was still unread when somebody looked, nobody can know: then it is settled like Tom's.
            try await world.soon("nobody is due any more", faster: 3) { try await world.settled(tom) }
            try await world.soon("all is looked at") { try await world.isAllLookedAt() }
            #expect(office.posted.isEmpty)
            #expect(try await olga.conversation(tom).unread == 1)
        }
    }

    @Test("A message is told once, the next one too; one that is written meanwhile comes with it", arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withPush(engine) { world, office, service in
            let olga = try await world.olgaConnected(), laptop = Browser("laptop")
            try await olga.tell(laptop, at: service)

            try await world.meta.says("nadia", "One")
            try await world.soon("the first is told") { office.posted.count == 1 }
            // A tick, or anything else that changes there, is no news.
            let thread = try await world.conversation(with: "t-nadia", at: olga).id
            let database = world.database, now = world.clock.now
            try await database.write { try LandlordRows(World.olga, $0).publish([.message(Message.ID("x"), in: thread)], now: now) }
            try await world.soon("it is looked at") { try await world.isAllLookedAt() }
            try await world.meta.says("nadia", "Two")
            try await world.meta.says("nadia", "Three")
            try await world.soon("the next are told") {
                (try? office.posted.last.map { try laptop.read($0)["body"]?.string == "Three" }) == true
            }

            #expect(office.posted.count <= 3)
            let told = try office.posted.map { try laptop.read($0)["body"]?.string }
            #expect(Set(told).count == told.count && told.first == "One" && told.last == "Three")
        }
    }

    @Test(
        "A browser that has unsubscribed is forgotten; a push service in trouble is asked again when it says",
        arguments: TestEngine.allCases)
    func trouble(on engine: TestEngine) async throws {
        try await withPush(engine) { world, office, service in
            let olga = try await world.olgaConnected(), laptop = Browser("laptop")
            try await olga.tell(laptop, at: service)
            office.answer(503)
            office.answer(429, retryAfter: "30")
            office.answer(410)

            try await world.meta.says("nadia", "Hello?")
            try await world.soon("it is tried until it is told that nobody is there") { office.posted.count == 3 }

            try await eventually("the browser is forgotten") { try await olga.pushDevices().isEmpty }
            #expect(try office.posted.allSatisfy { try laptop.read($0)["body"]?.string == "Hello?" })
            #expect(try await world.database.read { try $0.exists("SELECT 1 FROM push_notices") } == false)
        }
    }

    @Test("A process that died while telling leaves it to another; who is no member any more is not told", arguments: TestEngine.allCases)
    func leases(on engine: TestEngine) async throws {
        try await withPush(engine, running: false) { world, _, service in
            let (olga, threads) = try await world.olgasTenants(1), marek = try await world.marek()
            try await olga.tell(Browser("laptop"), at: service)
            try await marek.tell(Browser("phone"), at: service)
            try await world.database.write { try $0.execute("DELETE FROM members WHERE person_id = 'marek'") }
            try await world.deliver(.text("wamid.NEW", "Hello again?", by: "447700900201", at: world.clock.now))
            let start = world.clock.now

            let claims = try await world.database.write { db in
                _ = try PushQueue(db: db, now: start).look()
                return try [3, 7, 8, 70].map { try PushQueue(db: db, now: start + $0).claim() }
            }

            #expect(claims.map(\.count) == [0, 1, 0, 1])
            #expect(claims[1].first?.device == PushDevice.id(of: Browser("laptop").secret) && claims[1].first?.conversation == threads[0])
            #expect(claims[3].first?.tries == 2)
        }
    }

    @Test("A browser is its owner's: others can neither change nor see it, and whoever takes it over is told of their own only")
    func owners() async throws {
        try await withPush(.sqlite, running: false) { world, _, service in
            let olga = try await world.olga, marek = try await world.marek(), pavel = try await world.pavel
            let shared = Browser("shared"), id = PushDevice.id(of: shared.secret)
            try await olga.tell(shared, at: service)

            for stranger in [marek, pavel] {
                await #expect(throws: NotFound.self) { try await stranger.change(pushDevice: id, showsWords: false) }
                await #expect(throws: NotFound.self) { try await stranger.remove(pushDevice: id) }
                #expect(try await stranger.pushDevices().isEmpty)
            }
            try await pavel.tell(shared, at: service)

            #expect(try await olga.pushDevices().isEmpty)
            #expect(try await pavel.pushDevices().count == 1)
            try await pavel.change(pushDevice: id, showsWords: false)
            #expect(try await pavel.pushDevices().first?.showsWords == false)
            try await world.messaging.forget(browser: shared.secret)
            #expect(try await pavel.pushDevices().isEmpty)
            await #expect(throws: PushRefused.service) {
                try await olga.tell(shared, at: "https://metadata.internal")
            }
            let stored = try await world.database.read { try $0.all(String.self, "SELECT subscription_sealed FROM push_devices") }
            #expect(stored.allSatisfy { !$0.contains("push/shared") })
        }
    }

    private func withPush(
        _ engine: TestEngine, running isRunning: Bool = true, _ body: @Sendable (World, PostOffice, _ service: String) async throws -> Void
    ) async throws {
        try await PostOffice.open { office, origin in
            let setup: @Sendable (HTTPClient) -> NotificationSetup? = { client in
                NotificationSetup(
                    pushHosts: PushHosts([origin]), contact: "mailto:operators@example.com", digest: nil, courier: Courier(client))
            }
            try await withWorld(engine, running: isRunning, notifications: setup) { try await body($0, office, origin) }
        }
    }
}

extension Desk {
    fileprivate func tell(_ browser: Browser, at service: String, showsWords: Bool = true) async throws {
        try await tell(
            browser.secret, named: browser.name, endpoint: browser.endpoint(at: service), p256dh: browser.p256dh, auth: browser.auth,
            showsWords: showsWords)
    }
}

extension Browser {
    fileprivate func read(_ posted: Posted) throws -> JSONValue { try JSONValue(parsing: try open(posted.body)) }
}

extension World {
    /// Whether the conversation was noticed and nobody is to be told any more.
    fileprivate func settled(_ conversation: Conversation.ID) async throws -> Bool {
        try await database.read { db in
            try db.exists("SELECT 1 FROM push_notices WHERE conversation_id = \(conversation)")
                && !db.exists("SELECT 1 FROM push_notices WHERE due_at IS NOT NULL")
        }
    }

    fileprivate func isAllLookedAt() async throws -> Bool {
        try await database.read { db in
            try !db.exists(
                """
                SELECT 1 FROM push_watches w JOIN landlords l ON l.landlord_id = w.landlord_id WHERE l.live_sequence > w.sequence
                """) && !db.exists("SELECT 1 FROM push_notices WHERE due_at IS NOT NULL")
        }
    }
}
