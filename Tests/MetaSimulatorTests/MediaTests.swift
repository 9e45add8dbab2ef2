import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import Testing

@testable import MetaSimulator

@Suite("Media of the Graph API", .timeLimit(.minutes(2)))
struct MediaTests {
    @Test("What goes up comes down byte for byte, from another host, with its SHA-256")
    func roundTrip() async throws {
        try await withOpenWindow { stage, token in
            let id = try await stage.uploaded(photo, type: "image/jpeg", as: token)

            let node = try await stage.graph(.GET, "\(id)?phone_number_id=\(brandt.number)", as: token).json
            let url = try #require(node["url"]?.string)
            let file = try await stage.fetch(url, token: token)

            #expect(file.status == 200 && file.bytes == photo && file.headers["content-type"] == "image/jpeg")
            #expect(node["sha256"] == .string(hex(photo)) && node["file_size"] == .int(photo.count))
            #expect(node["id"] == .string(id) && node["mime_type"] == "image/jpeg" && node["messaging_product"] == "whatsapp")
            #expect(url.hasPrefix("http://localhost:") && url.contains("/whatsapp_business/attachments/?mid=\(id)&ext="))
        }
    }

    @Test("An uploaded file goes out by its ID, and the phone gets it")
    func sending() async throws {
        try await withOpenWindow { stage, token in
            let id = try await stage.uploaded(photo, type: "image/png", as: token)

            let answer = try await stage.send("image", ["id": .string(id), "caption": "The new tap"], data: "a", as: token)

            #expect(answer.status == 200)
            _ = await stage.receiver.status("delivered", data: "a")
            #expect(try await stage.shown().last?["content"] == ["id": .string(id), "caption": "The new tap"])
            let shown = try await stage.fetch(stage.base + "/phones/media/\(id)")
            #expect(shown.bytes == photo && shown.headers["content-type"] == "image/png")
            #expect(shown.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test("An ID that is unknown, another number's, dead, a person's or of another kind fails by status with 131053")
    func unsendable() async throws {
        try await withOpenWindow { stage, token in
            let other = try await stage.connect(pavel)
            let foreign = try await stage.uploaded(photo, type: "image/jpeg", to: pavel.number, as: other)
            let deleted = try await stage.uploaded(photo, type: "image/jpeg", as: token)
            #expect(try await stage.graph(.DELETE, deleted, as: token).json == ["success": true])
            let sound = try await stage.uploaded(photo, type: "audio/mpeg", as: token)
            let received = try await stage.sends("image", [:], photo).object["id"]?.string ?? ""

            for id in ["1300000000999999", foreign, deleted, sound, received] {
                #expect(try await stage.send("image", ["id": .string(id)], data: id, as: token).status == 200)
                #expect(await stage.receiver.status("failed", data: id)["errors"]?.items?.first?["code"] == 131053, "\(id)")
            }
            #expect(try await stage.send("audio", ["id": .string(sound), "voice": true], data: "voice", as: token).status == 200)
            #expect(await stage.receiver.status("failed", data: "voice")["errors"]?.items?.first?["code"] == 131053)
        }
    }

    @Test("A file belongs to its number: another token and another phone_number_id do not see it, nor delete it")
    func owner() async throws {
        try await onStage { stage in
            let olga = try await stage.connect(brandt)
            let other = try await stage.connect(pavel)
            let id = try await stage.uploaded(photo, type: "image/jpeg", as: olga)

            let answers = [
                try await stage.graph(.GET, id, as: other), try await stage.graph(.DELETE, id, as: other),
                try await stage.graph(.GET, "\(id)?phone_number_id=\(pavel.number)", as: olga),
                try await stage.upload(photo, type: "image/jpeg", to: pavel.number, as: olga),
            ]

            #expect(answers.allSatisfy { $0.code == 100 && $0.subcode == 33 })
            #expect(try await stage.graph(.GET, id, as: olga).status == 200)
        }
    }

    @Test("An address lives 5 minutes", arguments: [(299.0, 200), (300.0, 404)])
    func address(age: Double, status: Int) async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let id = try await stage.uploaded(photo, type: "image/jpeg", as: token)
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)

            stage.clock.advance(age)

            #expect(try await stage.fetch(url, token: token).status == status)
            #expect(try await stage.graph(.GET, id, as: token).status == 200)
        }
    }

    @Test("The ID of a file that came in lives 7 days, that of an uploaded one 30", arguments: [7.0, 30.0])
    func lifetimes(days: Double) async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let received = try await stage.sends("image", [:], photo).object["id"]?.string ?? ""
            let id = days == 7 ? received : try await stage.uploaded(photo, type: "image/jpeg", as: token)

            stage.clock.advance(days * 86_400 - 1)
            #expect(try await stage.graph(.GET, id, as: token).status == 200)
            stage.clock.advance(1)

            let answer = try await stage.graph(.GET, id, as: token)
            #expect(answer.code == 100 && answer.subcode == 33)
        }
    }

    @Test("The media host wants a token that reaches the number, a program's name and the whole address")
    func mediaHost() async throws {
        try await onStage { stage in
            let token = try await stage.connect(brandt)
            let other = try await stage.connect(pavel)
            let id = try await stage.uploaded(photo, type: "image/jpeg", as: token)
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)

            let statuses = [
                try await stage.fetch(url), try await stage.fetch(url, token: "EAAnonsense"), try await stage.fetch(url, token: other),
                try await stage.fetch(url, token: token, agent: nil), try await stage.fetch(url + "0", token: token),
                try await stage.fetch(url, token: token),
            ].map(\.status)

            #expect(statuses == [401, 401, 401, 403, 404, 200])
            let records = try await stage.call(.GET, "/simulator/requests?since=0").json["items"]?.items ?? []
            let downloads = records.filter { $0["path"]?.string?.hasPrefix("/whatsapp_business/") == true }
            #expect(downloads.compactMap { $0["status"]?.int } == statuses)
        }
    }

    @Test("A type that Meta does not take is refused with 100, an empty, too large or cut-off file with 131053")
    func refusedUploads() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let cut = TestForm().field("messaging_product", "whatsapp").file("a", "image/jpeg", photo).body.dropLast(20)

            let codes = [
                try await stage.upload(photo, type: "image/gif", as: token).code,
                try await stage.upload(photo, type: "application/zip", as: token).code,
                try await stage.upload(Data(), type: "image/jpeg", as: token).code,
                try await stage.upload(Data(count: 5 << 20 + 1), type: "image/jpeg", as: token).code,
                try await stage.upload(Data(count: 100 << 10 + 1), type: "image/webp", as: token).code,
                try await stage.upload(.bytes(ByteBuffer(bytes: cut)), as: token).code,
                try await stage.graph(.POST, "\(brandt.number)/media", ["messaging_product": "whatsapp"], as: token).code,
            ]

            #expect(codes == [100, 100, 131053, 131053, 131053, 131053, 100])
            #expect(try await stage.upload(Data(count: 17 << 20), type: "application/pdf", as: token).status == 200)
        }
    }

    @Test("A document of more than 100 MB is refused")
    func largest() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let answer = try await stage.upload(.stream(Megabytes(count: 102), length: .known(Int64(102 << 20))), as: token)

            #expect(answer.status == 400 && answer.code == 131053)
        }
    }

    @Test("Media survive a restart beside the state file, each content once, and go with a reset")
    func restart() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString).json")
        let folder = file.appendingPathExtension("media")
        defer { for url in [file, folder] { try? FileManager.default.removeItem(at: url) } }
        try await onStage({ $0.stateFile = file }) { stage in
            let token = try await stage.connect()
            for _ in 0..<2 { _ = try await stage.uploaded(photo, type: "image/jpeg", as: token) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [hex(photo)])
        let saved = try #require(JSON.parse(try Data(contentsOf: file)))
        let id = try #require(saved["media"]?.items?.first?["id"]?.string)

        try await onStage({ $0.stateFile = file }) { stage in
            let token = try #require(await stage.simulator.world.tokens.keys.first)
            let url = try #require(try await stage.graph(.GET, id, as: token).json["url"]?.string)

            #expect(try await stage.fetch(url, token: token).bytes == photo)
            try await stage.control("reset")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("A state file from before there were media is read")
    func olderState() throws {
        let saved = try JSONEncoder().encode(World.seeded())
        var world = try #require(JSON.parse(saved))
        world["media"] = nil

        let read = try JSONDecoder().decode(World.self, from: Data(world.metaText.utf8))

        #expect(read.numbers.count == 2 && read.media.bytes == 0)
    }

    @Test("When files hold too much together the oldest go, and bytes stay as long as a file has them")
    func room() {
        var shelf = MediaShelf(mostBytes: 100)
        func media(_ id: String, _ digest: UInt8, size: Int) -> Media {
            Media(
                id: id, numberID: "1", mimeType: "image/png", filename: nil, sha256: Data([digest]), size: size, isUploaded: true,
                diesAt: .distantFuture)
        }

        let freed = [
            shelf.add(media("a", 1, size: 60)), shelf.add(media("b", 1, size: 60)), shelf.add(media("c", 2, size: 30)),
            shelf.add(media("d", 3, size: 50)),
        ]

        #expect(freed == [[], [], [], [Data([1])]])
        #expect(shelf["a"] == nil && shelf["b"] == nil && shelf["c"] != nil && shelf["d"] != nil && shelf.bytes == 80)
    }
}

/// Lower-case hex of a SHA-256, computed without the simulator's own code.
func hex(_ bytes: Data) -> String { SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }
