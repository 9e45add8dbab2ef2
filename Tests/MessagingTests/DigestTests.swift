import AsyncHTTPClient
import Crypto
import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Telling the platform who waits for an answer")
struct DigestTests {
    private static let secret = "a-secret-for-tests"

    @Test("Who waits for over an hour is listed once, signed, for their landlord", arguments: TestEngine.allCases)
    func listed(on engine: TestEngine) async throws {
        try await withDigest(engine) { world, office in
            let olga = try await world.olgaConnected()
            try await world.meta.says("nadia", "The boiler drips " + String(repeating: "and drips ", count: 40))
            try await world.meta.says("nadia", "Hello?")
            try await world.meta.says("tom", "Thank you")
            let nadia = try await world.conversation(with: "t-nadia", at: olga), tom = try await world.conversation(with: "t-tom", at: olga)
            _ = try await olga.send(.text("You are welcome"), to: .conversation(tom.id))
            try await eventually("both are in") { try await olga.conversation(nadia.id).unread == 2 }

            try await world.lookedAt(after: 3_700)
            try await eventually("the list comes") { office.posted.count == 1 }

            let posted = try #require(office.posted.first), list = try JSONValue(parsing: posted.body)
            let item = try #require(list["conversations"]?.array?.first)
            #expect(list["landlord"] == ["id": "olga", "name": "Brandt Lettings"] && list["kind"]?.string == "unanswered")
            #expect(list["conversations"]?.array?.count == 1 && item["id"]?.string == nadia.id.rawValue)
            #expect(item["contact"]?["externalId"]?.string == "t-nadia" && item["unread"]?.integer == 2)
            #expect(item["url"]?.string == "https://whatsapp.example.com/inbox/\(nadia.id)")
            #expect(item["preview"]?.string?.hasPrefix("The boiler drips and") == true && item["preview"]?.string?.count == 141)
            #expect(posted.headers["idempotency-key"] == list["id"]?.string)
            try Self.expectSigned(posted)

            // Later looks, and more of the same silence, bring nothing new.
            try await world.meta.says("nadia", "Is anybody there?")
            try await eventually("it is in") { try await olga.conversation(nadia.id).unread == 3 }
            try await world.lookedAt(after: 3_700)
            #expect(try await world.hasNoDigests())
            #expect(office.posted.count == 1)

            // An answer ends it, and the next question begins anew.
            _ = try await olga.send(.text("We are on our way"), to: .conversation(nadia.id))
            world.clock.advance(by: 5)
            try await world.meta.says("nadia", "At last")
            try await eventually("it is in") { try await olga.conversation(nadia.id).unread == 4 }
            try await world.lookedAt(after: 3_700)
            try await eventually("the next list comes") { office.posted.count == 2 }
        }
    }

    private static func expectSigned(_ posted: Posted) throws {
        let header = try #require(posted.headers["x-zenrent-signature"]?.wholeMatch(of: /t=([0-9]+),v1=([0-9a-f]{64})/))
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(header.1).".utf8) + posted.body, using: SymmetricKey(data: Data(secret.utf8)))
        #expect(code.map { String(format: "%02x", $0) }.joined() == header.2)
    }

    @Test(
        "A list that is not taken is tried again under the same key, without those who were answered meanwhile",
        arguments: TestEngine.allCases)
    func retried(on engine: TestEngine) async throws {
        try await withDigest(engine) { world, office in
            let olga = try await world.olgaConnected()
            office.answer(500)
            office.answer(302)
            try await world.meta.says("nadia", "The boiler drips")
            try await world.meta.says("tom", "So does mine")
            let nadia = try await world.conversation(with: "t-nadia", at: olga).id
            _ = try await world.conversation(with: "t-tom", at: olga)

            try await world.lookedAt(after: 3_700)
            try await eventually("the list comes") { office.posted.count == 1 }
            _ = try await olga.send(.text("The plumber comes at five."), to: .conversation(nadia))
            try await world.soon("it comes again") { office.posted.count == 3 }

            let lists = try office.posted.map { try JSONValue(parsing: $0.body) }
            #expect(lists.map { $0["conversations"]?.array?.count } == [2, 1, 1])
            #expect(Set(lists.map { $0["id"]?.string }).count == 1)
            try await eventually("it is taken") { try await world.hasNoDigests() }
        }
    }

    @Test("Several processes list a conversation once", arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (_, threads) = try await world.olgasTenants(3), start = world.clock.now
            let look = { (time: Date) in
                try await world.database.read { try DigestQueue(db: $0, now: time, after: 3_600).waiting() }
            }
            let file = { (waiting: WaitingTenants?, time: Date) in
                guard let waiting else { return }
                try await world.database.write { db in
                    var random = Randomness.system
                    try DigestQueue(db: db, now: time, after: 3_600).file(waiting, random: &random)
                }
            }
            try await file(try await look(start - 60), start - 60)

            let one = try await look(start + 3_700), other = try await look(start + 3_700)
            try await file(one, start + 3_700)
            try await file(other, start + 3_700)

            let listed = Set((one?.tenants ?? []).map(\.conversationId))
            #expect(listed.isSuperset(of: threads))
            let count = try await world.database.read { try $0.first(Int.self, "SELECT COUNT(*) FROM digests") }
            #expect(count == 1)
            #expect(try await look(start + 3_701) == nil)
        }
    }

    private func withDigest(_ engine: TestEngine, _ body: @Sendable (World, PostOffice) async throws -> Void) async throws {
        try await PostOffice.open { office, origin in
            let setup: @Sendable (HTTPClient) -> NotificationSetup? = { client in
                let receiver = DigestReceiver(
                    address: "\(origin)/hooks/unanswered", secret: Self.secret, after: 3_600, pages: "https://whatsapp.example.com/inbox/")
                return NotificationSetup(pushHosts: .usual, contact: "mailto:x@example.com", digest: receiver, courier: Courier(client))
            }
            try await withWorld(engine, notifications: setup) { world in
                try await eventually("the first look is over") { try await world.digestedUntil() != nil }
                try await body(world, office)
            }
        }
    }
}

extension World {
    fileprivate func digestedUntil() async throws -> Date? {
        try await Installation.fact("digestedUntil", in: database).flatMap { Int64($0) }.map { Date(milliseconds: $0) }
    }

    /// Moves time on and waits until everything up to now, less an hour, was looked at.
    fileprivate func lookedAt(after seconds: TimeInterval) async throws {
        let now = clock.now
        clock.advance(by: seconds)
        try await eventually("everybody was looked at") { try await digestedUntil().map { $0 >= now } ?? false }
    }

    fileprivate func hasNoDigests() async throws -> Bool {
        try await database.read { try !$0.exists("SELECT 1 FROM digests") }
    }
}
