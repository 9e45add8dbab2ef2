import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Checking a bundle offline")
struct VerifyTests {
    @Test("One changed byte in any part is found, and its part is named", arguments: TestEngine.allCases)
    func everyPart(on engine: TestEngine) async throws {
        try await withBundle(engine) { bundle, key, _ in
            for entry in bundle.entries {
                let inside = try bundle.verdict(key, flipping: entry.offset + entry.bytes / 2)
                let header = try bundle.verdict(key, flipping: entry.offset - TarArchive.block + 130)
                #expect(
                    inside.isUnchanged == false && inside.findings.contains { $0.contains(entry.name) }, "\(entry.name): \(inside.findings)"
                )
                #expect(
                    header.isUnchanged == false && header.findings.contains { $0.contains("header") }, "\(entry.name): \(header.findings)")
            }
        }
    }

    @Test("No byte can be changed unseen, wherever it is")
    func everyByte() async throws {
        try await withBundle { bundle, key, _ in
            let whole = try bundle.verdict(key)
            #expect(whole.isUnchanged == true)
            for place in stride(from: 0, to: bundle.bytes.count, by: 23) {
                #expect(try bundle.verdict(key, flipping: place).isUnchanged != true, "byte \(place)")
            }
        }
    }

    @Test("A changed record is named by its number, and a changed leaf by the numbers that it stands between")
    func records() async throws {
        try await withBundle { bundle, key, _ in
            let lines = try bundle.lines()
            let said = try #require(lines.firstIndex { $0.contains("heating") }),
                leaves = try #require(lines.firstIndex { $0.contains("leaves") })
            let number = try #require(lines[said].firstMatch(of: /"n":(\d+)/)?.output.1)
            let after = try #require(lines[leaves + 1].firstMatch(of: /"n":(\d+)/)?.output.1)

            let changed = try bundle.verdict(key, lines: replacing(lines, said) { $0.replacing("heating", with: "cooling") })
            let time = try bundle.verdict(key, lines: replacing(lines, said) { $0.replacing(/"at":(\d+)/) { "\"at\":\($0.1)0" } })
            let leaf = try bundle.verdict(
                key,
                lines: replacing(lines, leaves) {
                    $0.replacing(#""leaves":"A"#, with: #""leaves":"B"#) == $0
                        ? $0.replacing(/"leaves":"./) { _ in "\"leaves\":\"A" } : $0.replacing(#""leaves":"A"#, with: #""leaves":"B"#)
                })

            #expect(
                changed.findings.contains(
                    "Record \(number) (records.jsonl, line \(said + 1)): its content, its salt or its digest was changed."))
            #expect(time.findings.contains { $0.hasPrefix("The chain is broken between number") && $0.contains("number \(number) ") })
            #expect(
                leaf.findings.contains { $0.hasPrefix("The chain is broken between number") && $0.contains("number \(after) ") },
                "\(leaf.findings)")
        }
    }

    @Test("Whoever adds up the digests anew is still found: by the chain and by the signature")
    func recalculated() async throws {
        try await withBundle { bundle, key, _ in
            let lines = try bundle.lines()
            let said = try #require(lines.firstIndex { $0.contains("heating") })

            let forged = try bundle.verdict(
                key, lines: replacing(lines, said) { $0.replacing("heating", with: "cooling") }, recalculating: true)

            #expect(forged.isUnchanged == false)
            #expect(forged.findings.contains { $0.contains("the signature does not fit") })
            #expect(forged.findings.contains { $0.contains("its content, its salt or its digest was changed") })
            #expect(!forged.findings.contains { $0.contains("SHA256SUMS") })
        }
    }

    @Test("Records that are dropped, doubled, cut off or out of order are told with their numbers")
    func order() async throws {
        try await withBundle { bundle, key, _ in
            let lines = try bundle.lines()
            var dropped = lines, swapped = lines, doubled = lines
            dropped.remove(at: 1)
            swapped.swapAt(0, 1)
            doubled.insert(lines[1], at: 1)

            #expect(try bundle.verdict(key, lines: dropped).findings.contains { $0.contains("Records are missing or out of order") })
            #expect(try bundle.verdict(key, lines: swapped).findings.contains { $0.contains("out of order") })
            #expect(try bundle.verdict(key, lines: doubled).findings.contains { $0.contains("comes again, or out of order") })
            #expect(
                try bundle.verdict(key, lines: Array(lines.dropLast())).findings.contains { $0.contains("Records are missing at the end") })
            #expect(try bundle.verdict(key, lines: []).isUnchanged == false)
        }
    }

    @Test("Parts that are missing, added or there twice are named")
    func parts() async throws {
        try await withBundle { bundle, key, _ in
            let parts = bundle.parts, photo = bundle.photo

            let missing = try bundle.verdict(key, parts: parts.filter { $0.name != photo })
            let added = try bundle.verdict(key, parts: parts + [Part(name: "media/extra.jpg", bytes: [1, 2, 3])])
            let twice = try bundle.verdict(key, parts: parts + parts.filter { $0.name == photo })
            let unsigned = try bundle.verdict(key, parts: parts.filter { $0.name != BundlePart.signature })
            let renamed = try bundle.verdict(
                key, parts: parts.map { $0.name == photo ? Part(name: "media/other.png", bytes: $0.bytes) : $0 })

            #expect(missing.findings.contains("\(photo) is missing."))
            #expect(added.findings.contains { $0.hasPrefix("media/extra.jpg was added") })
            #expect(twice.findings.contains { $0.hasPrefix("\(photo) is in the archive twice") })
            #expect(unsigned.findings.contains("manifest.sig is missing."))
            #expect(renamed.findings.contains { $0.hasPrefix("media/other.png was added") })
        }
    }

    @Test("A bundle that somebody else signed is found out by the key, which the bundle cannot choose itself")
    func strangeKey() async throws {
        try await withBundle { bundle, key, _ in
            let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

            let trusting = try bundle.verdict(nil)
            #expect(trusting.isUnchanged == true)
            #expect(trusting.contents.contains { $0.contains("as the bundle says itself") })
            #expect(try bundle.verdict(other).findings.contains { $0.contains("signed by another key") })
            #expect(try bundle.verdict("nonsense").isUnchanged == false)
            #expect(try bundle.verdict(key).isUnchanged == true)
        }
    }

    @Test("After erasing, a bundle that is made anew verifies, says how much went, and holds none of it", arguments: TestEngine.allCases)
    func erased(on engine: TestEngine) async throws {
        try await withBundle(engine) { bundle, key, world in
            let olga = try await world.olga, thread = try await world.conversation(with: "t-nadia", at: olga).id
            let said = try #require(try await olga.messages(of: thread).items.first { $0.preview == "Is the heating fixed?" })

            try await world.messaging.eraseRecords(of: World.olga, about: [said.messageId.rawValue], reason: "Asked for")
            let export = try await world.exported(thread, as: .bundle, at: olga)

            let anew = Bundle(try await world.bundle(of: export, at: olga)), verdict = try anew.verdict(key)
            #expect(verdict.isUnchanged == true, "\(verdict.findings)")
            #expect(verdict.contents.contains { $0.contains("1 were erased") })
            #expect(try !anew.lines().contains { $0.contains("heating") } && anew.lines().contains { $0.contains(#""erased":true"#) })
            // What was taken along before still holds by itself.
            #expect(try bundle.verdict(key).isUnchanged == true)
        }
    }

    @Test("What is no bundle, or is broken on purpose, is told; nothing crashes, hangs or is written")
    func hostile() async throws {
        try await withBundle { bundle, key, _ in
            try await withTemporaryFolder { folder throws in
                let path = folder.appending(path: "x.tar")
                func verdict(_ bytes: [UInt8]) throws -> BundleVerdict {
                    try Data(bytes).write(to: path)
                    return BundleCheck.verdict(on: path.path, key: key)
                }
                let pipe = folder.appending(path: "pipe").path
                #expect(mkfifo(pipe, 0o600) == 0)
                for place in [folder.path, "/nowhere/x.tar", pipe, "/dev/zero"] {
                    #expect(BundleCheck.verdict(on: place).isUnchanged == nil)
                }
                #expect(try verdict([]).isUnchanged == nil)
                #expect(try verdict(Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 7, count: 5_000)).isUnchanged == nil)
                for length in stride(from: 1, to: bundle.bytes.count, by: 1_111) {
                    #expect(try verdict(Array(bundle.bytes.prefix(length))).isUnchanged != true)
                }
                for name in ["../../etc/passwd", "/etc/passwd", "a/../b", ".hidden", "", "a\u{202e}b"] {
                    let parts = bundle.parts + [Part(name: name, bytes: [UInt8]("evil".utf8))]
                    #expect(try bundle.verdict(key, parts: parts).isUnchanged == false, "\(name)")
                }
                // A part that claims eight gigabytes.
                var huge = bundle.bytes
                huge.replaceSubrange(
                    0..<TarArchive.block, with: TarArchive.header(name: "manifest.json", bytes: TarArchive.largest, time: 0))
                #expect(try verdict(huge).isUnchanged != true)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["pipe", "x.tar"])
            }
        }
    }

    @Test("Lines without end, deep JSON and counts beyond all numbers cost neither memory nor a crash")
    func hostileLines() async throws {
        try await withBundle { bundle, key, _ in
            let huge = Int64.max
            let lines = [
                String(repeating: "[", count: 100_000), String(repeating: "x", count: ChainCheck.longestLine + 5), "{}", "null",
                #"{"n":1}"#,
                #"{"first":1,"last":\#(huge),"leaves":""}"#,
                #"{"first":\#(huge),"last":\#(huge),"leaves":"\#(Data(count: 32).base64EncodedString())"}"#,
                #"{"first":-5,"last":3,"leaves":"AAAA"}"#, #"{"first":5,"last":3,"leaves":""}"#, "\u{FEFF}{}",
                #"{"n":\#(huge),"kind":"sent"}"#,
            ]

            let verdict = try bundle.verdict(key, lines: lines), many = try bundle.verdict(key, lines: Array(repeating: "?", count: 20_000))

            #expect(verdict.isUnchanged == false && verdict.findingCount >= lines.count)
            #expect(many.findings.count == BundleVerdict.mostTold && many.findingCount > 20_000)
        }
    }

    private func replacing(_ lines: [String], _ place: Int, _ change: (String) -> String) -> [String] {
        var lines = lines
        let changed = change(lines[place])
        #expect(changed != lines[place])
        lines[place] = changed
        return lines
    }
}

