import Foundation
import Testing

@testable import MetaSimulator

@Suite("Webhooks", .timeLimit(.minutes(1)))
struct WebhookTests {
    @Test("The signature covers the escaped bytes: \\u in lower case and \\/")
    func signature() async throws {
        try await onStage { stage in
            _ = try await stage.connect()

            try await stage.say("Grüße 👍 https://zenrent.example/p")

            let post = try #require(await stage.receiver.message("Grüße 👍 https://zenrent.example/p"))
            #expect(post.isSigned)
            #expect(post.body.contains(#"Gr\u00fc\u00dfe \ud83d\udc4d https:\/\/zenrent.example\/p"#))
            #expect(post.body.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test("A webhook comes again until it is answered with 200, always as the same bytes")
    func retries() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            _ = await stage.receiver.arrived { !$0.isEmpty }
            await stage.receiver.answerNext([500, 302, 503, 202])

            try await stage.say("Still there?")

            let posts = await stage.receiver.arrived { $0.count { $0.body.contains("Still there?") } == 5 }
            let tries = posts.filter { $0.body.contains("Still there?") }
            #expect(tries.map(\.status) == [500, 302, 503, 202, 200] && Set(tries.map(\.body)).count == 1)
            try await stage.settled()
            let deliveries = try await stage.call(.GET, "/simulator/deliveries?since=0").json["items"]?.items ?? []
            #expect(deliveries.suffix(5).map { $0["attempt"]?.int } == [1, 2, 3, 4, 5])
        }
    }

    @Test("Without a subscription there is silence, and only the subscribed business's events come")
    func subscription() async throws {
        try await onStage { stage in
            let token = try await stage.connect(brandt)

            try await stage.say("To Pavel", to: pavel.number)
            try await stage.say("To Brandt")
            _ = await stage.receiver.message("To Brandt")
            #expect(try await stage.graph(.DELETE, brandt.account + "/subscribed_apps", as: token).json == ["success": true])
            try await stage.say("Nobody hears this")
            try await stage.settled()

            let texts = await stage.receiver.posts.flatMap(\.messages).map { $0["text"]?["body"]?.string }
            #expect(texts == ["To Brandt"])
        }
    }

    @Test("World and undelivered webhooks survive a restart")
    func restart() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try await onStage({
            $0.stateFile = file
            $0.retryPause = .seconds(3_600)
            $0.longestRetryPause = .seconds(3_600)
        }) { stage in
            _ = try await stage.connect()
            _ = await stage.receiver.arrived { !$0.isEmpty }
            await stage.receiver.answerNext([500])
            try await stage.say("Before the restart")
            _ = await stage.receiver.message("Before the restart")
        }

