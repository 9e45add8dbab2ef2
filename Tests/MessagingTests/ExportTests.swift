import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Copies of a conversation")
struct ExportTests {
    @Test(
        "A bundle holds the conversation's records and files and, of everybody else's, nothing but leaves", arguments: TestEngine.allCases)
    func bundle(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let thread = try await world.nadiasThread(at: olga)

            let export = try await world.exported(thread, as: .bundle, at: olga)

            let opened = try await world.messaging.open(mediaPass: olga.pass(for: export.exportId, of: thread).text)
            let verdict = BundleCheck.verdict(on: opened.file.path, key: try await olga.proofPublicKey())
            let bundle = try BundleFile(opened.file.path)
            bundle.walk { Issue.record("\($0)") }
            let lines = try bundle.text(BundlePart.records)
            #expect(verdict.isUnchanged == true, "\(verdict.findings)")
            #expect(opened.type == .other && opened.name?.hasPrefix("Nadia Rahman ") == true && opened.name?.hasSuffix(".tar") == true)
            #expect(export.bytes == bundle.size && export.digest != nil)
            #expect(lines.contains("Is the heating fixed?") && lines.contains("This morning.") && lines.contains("Clause 14"))
            #expect(!lines.contains("Nothing for Nadia") && lines.contains(#""leaves""#))
            let photo = try #require(bundle.entries.values.first { $0.name.hasPrefix("media/") })
            #expect(bundle.read(at: photo.offset, count: photo.bytes) == Array(TestFiles.png))
            #expect(lines.contains(String(photo.name.dropFirst("media/".count).prefix(64))))
        }
    }

    @Test("Who took a copy, and when, stands in the chain and in the bundle itself", arguments: TestEngine.allCases)
    func whoExported(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let thread = try await world.nadiasThread(at: olga)

            let export = try await world.exported(thread, as: .bundle, at: olga)

            let record = try #require(try await world.records().first { $0.kind == .export })
            let lines = try await world.bundle(of: export, at: olga).text(BundlePart.records)
            #expect(record.content?.contains(#""by":"olga""#) == true && record.content?.contains(export.exportId.rawValue) == true)
            #expect(lines.split(separator: "\n").last?.contains(export.exportId.rawValue) == true)
        }
    }

    @Test("Asked twice for the same it is made once, and five at a time are enough", arguments: TestEngine.allCases)
    func asked(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(6)

            async let one = olga.export(threads[0], as: .bundle)
            async let two = olga.export(threads[0], as: .bundle)
            let same = try await (one, two)
            for thread in threads[1...4] { _ = try await olga.export(thread, as: .bundle) }

            #expect(same.0.exportId == same.1.exportId)
            await #expect(throws: ExportRefusal.tooMany) { try await olga.export(threads[5], as: .bundle) }
            await #expect(throws: ExportRefusal.noTypesetter) { try await olga.export(threads[5], as: .pdf) }
            #expect(try await olga.exports(of: threads[5]).isEmpty)
        }
    }

    @Test("Another landlord can neither ask for a copy, nor follow one, nor fetch it")
    func isolation() async throws {
        try await withWorld(.sqlite) { world in
            let olga = try await world.olgaConnected(), pavel = try await world.pavel
            let thread = try await world.nadiasThread(at: olga)
            let export = try await world.exported(thread, as: .bundle, at: olga)

            await #expect(throws: NotFound.self) { try await pavel.export(thread, as: .bundle) }
            await #expect(throws: NotFound.self) { try await pavel.export(export.exportId, of: thread) }
            await #expect(throws: NotFound.self) { try await pavel.pass(for: export.exportId, of: thread) }
            await #expect(throws: NotFound.self) { try await olga.export(export.exportId, of: Conversation.ID("another")) }
            #expect(try await pavel.exports(of: thread).isEmpty)
        }
    }

    @Test("After seven days the file is deleted, and its address opens nothing any more", arguments: TestEngine.allCases)
    func expiry(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let thread = try await world.nadiasThread(at: olga)
            let export = try await world.exported(thread, as: .bundle, at: olga)
            let file = try await world.messaging.open(mediaPass: olga.pass(for: export.exportId, of: thread).text).file
            let store = try #require(world.messaging.mediaStore)

            try await world.messaging.exports(store).forgetSome()
            #expect(FileManager.default.fileExists(atPath: file.path))
            world.clock.advance(by: 7 * 86_400 + 60)
            try await world.messaging.exports(store).forgetSome()

            #expect(!FileManager.default.fileExists(atPath: file.path))
            #expect(try await olga.export(export.exportId, of: thread).state == .gone)
            await #expect(throws: NotFound.self) { try await olga.pass(for: export.exportId, of: thread) }
            #expect(try await olga.exports(of: thread).isEmpty)
        }
    }

    @Test("What a dead process had begun another one makes after its lease; three failures are enough", arguments: TestEngine.allCases)
    func leases(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, threads) = try await world.olgasTenants(1)
            let export = try await olga.export(threads[0], as: .bundle)

            for turn in 1...3 {
                let first = try await world.exportQueue("one") { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }
                let second = try await world.exportQueue("two") { try $0.claim(6, after: Landlord.ID(""), underWay: [:]).transfers }
                #expect(first.count == 1 && second.isEmpty && first.first?.tries == turn)
                let stolen = try await world.exportQueue("two") { try $0.record(.ready(digest: "x", bytes: 1), of: first[0]) }
                #expect(stolen.isEmpty)
                _ = try await world.exportQueue("one") { try $0.record(.again(why: "no room"), of: first[0]) }
                world.clock.advance(by: 60)
            }

            let failed = try await olga.export(export.exportId, of: threads[0])
            #expect(failed.state == .failed && failed.problem != nil)
        }
    }

}

