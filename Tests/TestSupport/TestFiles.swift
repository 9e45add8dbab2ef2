import Foundation

/// Real files for tests, small enough to stand here or made by the programs that the product uses.
public enum TestFiles {
    /// 32 by 24 pixels, blue.
    public static let png = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mPQiumiKWIYtWDUglELRi0YtWDUglELRi0YGhYAAAJ6MC6qHu15AAAAAElFTkSuQmCC"
    )!

    /// One page that says "Lease".
    public static let pdf = Data(
        """
        %PDF-1.4
        1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 420]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
        4 0 obj<</Length 42>>stream
        BT /F1 36 Tf 40 340 Td (Lease) Tj ET      
        endstream endobj
        5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
        trailer<</Root 1 0 R>>
        """.utf8)

    /// A page that would act in our name if a browser took it for one.
    public static let html = Data("<html><script>document.title = 'taken over'</script></html>".utf8)

    /// Two seconds of a moving picture, made by ffmpeg.
    public static func film() throws -> Data {
        try made("mp4", ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=2", "-pix_fmt", "yuv420p"])
    }

    /// Three seconds of a tone as WhatsApp's voice messages are: Opus, mono.
    public static func voice() throws -> Data {
        try made("ogg", ["-f", "lavfi", "-i", "sine=frequency=440:duration=3", "-ac", "1", "-c:a", "libopus"])
    }

    private static func made(_ ending: String, _ arguments: [String]) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).\(ending)")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-v", "error", "-nostdin"] + arguments + [file.path]
        try process.run()
        process.waitUntilExit()
        return try Data(contentsOf: file)
    }
}
