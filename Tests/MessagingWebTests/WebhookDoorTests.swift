import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import MessagingWeb

/// Meta's connections, word by word.
@Suite struct WebhookDoorTests {
    @Test("Several deliveries come over one connection, one after another", arguments: TestEngine.allCases)
    func keepAlive(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let meta = try await RawConnection.open(port: stage.port)
            for number in 1...5 {
                try await meta.say(delivery("{\"n\":\(number)}"))
                try await eventually("delivery \(number) is answered") { meta.answers(200) == number }
            }
            try await meta.close()

            let bodies = try await self.bodies(stage)
            #expect(bodies == (1...5).map { "{\"n\":\($0)}" })
        }
    }

    @Test("Deliveries that do not wait for an answer are all stored and answered in their order", arguments: TestEngine.allCases)
    func pipelined(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let meta = try await RawConnection.open(port: stage.port)
            let wrong = delivery("{\"n\":0}", signature: "sha256=00")

            try await meta.say(
                delivery("{\"n\":1}") + wrong + delivery("{\"n\":2}") + chunked(["{\"n\":", "3}"]) + delivery("{\"n\":4}", close: true))

            let heard = try await meta.everythingUntilClosed()
            let statuses = heard.matches(of: /HTTP\/1\.1 (\d+)/).map { String($0.output.1) }
            #expect(statuses == ["200", "401", "200", "200", "200"])
            #expect(try await bodies(stage) == (1...4).map { "{\"n\":\($0)}" })
        }
    }

    @Test("A delivery behind another request is answered after it, and so is what follows", arguments: TestEngine.allCases)
    func behindAnother(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let meta = try await RawConnection.open(port: stage.port)
            let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", unknown = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"

            try await meta.say(health + delivery("{\"n\":1}") + delivery("{\"n\":2}") + unknown + delivery("{\"n\":3}", close: true))

            let heard = try await meta.everythingUntilClosed()
            let statuses = heard.matches(of: /HTTP\/1\.1 (\d+)/).map { String($0.output.1) }
            #expect(statuses == ["200", "200", "200", "404", "200"])
            #expect(heard.contains(#"{"status":"ok"}"#))
            #expect(try await Set(bodies(stage)) == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
        }
    }

    @Test("A body that is too long is refused at once, by its announcement or at its first byte too many, and never stored")
    func tooLong() async throws {
        try await withStage { stage in
            let announced = try await RawConnection.open(port: stage.port), chunked = try await RawConnection.open(port: stage.port)
            let head = "POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\n"

            try await announced.say(head + "Content-Length: 90000000\r\n\r\n")
            let first = try await announced.everythingUntilClosed()
            try await chunked.say(head + "Transfer-Encoding: chunked\r\n\r\n")
            let mebibyte = String(repeating: "x", count: 1 << 20), chunk = "100000\r\n\(mebibyte)\r\n"
            for _ in 0..<3 { try await chunked.say(chunk) }
            #expect(chunked.heard.isEmpty)
            // Just enough to be too much, so that nothing of ours is still on its way when the answer comes.
            try await chunked.say("1001\r\n" + String(repeating: "x", count: 4_097))
            let second = try await chunked.everythingUntilClosed()

            for heard in [first, second] {
                #expect(heard.hasPrefix("HTTP/1.1 413 ") && heard.lowercased().contains("connection: close") && heard.contains("tooLarge"))
            }
            #expect(try await bodies(stage).isEmpty)
        }
    }

    @Test("A wrong signature is refused, and the connection goes on", arguments: TestEngine.allCases)
    func wrongSignature(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let meta = try await RawConnection.open(port: stage.port)
            try await meta.say(delivery("{\"n\":0}", signature: "sha256=1234"))
            try await eventually("it is refused") { meta.answers(401) == 1 }
            try await meta.say(delivery("{\"n\":1}"))
            try await eventually("the next one is taken") { meta.answers(200) == 1 }
            try await meta.say("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("so is another request") { meta.answers(200) == 2 }
            try await meta.close()

            #expect(try await bodies(stage) == ["{\"n\":1}"])
        }
    }

    @Test("Who hangs up in the middle of a body leaves its room to others, and nothing of it is stored")
    func hangsUp() async throws {
        try await withStage { stage in
            let size = 3 * 1_048_576
            let head = "POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: \(size)\r\n\r\n"
            let most = String(repeating: " ", count: size - 1)
            var crowd: [RawConnection] = []
            for _ in 0..<11 {
                let connection = try await RawConnection.open(port: stage.port)
                try await connection.say(head + most)
                crowd.append(connection)
            }
            try await eventually("somebody finds no room") { crowd.contains { $0.answers(503) == 1 } }
            let body = [UInt8](repeating: 32, count: size)

            for connection in crowd { try? await connection.close() }

            try await eventually("there is room again") { try await stage.deliver(body).status == 200 }
            let stored = try await bodies(stage)
            #expect(stored.count == 1)
        }
    }

    @Test("Who says no more after a delivery, or after several in a row, still hears the answers", arguments: TestEngine.allCases)
    func halfClosed(engine: TestEngine) async throws {
        try await withStage(engine) { stage in
            let ledger = try await Databases.open(stage.settings.ledger)
            let silent = try await RawConnection.open(port: stage.port), hasty = try await RawConnection.open(port: stage.port)
            try await whileWriterIsHeld(ledger, table: "webhook_batches") {
                try await silent.say(delivery("{\"n\":1}"))
                try await silent.closeMouth()
                for number in 2...4 { try await hasty.say(delivery("{\"n\":\(number)}")) }
                try await hasty.closeMouth()
                let other = try await RawConnection.open(port: stage.port)
                try await other.say("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                try await eventually("others are answered meanwhile") { other.answers(200) == 1 }
                #expect(silent.heard.isEmpty && hasty.heard.isEmpty)
                try await other.close()
            }
            await ledger.close()

            let heard = try await [silent.everythingUntilClosed(), hasty.everythingUntilClosed()]
            #expect(heard.map { $0.components(separatedBy: "HTTP/1.1 200 ").count - 1 } == [1, 3])
            #expect(try await Set(bodies(stage)) == Set((1...4).map { "{\"n\":\($0)}" }))
        }
    }

    @Test("A server that is told to stop while a delivery is being stored still answers it", arguments: TestEngine.allCases)
    func gracefulStop(engine: TestEngine) async throws {
        let stopping = try await withStage(engine) { stage in
            let ledger = try await Databases.open(stage.settings.ledger), port = stage.port
            let meta = try await RawConnection.open(port: port)
            let (held, holding) = AsyncStream<Void>.makeStream()
            let answered = Task {
                try await whileWriterIsHeld(ledger, table: "webhook_batches") {
                    holding.yield()
                    try await eventually("the server takes no new connection") { try await isClosed(port) }
                    #expect(meta.answers(200) == 0)
                }
                await ledger.close()
                return try await meta.everythingUntilClosed()
            }
            for await _ in held { break }
            try await meta.say(delivery("{}", signature: "sha256=00") + delivery("{}"))
            // The second one came with the first: it is being stored as soon as the first is answered.
            try await eventually("the first is refused") { meta.answers(401) == 1 }
            return answered
        }

        let heard = try await stopping.value

        #expect(heard.contains("HTTP/1.1 200 "))
    }

    private func isClosed(_ port: Int) async throws -> Bool {
        guard let connection = try? await RawConnection.open(port: port) else { return true }
        try? await connection.close()
        return false
    }

    private func delivery(_ body: String, signature: String? = nil, close: Bool = false) -> String {
        "POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "X-Hub-Signature-256: \(signature ?? WebStage.signature(of: Array(body.utf8)))\r\n"
            + (close ? "Connection: close\r\n" : "") + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func chunked(_ pieces: [String]) -> String {
        "POST /webhook/whatsapp?x=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            + "X-Hub-Signature-256: \(WebStage.signature(of: Array(pieces.joined().utf8)))\r\n\r\n"
            + pieces.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
    }

    private func bodies(_ stage: WebStage) async throws -> [String] {
        let database = try await Databases.open(stage.settings.ledger)
        let bodies = try await database.read { db in
            try db.all([UInt8].self, "SELECT body FROM webhook_bodies ORDER BY batch_id, place").map { String(decoding: $0, as: UTF8.self) }
        }
        await database.close()
        return bodies
    }
}
