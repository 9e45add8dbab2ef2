import Crypto
import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

/// ZENRENT_FUZZ_INPUTS says how many inputs in all, ZENRENT_FUZZ_SEED which, ZENRENT_FUZZ_FIRST where to begin. With ZENRENT_FUZZ_NOTES the
/// number of each input is written into that folder before it is tried, so that a crash names its input.
private enum Fuzz {
    static let inputs = number("ZENRENT_FUZZ_INPUTS") ?? 100_000
    static let seed = UInt64(number("ZENRENT_FUZZ_SEED") ?? 2026)
    static let first = number("ZENRENT_FUZZ_FIRST") ?? 0

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    // Away from Swift's few cooperative threads, which other tests need, and one after another, so that a core stays free.
    private static let queue = DispatchQueue(label: "fuzz")

    static func aside<Answer: Sendable>(_ work: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    /// Tries a share of the inputs; what fails names seed and input.
    static func each(_ property: String, perCent: Int, _ holds: @escaping @Sendable (inout Mutator) throws -> String?) async throws {
        let problem = try await aside { Result { try firstProblem(property, perCent, holds) } }.get()
        if let problem { Issue.record("\(property): \(problem)") }
    }

    private static func firstProblem(
        _ property: String, _ perCent: Int, _ holds: (inout Mutator) throws -> String?
    ) throws -> String? {
        let corpus = try Corpus()
        let notes = try Notes(property)
        for input in first..<(first + inputs * perCent / 100) {
            notes.write(input)
            var mutator = Mutator(corpus: corpus, dice: Dice(seed: seed, input: input))
            guard let problem = try holds(&mutator) else { continue }
            return "\(problem) Repeat with ZENRENT_FUZZ_SEED=\(seed) ZENRENT_FUZZ_FIRST=\(input)"
        }
        return nil
    }

    private struct Notes {
        private let file: FileHandle?

        init(_ property: String) throws {
            guard let folder = ProcessInfo.processInfo.environment["ZENRENT_FUZZ_NOTES"] else {
                file = nil
                return
            }
            let url = URL(filePath: folder).appending(path: property)
            try Data().write(to: url)
            file = try FileHandle(forWritingTo: url)
        }

        func write(_ input: Int) {
            guard let file else { return }
            try? file.seek(toOffset: 0)
            try? file.write(contentsOf: Data(String(input).utf8))
        }
    }
}

@Suite("Whatever arrives, reading it neither fails, nor hangs, nor grows")
struct FuzzTests {
    @Test("A signature fits its own body only: no flipped bit, no other header") func signatures() async throws {
        try await Fuzz.each("signature", perCent: 20) { mutator in
            let body = mutator.dice.pick(mutator.corpus.bodies), secret = "a secret"
            let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
            let header = Array("sha256=".utf8) + code.flatMap { Array((String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)).utf8) }
            func isValid(_ header: [UInt8], _ body: [UInt8]) -> Bool {
                WebhookSignature.isValid(header: String(decoding: header, as: UTF8.self), body: body, secrets: ["", "another", secret])
            }
            guard isValid(header, body) else { return "the right signature was refused." }
            var otherBody = body, otherHeader = header
            otherBody[mutator.dice.below(body.count)] ^= 1 << UInt8(mutator.dice.below(8))
            let place = mutator.dice.below(header.count)
            otherHeader[place] ^= 1 << UInt8(mutator.dice.below(8))
            if isValid(header, otherBody) { return "a body with another bit was believed." }
            // Letters count in either case, which is one bit.
            let isSameDigit = place >= 7 && header[place] >= UInt8(ascii: "a") && otherHeader[place] | 0x20 == header[place]
            if isValid(otherHeader, body) != isSameDigit {
                return "the header \(String(decoding: otherHeader, as: UTF8.self)) was misjudged."
            }
            return isValid(mutator.body(), body) ? "a header of noise was believed." : nil
        }
    }

    @Test("Any JSON value that is written comes back the same") func writingAndReading() async throws {
        try await Fuzz.each("values", perCent: 20) { mutator in
            let value = mutator.value(depth: 4), text = value.serialized
            guard let again = try? JSONValue(parsing: text) else { return "\(Self.shown(text)) cannot be read." }
            return again == value && again.serialized == text ? nil : "\(Self.shown(text)) came back as \(Self.shown(again.serialized))."
        }
    }

