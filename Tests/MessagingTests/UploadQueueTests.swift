import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Files on their way to WhatsApp")
struct UploadQueueTests {
    @Test(
        "A message waits in its place until WhatsApp has its file; then it and what stands behind it go in order",
        arguments: TestEngine.allCases)
    func inItsPlace(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            let file = try await olga.take(TestFiles.png)
            let photo = try await olga.send(file.draft(caption: "The key", clientMessageID: nil), to: .conversation(threads[0])).messageId
            let words = try await olga.send(.text("It is under the mat"), to: .conversation(threads[0])).messageId
            let other = try await olga.send(.text("Hello"), to: .conversation(threads[1])).messageId
            let now = world.clock.now

            let before = try await world.claim(at: now).calls
            let upload = try #require(try await world.uploads { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }.first)
            let changed = try await world.settle(.uploaded(MediaID("130")), of: upload)
            let first = try await world.claim(at: now + 1).calls
            try await world.accept(first, at: now + 1)
            let second = try await world.claim(at: now + 2).calls

            #expect(before.map(\.messageID) == [other])
            #expect(upload.mimeType == "image/png" && upload.bytes == TestFiles.png.count)
            #expect(changed == [World.olga])
            #expect(first.map(\.messageID) == [photo] && second.map(\.messageID) == [words])
            #expect(first.first?.message.content == .media(OutgoingMedia(.image, source: .uploaded(MediaID("130")), caption: "The key")))
        }
    }

    @Test(
        "A file that WhatsApp has is not handed over again, until its 29 days are over or a person sends it again",
        arguments: TestEngine.allCases)
    func once(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            let file = try await olga.take(TestFiles.png)
            func send(_ thread: Int) async throws -> Message.ID {
                try await olga.send(file.draft(caption: nil, clientMessageID: nil), to: .conversation(threads[thread])).messageId
            }
            func due() async throws -> [DueUpload] {
                try await world.uploads { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }
            }
            _ = try await send(0)
            let first = try #require(try await due().first)
            _ = try await world.settle(.uploaded(MediaID("130")), of: first)

            let second = try await send(1), early = try await due()
            let content = try await olga.message(second).content
            let calls = try await world.claim(at: world.clock.now + 1).calls
            try await world.record(.refused(131_053), of: calls, at: world.clock.now + 1)
            _ = try await olga.sendAgain(second, clientMessageID: nil)
            let again = try await due()

            #expect(early.isEmpty && content.contains(#""id":"130""#))
            #expect(again.map(\.digest) == [file.content.digest])
            _ = try await world.settle(.uploaded(MediaID("131")), of: again[0])
            world.clock.advance(by: UploadQueue.lasts + 1)
            try await world.deliver(.text("wamid.LATER", "Still there?", by: "447700900201", at: world.clock.now))
            _ = try await send(0)
            #expect(try await due().count == 1)
        }
    }

    @Test(
        "What WhatsApp refuses, or does not take for half an hour, fails with words, and holds up nothing any more",
        arguments: TestEngine.allCases)
    func failing(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(2)
            let file = try await olga.take(TestFiles.png)
            var sent: [Message.ID] = []
            for thread in threads {
                sent.append(try await olga.send(file.draft(caption: nil, clientMessageID: nil), to: .conversation(thread)).messageId)
                sent.append(try await olga.send(.text("And this"), to: .conversation(thread)).messageId)
            }
            let upload = try #require(try await world.uploads { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }.first)

            _ = try await world.settle(.again(why: "Broken"), of: upload)
            let waiting = try await olga.messages(ids: sent).values.map(\.state)
            world.clock.advance(by: RetryPolicy.patience + 1)
            let late = try await world.uploads { try $0.giveUpLate() }
            let failed = try await olga.message(sent[0])
            let calls = try await world.claim(at: world.clock.now).calls

            #expect(waiting == [.queued, .queued, .queued, .queued] && late == [World.olga])
            #expect(failed.status == .failed && failed.errorDetails?.contains("half an hour") == true)
            #expect(Set(calls.map(\.messageID)) == [sent[1], sent[3]])

            let refused = try await olga.sendAgain(sent[0], clientMessageID: nil)
            let next = try #require(try await world.uploads { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }.first)
            _ = try await world.settle(.refused(code: 131_053, words: "This file cannot be sent."), of: next)
            #expect(try await olga.message(refused.messageId).errorDetails == "This file cannot be sent.")
        }
    }

    @Test("Words beneath a sound, where WhatsApp shows none, are refused and not lost")
    func wordsBeneathASound() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            let sound = try await olga.take(try TestFiles.voice(), name: "sound.ogg")

            let refusal = await #expect(throws: SendRefusal.self) {
                try await olga.send(sound.draft(caption: "Listen", clientMessageID: nil), to: .conversation(threads[0]))
            }
            let sent = try await olga.send(sound.draft(caption: nil, clientMessageID: nil), to: .conversation(threads[0]))

            #expect(refusal?.message.contains("no words beneath a sound") == true && sent.type == "audio")
        }
    }

    @Test(
        "Only files that WhatsApp takes are kept for sending; the others are told in words",
        arguments: [
            (TestFiles.html, "page.html", "WhatsApp does not take .html files"), (Data(), "empty.pdf", "This file is empty"),
            (TestFiles.png + Data(count: 5 << 20), "large.png", "WhatsApp takes photos of up to 5 MB"),
            (TestFiles.html, "lease.pdf", "calls itself .pdf and is something else"),
        ])
    func refusedFiles(_ content: Data, _ name: String, _ words: String) async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olga

            let refusal = await #expect(throws: SendRefusal.self) { try await olga.take(content, name: name) }

            #expect(refusal?.message.contains(words) == true)
            #expect(world.keptFiles().isEmpty)
        }
    }
}

extension Desk {
    fileprivate func take(_ content: Data, name: String = "file.png") async throws -> KeptFile {
        let pieces = AsyncStream { continuation in
            continuation.yield(content)
            continuation.finish()
        }
        return try await take(pieces, name: name, isVoice: false)
    }
}

extension World {
    fileprivate func uploads<T: Sendable>(_ work: @escaping @Sendable (UploadQueue) throws -> T) async throws -> T {
        let now = clock.now
        return try await database.write { try work(UploadQueue(db: $0, now: now, process: "one")) }
    }

    fileprivate func settle(_ outcome: UploadOutcome, of upload: DueUpload) async throws -> Set<Landlord.ID> {
        try await uploads { queue in
            var random = Randomness.system
            return try queue.record(outcome, of: upload, random: &random)
        }
    }
}