/// A part of an archive.
private struct Part: Sendable {
    var name: String
    var bytes: [UInt8]
}

/// A bundle as somebody could forge it.
private struct Bundle: Sendable {
    let bytes: [UInt8]
    let entries: [BundleFile.Entry]
    let parts: [Part]

    init(_ file: BundleFile) {
        bytes = file.read(at: 0, count: file.size)
        entries = file.entries.values.sorted { $0.offset < $1.offset }
        parts = entries.map { Part(name: $0.name, bytes: file.read(at: $0.offset, count: $0.bytes)) }
    }

    /// The name of the one file in it.
    var photo: String { parts.map(\.name).first { $0.hasPrefix("media/") } ?? "" }

    func lines() throws -> [String] {
        let records = try #require(parts.first { $0.name == BundlePart.records })
        return String(decoding: records.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func verdict(_ key: String?, flipping place: Int? = nil) throws -> BundleVerdict {
        var bytes = bytes
        if let place { bytes[place] ^= 0x01 }
        return try Self.verdict(on: bytes, key)
    }

    func verdict(_ key: String?, parts: [Part]) throws -> BundleVerdict {
        let time = entries.first?.time ?? 0
        let archive = parts.flatMap { part in
            TarArchive.header(name: part.name, bytes: part.bytes.count, time: time) + part.bytes
                + [UInt8](repeating: 0, count: TarArchive.padding(after: part.bytes.count))
        }
        return try Self.verdict(on: archive + TarArchive.end, key)
    }

    /// With other records; `recalculating` makes the digests fit again, as anybody could.
    func verdict(_ key: String?, lines: [String], recalculating: Bool = false) throws -> BundleVerdict {
        let records = Array((lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n")).utf8)
        var parts = parts.map { $0.name == BundlePart.records ? Part(name: $0.name, bytes: records) : $0 }
        guard recalculating, let sums = parts.firstIndex(where: { $0.name == BundlePart.sums }),
            let manifest = parts.firstIndex(where: { $0.name == BundlePart.manifest })
        else { return try verdict(key, parts: parts) }
        let before = String(decoding: parts[sums].bytes, as: UTF8.self)
        let after = before.replacing(/[0-9a-f]{64}  records.jsonl/) { _ in "\(sha256(of: records))  records.jsonl" }
        parts[manifest].bytes = Array(
            String(decoding: parts[manifest].bytes, as: UTF8.self)
                .replacing(sha256(of: parts[sums].bytes), with: sha256(of: Array(after.utf8))).utf8)
        parts[sums].bytes = Array(after.utf8)
        return try verdict(key, parts: parts)
    }

    private func sha256(of bytes: [UInt8]) -> String {
        // The product's own words for SHA-256: an empty salt and the bytes as content.
        ProofChain.digest(salt: bytes, content: "").hexadecimal
    }

    private static func verdict(on bytes: [UInt8], _ key: String?) throws -> BundleVerdict {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).tar")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(bytes).write(to: path)
        return BundleCheck.verdict(on: path.path, key: key)
    }
}

/// Runs `body` with the bundle of Olga's conversation with Nadia.
private func withBundle(
    _ engine: TestEngine = .sqlite, _ body: @Sendable (_ bundle: Bundle, _ key: String, _ world: World) async throws -> Void
) async throws {
    try await withWorld(engine) { world in
        let olga = try await world.olgaConnected()
        let thread = try await world.nadiasThread(at: olga)
        let export = try await world.exported(thread, as: .bundle, at: olga)
        try await body(Bundle(try await world.bundle(of: export, at: olga)), try await olga.proofPublicKey(), world)
    }
}