    @Test("What can be read can be written, and is then read as the same") func readingAndWriting() async throws {
        try await Fuzz.each("json", perCent: 30) { mutator in
            let body = mutator.body()
            guard let value = try? JSONValue(parsing: body) else { return nil }
            let again = try? JSONValue(parsing: value.serialized)
            return again == value ? nil : "\(Self.shown(body)) came back as \(Self.shown(value.serialized))."
        }
    }

    @Test("A body has fewer items than bytes, always the same ones, and they survive writing") func payloads() async throws {
        try await Fuzz.each("payload", perCent: 30) { mutator in
            let body = mutator.body()
            guard let items = try? WebhookPayload.items(in: body) else { return nil }
            guard items.count <= body.count else { return "\(body.count) bytes became \(items.count) items: \(Self.shown(body))" }
            guard items.map(\.part) == Array(0..<items.count) else { return "the parts of \(Self.shown(body)) are not numbered." }
            if let late = items.compactMap(\.moment).first(where: { $0.timeIntervalSince1970 > 1e11 }) {
                return "\(late) is beyond all calendars: \(Self.shown(body))"
            }
            let written = try JSONValue(parsing: body).serialized
            guard let again = try? WebhookPayload.items(in: written), try WebhookPayload.items(in: body) == items, again == items else {
                return "\(Self.shown(body)) was read differently the second time."
            }
            return nil
        }
    }

    @Test("A large body of the worst kind is read in seconds", arguments: Worst.allCases)
    private func worst(_ kind: Worst) async throws {
        let body = kind.body(bytes: 1_048_576)

        let (items, took) = await Fuzz.aside {
            let start = ContinuousClock.now
            let items = (try? WebhookPayload.items(in: body)) ?? []
            return (items.count, ContinuousClock.now - start)
        }

        #expect(took < .seconds(60))
        #expect(items <= body.count)
    }

    private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(4_000), as: UTF8.self) }
}

/// Bodies that cost more than others.
private enum Worst: String, CaseIterable, CustomTestStringConvertible {
    case manyEntries, manyChanges, manyPeopleAndMessages, deep, longNumber, longFraction, escapes, manyNames, spaces

    var testDescription: String { rawValue }

    func body(bytes: Int) -> [UInt8] {
        func filled(_ before: String, _ piece: String, _ after: String) -> [UInt8] {
            let count = max(1, (bytes - before.utf8.count - after.utf8.count) / piece.utf8.count)
            return Array((before + String(repeating: piece, count: count) + after).utf8)
        }
        let value = #"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"#
        return switch self {
        case .manyEntries: filled(#"{"entry":["#, "0,", "0]}")
        case .manyChanges: filled(#"{"entry":[{"changes":["#, "{},", "{}]}]}")
        case .manyPeopleAndMessages: crowd(value, people: 10_000)
        case .deep: filled("", "[", "")
        case .longNumber: filled(#"{"entry":["#, "9", "]}")
        case .longFraction: filled(#"{"entry":[0."#, "0", "1]}")
        case .escapes: filled(#"{"entry":[""#, #"\ud83d"#, #""]}"#)
        case .manyNames: Array((#"{"entry":[{"# + (0..<(bytes / 12)).map { "\"n\($0)\":0" }.joined(separator: ",") + "}]}").utf8)
        case .spaces: filled(#"{"entry":["#, " ", "]}")
        }
    }

    private func crowd(_ before: String, people: Int) -> [UInt8] {
        let contacts = (0..<people).map { #"{"wa_id":"44\#($0)"}"# }.joined(separator: ",")
        let messages = (0..<people).map { #"{"id":"w\#($0)","timestamp":"1795000000","from":"44\#(people - $0)"}"# }.joined(separator: ",")
        return Array((before + #""contacts":[\#(contacts)],"messages":[\#(messages)]}}]}]}"#).utf8)
    }
}

extension WebhookItem {
    fileprivate var moment: Date? {
        switch content {
        case .message(let message): message.timestamp
        case .status(let status): status.timestamp
        case .echo(let echo): echo.timestamp
        default: entryTime
        }
    }
}
