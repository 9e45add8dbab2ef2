import Foundation
import Testing

@testable import MetaSimulator

@Suite("Faults of media", .timeLimit(.minutes(1)))
struct MediaFaultTests {
    @Test("A media ID can be gone, once")
    func gone() async throws {
        try await withUpload { stage, token, id in
            _ = try await stage.fault("mediaGone")

            let gone = try await stage.graph(.GET, id, as: token)

            #expect(gone.code == 100 && gone.subcode == 33)
            #expect(try await stage.graph(.GET, id, as: token).status == 200)
        }
    }

    @Test("An address can be too old before its time, once")
    func expired() async throws {
        try await withUpload { stage, token, id in
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)
            _ = try await stage.fault("mediaUrlExpired")

            #expect(try await stage.fetch(url, token: token).status == 404)
            #expect(try await stage.fetch(url, token: token).status == 200)
        }
    }

    @Test("A download can end early, although its length says more")
    func truncated() async throws {
        try await withUpload { stage, token, id in
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)
            _ = try await stage.fault("mediaTruncated")

            await #expect(throws: (any Error).self) { try await stage.fetch(url, token: token) }
            #expect(try await stage.fetch(url, token: token).bytes == photo)
        }
    }

    @Test("A download can bring as many bytes, but other ones")
    func changed() async throws {
        try await withUpload { stage, token, id in
            let node = try await stage.graph(.GET, id, as: token).json
            _ = try await stage.fault("mediaChanged")

            let file = try await stage.fetch(node["url"]?.string ?? "", token: token)

            #expect(file.bytes.count == photo.count && node["sha256"] != .string(hex(file.bytes)))
        }
    }

    @Test("A download can be slow")
    func slow() async throws {
        try await withUpload { stage, token, id in
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)
            _ = try await stage.fault("delayMedia", ["ms": 300])
            let start = ContinuousClock.now

            #expect(try await stage.fetch(url, token: token).status == 200)

            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test("An upload can be refused with any code")
    func refused() async throws {
        try await withUpload { stage, token, _ in
            _ = try await stage.fault("mediaError", ["code": 131000, "details": "Busy"])

            let answer = try await stage.upload(photo, type: "image/jpeg", as: token)

            #expect(answer.code == 131000 && answer.error["error_data"]?["details"] == "Busy")
            #expect(try await stage.upload(photo, type: "image/jpeg", as: token).status == 200)
        }
    }
}

/// Olga's line is connected and a photo is up.
private func withUpload(_ body: @Sendable @escaping (Stage, String, String) async throws -> Void) async throws {
    try await onStage { stage in
        let token = try await stage.connect()
        try await body(stage, token, try await stage.uploaded(photo, type: "image/jpeg", as: token))
    }
}
