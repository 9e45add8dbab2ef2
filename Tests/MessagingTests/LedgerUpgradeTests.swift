import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Upgrading the ledger")
struct LedgerUpgradeTests {
    @Test(
        "Events of the first release come through in place: waiting, applied and set aside, with the parts that wait",
        arguments: TestEngine.allCases)
    func firstRelease(on engine: TestEngine) async throws {
        try await inTestRoom {
            try await withTestDatabase(engine) { data in
                try await withTestDatabase(engine) { ledger in
                    let now = Date(timeIntervalSince1970: 1_795_000_000)
                    _ = try await Schema.early("data", through: 6).migrate(data)
                    _ = try await Schema.early("ledger", through: 1).migrate(ledger)
                    try await Self.fill(ledger, data, now)

                    _ = try await Schema.ledger().migrate(ledger)
                    _ = try await Schema.data().migrate(data)

                    try await Self.withProduct(data, ledger, now: now) { try await check($0, data) }
                }
            }
        }
    }

    private func check(_ messaging: Messaging, _ data: any Database) async throws {
        let before = try await messaging.ledgerStatus()
        #expect(
            before.waiting == 1 && before.oldestSeconds == 60 && before.setAside == 1 && before.parkedBy.map(\.reason) == ["unknownLine"])
        #expect(before.lastSetAside.map(\.error) == ["Not JSON"])
        // The part that waited still finds its body.
        let parked = try await data.read { try $0.all(String.self, "SELECT event_id FROM waiting_items") }
        let kept = try await messaging.ledger.events(parked.map { LedgerEvent.ID($0) })
        #expect(kept.count == 1 && kept.allSatisfy { String(decoding: $0.body, as: UTF8.self).contains("wamid.PARKED") })

        try await messaging.applyAll()

        let after = try await messaging.ledgerStatus()
        #expect(after.waiting == 0 && after.parked == 2 && after.setAside == 1)
        let again = try await messaging.replay(.all)
        try await messaging.applyAll()
        #expect(again == 4)
        let replayed = try await messaging.ledgerStatus()
        #expect(replayed.parked == 3 && replayed.setAside == 1 && replayed.replaying == 0)
    }

    private static func body(_ wamid: String) -> [UInt8] {
        Webhook.body([.text(wamid, "Hello", at: Date(timeIntervalSince1970: 1_794_999_000))])
    }

    private static func fill(_ ledger: any Database, _ data: any Database, _ now: Date) async throws {
        var random = Randomness.seeded(1)
        func id(_ seconds: Double) -> String { uuidV7(now: now - seconds, random: &random) }
        let events: [(id: String, at: Date, body: [UInt8], state: String, applied: Date?, error: String?)] = [
            (id(300), now - 300, body("wamid.APPLIED"), "applied", now - 299, nil),
            (id(200), now - 200, body("wamid.PARKED"), "applied", now - 199, nil),
            (id(100), now - 100, Array("{".utf8), "setAside", now - 99, "Not JSON"),
            (id(60), now - 60, body("wamid.WAITING"), "waiting", nil, nil),
        ]
        try await ledger.write { db in
            try db.execute(each: events) { event in
                """
                INSERT INTO webhook_events (event_id, received_at, body, size, state, applied_at, error)
                VALUES (\(event.id), \(event.at), \(event.body), \(event.body.count), \(event.state), \(event.applied), \(event.error))
                """
            }
        }
        let parked = events[1].id
        try await data.write { db in
            try db.execute(
                """
                INSERT INTO waiting_items (event_id, part, reason, phone_number_id, waba_id, waiting_since, expires_at)
                VALUES (\(parked), 0, 'unknownLine', '109000000000001', '104000000000001', \(now - 199), \(now + 86_400))
                """)
        }
    }

    private static func withProduct(
        _ data: any Database, _ ledger: any Database, now: Date, _ body: (Messaging) async throws -> Void
    ) async throws {
        let graph = GraphConfiguration(baseURL: "http://127.0.0.1:9", appID: AppID("1"), appSecrets: ["secret"])
        let client = GraphClient.makeHTTPClient(for: graph)
        let messaging = Messaging(
            database: data, ledgerDatabase: ledger, graph: GraphClient(graph, httpClient: client, logger: quietLogger), appID: graph.appID,
            keys: try TokenKeys(TokenKeys.newKey(id: "k1")), logger: quietLogger, clock: { now }, leases: .process { now })
        do {
            try await body(messaging)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }
}