extension World {
    /// A thread with Nadia: words both ways, a photo, and between them something of Tom's.
    func nadiasThread(at olga: Desk) async throws -> Conversation.ID {
        try await meta.says("nadia", "Is the heating fixed?")
        let thread = try await conversation(with: "t-nadia", at: olga).id
        try await meta.says("tom", "Nothing for Nadia")
        _ = try await conversation(with: "t-tom", at: olga)
        // Tom's words lie between hers in the chain.
        try await messaging.chain.catchUp(Self.olga)
        let answer = try await olga.send(.text("This morning."), to: .conversation(thread))
        try await message(answer.messageId, at: olga, becomes: .delivered)
        let wamid = try await meta.sends("nadia", "image", TestFiles.png, ["caption": "It drips", "mime_type": "image/png"])
        _ = try await storedFile(wamid, at: olga)
        return thread
    }

    /// Asks for a copy and waits until it is ready.
    func exported(_ thread: Conversation.ID, as format: Export.Format, at desk: Desk) async throws -> Export {
        let asked = try await desk.export(thread, as: format)
        return try await eventually("the copy is ready") {
            let export = try await desk.export(asked.exportId, of: thread)
            if export.state == .failed { Issue.record("\(export.problem ?? "")") }
            return export.state == .ready ? export : nil
        }
    }

    func bundle(of export: Export, at desk: Desk) async throws -> BundleFile {
        let pass = try await desk.pass(for: export.exportId, of: export.conversationId)
        let bundle = try BundleFile(try await messaging.open(mediaPass: pass.text).file.path)
        bundle.walk { Issue.record("\($0)") }
        return bundle
    }

    func exportQueue<T: Sendable>(_ process: String, _ work: @escaping @Sendable (ExportQueue) throws -> T) async throws -> T {
        let now = clock.now
        return try await database.write { try work(ExportQueue(db: $0, now: now, process: process)) }
    }
}

extension BundleFile {
    func text(_ name: String) throws -> String {
        let entry = try #require(entries[name])
        return String(decoding: read(at: entry.offset, count: entry.bytes), as: UTF8.self)
    }
}
