import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Copies on paper, and long ones")
struct PaperTests {
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

    @Test("A conversation of thousands is swept into the chain, exported in pages and verifies; on paper no message is left out")
    func long() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            try await world.fill(thread, messages: 3_000)
            let asked = try await olga.export(thread, as: .bundle)
            let store = try #require(world.messaging.mediaStore), exports = world.messaging.exports(store)
            let work = Task { await exports.run() }
            defer { work.cancel() }

            let export = try await eventually("the copy is ready", within: .seconds(120)) {
                let export = try await olga.export(asked.exportId, of: thread)
                return export.state == .ready ? export : nil
            }
            let file = try await world.bundle(of: export, at: olga)
            let records = try file.text(BundlePart.records)
            let verdict = BundleCheck.verdict(
                on: try await world.messaging.open(mediaPass: olga.pass(for: export.exportId, of: thread).text).file.path)

            #expect(verdict.isUnchanged == true, "\(verdict.findings)")
            #expect(records.matches(of: /"kind":"received"/).count == 3_001)
        }
    }

    @Test("Chapters follow one another without a gap, and their pages are counted on")
    func printed() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olgaReady(), thread = try await olga.conversations().items[0].id
            try await world.fill(thread, messages: 1_000)
            let export = try await olga.export(thread, as: .pdf, with: world)
            let subject = try await world.database.read { try LandlordRows(World.olga, $0).exported(export) }
            let store = try #require(world.messaging.mediaStore)
            let typesetter = Typesetter { chapter in
                let words = "Begins on \(chapter.firstPage), \(chapter.isFirst), \(chapter.isLast), \(chapter.total)"
                return .init(html: "<p>\(words)</p>" + chapter.messages.map { "<p>said \($0.messageId)</p>" }.joined(), css: "")
            }
            try await withTemporaryFolder { folder in
                let wanted = WantedExport(landlord: World.olga, export: export, tries: 1)
                let progress = ExportProgress(
                    wanted,
                    TransferLoop(
                        database: world.database, hub: world.messaging.hub, wake: Wake(), leases: world.messaging.leases,
                        logger: quietLogger))
                let file = try await TranscriptPrinter(
                    subject: subject, database: world.database, store: store, typesetter: typesetter, folder: folder, progress: progress
                ).print()
                _ = try file.finish()
                let words = try await Toolbox().run("pdftotext", [file.url.path, "-"]),
                    told = try await Toolbox().run("pdfinfo", [file.url.path])

                #expect(words.matches(of: /said \S/).count == 1_001)
                #expect(words.contains("Begins on 1, true, false, 1001") && words.matches(of: /Begins on \d+, false, false/).count == 1)
                #expect(words.matches(of: /Begins on \d+, false, true/).count == 1 && told.contains("Pages:"))
            }
        }
    }

    @Test("Without WeasyPrint a PDF is refused in words, and a bundle is made all the same")
    func without() async throws {
        let typesetter = Typesetter(tools: Toolbox(folders: ["/nowhere"])) { _ in .init(html: "", css: "") }

        #expect(!typesetter.isReady)
        #expect(ExportRefusal.noTypesetter.message.contains("apt-get install weasyprint"))
    }
}

extension Desk {
    /// A row as a request leaves it, also where nothing here makes PDFs.
    fileprivate func export(_ thread: Conversation.ID, as format: Export.Format, with world: World) async throws -> Export {
        let now = world.clock.now
        return try await world.database.write { db in
            var random = Randomness.system
            return try LandlordRows(World.olga, db).request(format, of: thread, by: Person.ID("olga"), now: now, random: &random)
        }
    }
}

extension World {
    /// A conversation's history as if it had been there before there was a chain.
    fileprivate func fill(_ thread: Conversation.ID, messages count: Int) async throws {
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, wamid, type, content, preview, richness,
                    state, at, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                SELECT 'olga', 'm' || n, 'line', \(thread), 'in', 'wamid.' || n, 'text', '{"text":{"body":"Hello"}}', 'Hello', 2, 'received',
                    1000 * n, 1 FROM numbers
                """)
            try db.execute("DELETE FROM live_blocks")
        }
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
