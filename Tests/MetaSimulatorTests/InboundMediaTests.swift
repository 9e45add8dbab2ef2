import Crypto
import Foundation
import Testing

@testable import MetaSimulator

@Suite("Files from people", .timeLimit(.minutes(1)))
struct InboundMediaTests {
    @Test("A photo's webhook says what it is and where it lies, and does not carry its bytes")
    func photoComesIn() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let (post, image) = try await stage.sends("image", ["caption": "The leak", "mime_type": "image/jpeg"], photo)

            #expect(Set((image.members ?? [:]).keys) == ["id", "mime_type", "sha256", "caption", "url"])
            #expect(image["caption"] == "The leak" && image["mime_type"] == "image/jpeg")
            #expect(image["sha256"] == .string(Data(SHA256.hash(data: photo)).base64EncodedString()))
            #expect(post.isSigned && post.body.utf8.count < 2_000)
            #expect(try await stage.fetch(image["url"]?.string ?? "", token: token).bytes == photo)
            let node = try await stage.graph(.GET, image["id"]?.string ?? "", as: token).json
            #expect(node["sha256"] == .string(hex(photo)))
        }
    }

    @Test("Voice notes, documents and stickers say what is their own")
    func kinds() async throws {
        try await onStage { stage in
            _ = try await stage.connect()

            let voice = try await stage.sends("audio", ["voice": true], photo).object
            let music = try await stage.sends("audio", ["mime_type": "audio/mpeg"], photo).object
            let lease = try await stage.sends("document", ["filename": "lease.pdf", "mime_type": "application/pdf"], photo).object
            let sticker = try await stage.sends("sticker", ["animated": true], photo).object

            #expect(voice["voice"] == true && voice["mime_type"] == "audio/ogg; codecs=opus" && music["voice"] == false)
            #expect(lease["filename"] == "lease.pdf" && lease["file"] == nil)
            #expect(sticker["animated"] == true && sticker["mime_type"] == "image/webp")
        }
    }

    @Test("An ID of the caller's own passes through, and the media API does not know it")
    func ownID() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let image: JSON = ["id": "13", "mime_type": "image/jpeg", "sha256": "aGFzaA=="]

            try await stage.control("phones/nadia/messages", ["phoneNumberId": .string(brandt.number), "type": "image", "image": image])

            let posts = await stage.receiver.arrived { !$0.flatMap(\.messages).isEmpty }
            #expect(posts.flatMap(\.messages).first?["image"] == image)
            #expect(try await stage.graph(.GET, "13", as: token).subcode == 33)
        }
    }

    @Test("Bytes that are not base64 are refused with the remedy")
    func notBase64() async throws {
        try await onStage { stage in
            let body: JSON = ["phoneNumberId": .string(brandt.number), "type": "image", "image": ["file": "%%%"]]

            let answer = try await stage.call(.POST, "/simulator/phones/nadia/messages", body)

            #expect(answer.status == 422 && answer.error["message"]?.string?.contains("base64") == true)
        }
    }

    @Test("A reaction stands at its message; one to nothing, to a reaction, or after 30 days fails by status with 131009")
    func reactions() async throws {
        try await withOpenWindow { stage, token in
            let wamid = try await stage.say("Thank you")
            func react(_ target: String, _ emoji: String, _ data: String) async throws -> String {
                let reaction: JSON = ["message_id": .string(target), "emoji": .string(emoji)]
                let answer = try await stage.send("reaction", reaction, data: data, as: token)
                return answer.json["messages"]?.items?.first?["id"]?.string ?? ""
            }

            let reaction = try await react(wamid, "👍", "first")
            _ = await stage.receiver.status("delivered", data: "first")
            #expect(try await stage.shown().first { $0["wamid"] == .string(wamid) }?["businessReaction"] == "👍")
            _ = try await react(wamid, "", "taken back")
            #expect(try await stage.shown().first { $0["wamid"] == .string(wamid) }?["businessReaction"] == nil)
            stage.clock.advance(30 * 86_400 + 1)
            try await stage.say("Still here")

            for (target, data) in [("wamid.unknown", "a"), (reaction, "b"), (wamid, "c")] {
                _ = try await react(target, "👍", data)
                #expect(await stage.receiver.status("failed", data: data)["errors"]?.items?.first?["code"] == 131009, "\(data)")
            }
        }
    }
}
