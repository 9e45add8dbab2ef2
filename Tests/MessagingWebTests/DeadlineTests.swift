import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import MessagingWeb

/// Clients that take their time, on raw sockets.
@Suite struct DeadlineTests {
    private static func deadlines(of time: TimeAmount) -> Deadlines {
        var deadlines = Deadlines()
        deadlines.headers = time
        deadlines.body = time
        deadlines.idle = time
        return deadlines
    }

    @Test(
        "Only a file that is handed in may take longer, by its size; no other address can be made to look like one",
        arguments: [
            ("/inbox/c/files?caption=x", 3_200, 130), ("/api/whatsapp/media?voice=yes", 32, 31),
            ("/webhook/whatsapp?a=/inbox/c/files?", 3_200, 30), ("/inbox/c/messages", 3_200, 30), ("/api/whatsapp/mediaeval", 3_200, 30),
        ])
    func files(path: String, kibibytes: Int64, seconds: Int64) {
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "x", path: path, headerFields: [.contentLength: "\(kibibytes * 1_024)"])

        #expect(Deadlines().body(of: head) == .seconds(seconds))
    }

    @Test(
        "A connection whose client says too little for too long is ended by us",
        arguments: [
            "", "GET /health HT", "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            "POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
            "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
        ])
    func slow(said: String) async throws {
        try await withStage(.sqlite, StageOptions(deadlines: Self.deadlines(of: .seconds(2)))) { stage in
            let connection = try await RawConnection.open(port: stage.port)
            try await connection.say(said)

            let heard = try await connection.everythingUntilClosed()

            #expect(heard.contains("200 OK") == said.hasSuffix("\r\n\r\n"))
        }
    }

    @Test(
        "A request that cannot be read ends its connection at once", arguments: ["X-Long: " + String(repeating: "y", count: 500_000), "{"])
    func unreadable(header: String) async throws {
        try await withStage(.sqlite, StageOptions(deadlines: Self.deadlines(of: .minutes(10)))) { stage in
            let connection = try await RawConnection.open(port: stage.port)
            // Closed while we still talk, perhaps.
            try? await connection.say("GET /health HTTP/1.1\r\nHost: x\r\n\(header)\r\n")

            let heard = try await connection.everythingUntilClosed()

            #expect(!heard.contains("200 OK"))
        }
    }

    @Test("A live stream is not idle: no deadline ends it")
    func liveStreams() async throws {
        try await withStage(.sqlite, StageOptions(deadlines: Self.deadlines(of: .milliseconds(300)))) { stage in
            let token = try await stage.token(of: "olga", lasting: 2)
            let start = ContinuousClock.now

            _ = try await stage.events("/api/whatsapp/events", token: token) { _ in false }

            #expect(ContinuousClock.now - start > .seconds(0.9))
        }
    }
}
