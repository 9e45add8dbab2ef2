import Foundation
import Testing

@testable import MessagingWeb

@Suite("Pictures of pages")
struct PictureTests {
    private static let folder = ProcessInfo.processInfo.environment["PAGES_OUT"]

    @Test("Every sample can be looked at as a file", .enabled(if: folder != nil, "set PAGES_OUT to a folder"))
    func writeAll() throws {
        let views = try Views()
        let folder = URL(fileURLWithPath: try #require(Self.folder), isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)

        for page in everyPage where !page.view.hasPrefix("_") {
            for (number, document) in try page.render(views).enumerated() {
                try standalone(document).write(to: folder.appending(path: "\(page.view)-\(number).html"), atomically: true, encoding: .utf8)
            }
        }

        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "inbox-0.html").path))
    }

    /// Styles inside, and no scripts, which a file could not load.
    private func standalone(_ document: String) -> String {
        let styles = StaticAssets.styleSheets.compactMap { StaticAssets.file(at: "css/\($0).css")?.text }.joined(separator: "\n")
        return document.replacing(/<link rel="stylesheet"[^>]*>\n/, with: "").replacing(/<script[^>]*><\/script>/, with: "")
            .replacing("</head>", with: "<style>\n\(styles)\n</style>\n</head>")
    }
}
