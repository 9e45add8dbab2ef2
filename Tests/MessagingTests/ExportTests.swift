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

    @Test("A PDF fetches nothing, neither from the network nor from this machine, whatever it is made of")
    func fetchesNothing() async throws {
        try await withTemporaryFolder { folder in
            let listener = try Listener(), secret = folder.appending(path: "secret.txt")
            try Data("The secret of this machine".utf8).write(to: secret)
            let web = "http://127.0.0.1:\(listener.port)", file = secret.absoluteString
            let typesetter = Typesetter { _ in .init(html: "", css: "") }
            let html = """
                <html><head><link rel="stylesheet" href="\(web)/a.css"><link rel="attachment" href="\(file)"><base href="\(web)/"></head>
                <body><img src="\(web)/b.png"><img src="c.png"><img src="\(file)"><object data="\(file)"></object><embed src="\(file)">
                <iframe src="\(file)"></iframe><a rel="attachment" href="\(file)">x</a><p style="background: url(\(web)/d.png)">Words that stay</p>
                <img src="data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><image href='\(web)/e.png'/></svg>"></body></html>
                """
            let css = "@import '\(web)/f.css'; @font-face { font-family: x; src: url(\(web)/g.ttf) } p { font-family: x }"
            let pdf = folder.appending(path: "copy.pdf")

            let pages = try await typesetter.typeset(.init(html: html, css: css), into: pdf)
            let words = try await Toolbox().run("pdftotext", [pdf.path, "-"])
            let bytes = try Data(contentsOf: pdf)

            #expect(pages == 1 && words.contains("Words that stay"))
            #expect(!listener.wasAsked)
            #expect(bytes.range(of: Data("EmbeddedFile".utf8)) == nil && !words.contains("secret of this machine"))
        }
    }

    @Test("A long conversation is set in chapters, whose pages are numbered on, and becomes one PDF")
    func chapters() async throws {
        try await withTemporaryFolder { folder in
            let typesetter = Typesetter { _ in .init(html: "", css: "") }
            var parts: [URL] = []
            for number in 1...3 {
                let part = folder.appending(path: "\(number).pdf")
                let css = "@page :first { counter-reset: page \(number * 10) } @page { @bottom-right { content: 'page ' counter(page) } }"
                _ = try await typesetter.typeset(.init(html: "<p>Chapter \(number)</p>", css: css), into: part)
                parts.append(part)
            }

            let whole = try await typesetter.unite(parts, in: folder)
            let words = try await Toolbox().run("pdftotext", [whole.path, "-"])

            #expect(words.contains("Chapter 1") && words.contains("Chapter 3") && words.contains("page 20"))
        }
    }

    @Test("Without WeasyPrint a PDF is refused in words, and a bundle is made all the same")
    func without() async throws {
        let typesetter = Typesetter(tools: Toolbox(folders: ["/nowhere"])) { _ in .init(html: "", css: "") }

        #expect(!typesetter.isReady)
        #expect(ExportRefusal.noTypesetter.message.contains("apt-get install weasyprint"))
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

/// A port that notes whether anybody came.
private final class Listener {
    private let socket: Int32
    let port: Int

    init() throws {
        let opened = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, length) == 0 && listen(opened, 8) == 0 && getsockname(opened, $0, &length) == 0
            }
        }
        try #require(isBound)
        (socket, port) = (opened, Int(UInt16(bigEndian: address.sin_port)))
    }

    deinit { close(socket) }

    var wasAsked: Bool { accept(socket, nil, nil) >= 0 }
}
