import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Files of messages")
struct MediaTests {
    @Test("A photo that comes in is fetched, checked, kept by its content, and has a small picture", arguments: TestEngine.allCases)
    func photo(_ engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()

            let wamid = try await world.meta.sends("nadia", "image", TestFiles.png, ["caption": "The leak", "mime_type": "image/png"])

            let (message, content) = try await world.storedFile(wamid, at: olga)
            #expect(message.preview == "The leak")
            #expect(content.type == .png && content.bytes == TestFiles.png.count && content.width == 32 && content.height == 24)
            let pass = try await olga.mediaPass(for: message.messageId, preview: false)
            let opened = try await world.messaging.open(mediaPass: pass.text)
            #expect(try Data(contentsOf: opened.file) == TestFiles.png)
            let preview = try await world.messaging.open(mediaPass: olga.mediaPass(for: message.messageId, preview: true).text)
            #expect(FileType(head: try Data(contentsOf: preview.file)) == .webp)
        }
    }

    @Test("Voice messages and films tell how long they play, PDFs how many pages they have; both have a picture")
    func kinds() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected()

            let spoken = try await world.meta.sends("nadia", "audio", try TestFiles.voice(), ["voice": true])
            let filmed = try await world.meta.sends("nadia", "video", try TestFiles.film(), ["mime_type": "video/mp4"])
            let written = try await world.meta.sends(
                "nadia", "document", TestFiles.pdf, ["filename": "lease.pdf", "mime_type": "application/pdf"])

            let voice = try await world.storedFile(spoken, at: olga).content, film = try await world.storedFile(filmed, at: olga).content
            let (message, paper) = try await world.storedFile(written, at: olga)

            #expect(voice.type == .ogg && voice.seconds == 3 && voice.width == nil)
            #expect(film.type == .mp4 && film.seconds == 2 && film.width == 320 && film.height == 180)
            #expect(paper.type == .pdf && paper.pages == 1 && (paper.height ?? 0) > (paper.width ?? 0))
            #expect(try await olga.mediaPass(for: message.messageId, preview: false).name == "lease.pdf")
        }
    }

    @Test("The same content is kept once for a landlord, and apart for another one")
    func once() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected(), pavel = try await world.pavel
            try await world.connect(pavel, business: "Pavel Novak Homes")

            let first = try await world.meta.sends("nadia", "image", TestFiles.png, ["mime_type": "image/png"])
            let second = try await world.meta.sends("tom", "image", TestFiles.png, ["mime_type": "image/png"])
            let third = try await world.meta.sends("ines", "image", TestFiles.png, ["mime_type": "image/png"], to: World.pavelsNumber)
            _ = try await (world.storedFile(first, at: olga), world.storedFile(second, at: olga), world.storedFile(third, at: pavel))

            // Each landlord has the photo and its small picture.
            #expect(world.keptFiles().count == 4)
            #expect(Set(world.keptFiles().map { $0.deletingLastPathComponent() }).count == 2)
        }
    }

    @Test("A file that calls itself a picture and is a page is kept, and never shown as one")
    func liar() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected()

            let wamid = try await world.meta.sends("nadia", "image", TestFiles.html, ["mime_type": "image/jpeg"])

            let content = try await world.storedFile(wamid, at: olga).content
            #expect(content.type == .other && content.type.family == .document && content.width == nil)
        }
    }

    @Test(
        "An address that died, a download cut short and wrong bytes are asked for anew until the file is here",
        arguments: ["mediaUrlExpired", "mediaTruncated", "mediaChanged"])
    func triedAgain(_ fault: String) async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.fault(fault)

            let wamid = try await world.meta.sends("nadia", "image", TestFiles.png, ["mime_type": "image/png"])

            let content = try await world.storedFile(wamid, at: olga).content
            #expect(content.bytes == TestFiles.png.count)
        }
    }

    @Test("What WhatsApp does not have any more is told as gone, and what never has the right bytes as damaged")
    func lost() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.fault("mediaGone", ["times": 0])
            let first = try await world.meta.sends("nadia", "image", TestFiles.png, ["mime_type": "image/png"])
            let gone = try await world.lostFile(first, at: olga)

            try await world.meta.mend("mediaGone")
            try await world.meta.fault("mediaChanged", ["times": 0])
            let second = try await world.meta.sends("tom", "image", TestFiles.png, ["mime_type": "image/png"])
            let changed = try await world.lostFile(second, at: olga)

            #expect(gone == .gone && changed == .changed)
            #expect(world.keptFiles().isEmpty)
        }
    }

    @Test("A download that takes its time holds up no message")
    func slowDownload() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected()
            try await world.meta.fault("delayMedia", ["ms": 20_000, "times": 0])

            try await world.meta.sends("nadia", "image", TestFiles.png, ["mime_type": "image/png"])
            try await world.meta.says("nadia", "Did you get the photo?")

            let thread = try await world.conversation(with: "t-nadia", at: olga)
            try await eventually("the words are there") {
                try await olga.messages(of: thread.id).items.contains { $0.preview == "Did you get the photo?" }
            }
            let messages = try await olga.messages(of: thread.id).items
            #expect(try await olga.media(of: messages.map(\.messageId)).values.map(\.state) == [.wanted])
        }
    }

    @Test("Nobody gets a pass for another landlord's file, nor opens one that was changed or has expired")
    func passes() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected(), pavel = try await world.pavel
            let wamid = try await world.meta.sends("nadia", "image", TestFiles.png, ["mime_type": "image/png"])
            let message = try await world.storedFile(wamid, at: olga).message.messageId
            let pass = try await olga.mediaPass(for: message, preview: false)

            await #expect(throws: NotFound.self) { try await pavel.mediaPass(for: message, preview: false) }
            let other = try MediaPass(
                MediaKey(World.pavel, digest: pass.key.digest), name: nil, for: pavel.person, now: world.clock.now,
                keys: TokenKeys(TokenKeys.newKey(id: "k1"))
            )
            await #expect(throws: NotFound.self) { try await world.messaging.open(mediaPass: other.text) }
            await #expect(throws: NotFound.self) { try await world.messaging.open(mediaPass: pass.text + "A") }
            await #expect(throws: NotFound.self) { try await world.messaging.open(mediaPass: "../../etc/passwd") }
            world.clock.advance(by: 16 * 60)
            await #expect(throws: MediaPassExpired.self) { try await world.messaging.open(mediaPass: pass.text) }
        }
    }
}
