import Foundation
import Testing

@testable import MessagingWeb

@Suite("Golden HTML")
struct GoldenTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/bubbles.html")

    /// After a wanted change: `GOLDEN=write swift test --filter GoldenTests`, then look at the difference.
    @Test("Every bubble is written as it was when somebody last looked at it")
    func bubbles() throws {
        let views = try Views()
        let html = try MessageBubble.samples.map { try "<!-- \($0.elementID) -->\n" + views.fragment($0) }.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["GOLDEN"] == "write" {
            try FileManager.default.createDirectory(at: Self.file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try html.write(to: Self.file, atomically: true, encoding: .utf8)
        }

        let golden = try String(contentsOf: Self.file, encoding: .utf8)

        for (now, before) in zip(html.split(separator: "\n"), golden.split(separator: "\n")) where now != before {
            Issue.record("now:    \(now)\nbefore: \(before)")
            return
        }
        #expect(html == golden)
    }
}