        let again = Receiver()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await again.run() }
            var configuration = SimulatorConfiguration()
            configuration.appSecret = secret
            configuration.webhookURL = "http://127.0.0.1:\(await again.port())/webhook"
            configuration.stateFile = file
            let simulator = try Simulator(configuration)
            group.addTask { try await simulator.run() }
            _ = await simulator.port()
            await simulator.flushWebhooks()

            let post = await again.message("Before the restart")

            #expect(post?.isSigned == true)
            #expect(await simulator.world.numbers[brandt.number]?.status == "CONNECTED")
            group.cancelAll()
        }
    }

    @Test("Duplicates: every webhook comes twice")
    func duplicates() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            _ = try await stage.fault("duplicateWebhooks")

            let wamid = try await stage.say("Twice")

            let posts = await stage.receiver.arrived { $0.flatMap(\.messages).count == 2 }
            #expect(posts.flatMap(\.messages).map { $0["id"]?.string } == [wamid, wamid])
        }
    }

    @Test("Batches: several events in one body, none lost")
    func batches() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            try await stage.settled()
            _ = try await stage.fault("batchWebhooks", ["size": 3, "ms": 60_000])

            for text in ["one", "two", "three", "four"] { try await stage.say(text) }
            _ = await stage.receiver.arrived { $0.flatMap(\.messages).count == 3 }
            try await stage.control("webhooks/flush")

            let posts = await stage.receiver.arrived { $0.flatMap(\.messages).count == 4 }
            #expect(posts.map(\.messages.count).filter { $0 > 0 } == [3, 1])
            #expect(posts.flatMap(\.messages).compactMap { $0["text"]?["body"]?.string } == ["one", "two", "three", "four"])
        }
    }

    @Test("Reordering: all events come, and not in their order")
    func reordering() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            _ = try await stage.fault("reorderWebhooks", ["ms": 3_600_000])
            let texts = (1...24).map { "message \($0)" }

            for text in texts { try await stage.say(text) }

            try await stage.control("webhooks/flush")
            let posts = await stage.receiver.arrived { $0.flatMap(\.messages).count == 24 }
            let order = posts.flatMap(\.messages).compactMap { $0["text"]?["body"]?.string }
            #expect(Set(order) == Set(texts) && order != texts)
        }
    }

    @Test("Delays: a webhook waits as long as the fault says")
    func delays() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            try await stage.settled()
            let fault = try await stage.fault("delayWebhooks", ["ms": 60_000])

            try await stage.say("Later")
            _ = try await stage.call(.DELETE, "/simulator/faults/\(fault)")
            try await stage.say("Now", as: "tom")

            _ = await stage.receiver.message("Now")
            // The one that has arrived is pending until its answer has come back.
            try await stage.settled(leaving: 1)
            #expect(await stage.receiver.posts.flatMap(\.messages).count == 1)
            try await stage.control("webhooks/flush")
            #expect(await stage.receiver.message("Later") != nil)
        }
    }

    @Test("A wrong or missing signature comes once, then the right one", arguments: ["badSignature", "missingSignature"])
    func badSignatures(kind: String) async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            try await stage.settled()
            _ = try await stage.fault(kind)
            await stage.receiver.answerNext([401])

            try await stage.say("Who signed this?")

            let posts = await stage.receiver.arrived { $0.flatMap(\.messages).count == 2 }.suffix(2)
            #expect(posts.map(\.isSigned) == [false, true])
            #expect((posts.first?.signature == nil) == (kind == "missingSignature"))
        }
    }

    @Test("Unknown message types and fields come along with a known message")
    func unknownTypes() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            _ = try await stage.fault("unknownTypes")

            try await stage.say("Known")

            _ = await stage.receiver.message("Known")
            let posts = await stage.receiver.arrived { $0.flatMap(\.changes).contains { $0.field == "telepathy" } }
            #expect(posts.flatMap(\.messages).contains { $0["type"] == "hologram" })
        }
    }

    @Test("An override address takes the messages, after it has answered the challenge")
    func override() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let port = await stage.receiver.port()
            func body(_ token: String) -> JSON {
                ["override_callback_uri": "http://127.0.0.1:\(port)/webhook", "verify_token": .string(token)]
            }

            let wrong = try await stage.graph(.POST, brandt.account + "/subscribed_apps", body("nonsense"), as: token)
            let right = try await stage.graph(.POST, brandt.account + "/subscribed_apps", body("hello"), as: token)

            #expect(wrong.code == 100 && right.json == ["success": true])
            let listed = try await stage.graph(.GET, brandt.account + "/subscribed_apps", as: token).json
            #expect(listed["data"]?.items?.first?["override_callback_uri"] == body("hello")["override_callback_uri"])
        }
    }

    @Test("Any webhook can be sent by hand")
    func byHand() async throws {
        try await onStage { stage in
            try await stage.control(
                "webhooks",
                ["field": "account_update", "entryId": .string(brandt.account), "value": ["event": "ACCOUNT_DELETED"]])

            let posts = await stage.receiver.arrived { !$0.isEmpty }

            #expect(posts.first?.changes.first?.value == ["event": "ACCOUNT_DELETED"])
        }
    }
}
