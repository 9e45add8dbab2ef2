import Foundation
import HTTPTypes
import Hummingbird
import Messaging
import NIOCore

/// Files that somebody hands in to be sent: as the body itself, so that it streams to the disk and is never held in memory.
struct FileIntake {
    /// WhatsApp's own limit (fact sheet, section 4).
    static let longest = 100 << 20
    /// Bytes of files that may be coming in at once; each lies on the disk until it is kept or refused.
    private static let room = BodyRoom(bytes: 1 << 30)

    /// Takes the body in, if there is room for it.
    /// - Parameter isVoice: a recording made on the page.
    /// - Throws: `Refusal` with 411, 413 or 503; `SendRefusal.file` when WhatsApp would not take it.
    static func take(_ request: Request, isVoice: Bool, at desk: Desk) async throws -> KeptFile {
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length >= 0 else {
            throw Refusal(.lengthRequired, "lengthRequired", "Say in Content-Length how many bytes the file has.")
        }
        guard length <= longest else { throw Refusal.tooLarge(limit: longest) }
        try room.take(length)
        defer { room.give(length) }
        return try await desk.take(request.body.map(\.readableBytesView), name: request.fileName, isVoice: isVoice)
    }
}

extension Request {
    /// What its owner calls the file; percent-encoded, since headers are ASCII.
    fileprivate var fileName: String? {
        FileName.plain(headers[.fileName].flatMap { $0.removingPercentEncoding })
    }
}

extension Deadlines {
    /// How slow a line may be that hands in a file, in bytes a second.
    private static let slowestLine: Int64 = 32 * 1024

    /// From a request's headers to the end of its body: a file may take as long as a slow line needs for it.
    func body(of head: HTTPRequest) -> TimeAmount {
        let path = head.path.map { $0.prefix { $0 != "?" } } ?? ""
        guard head.method == .post, path == "/api/whatsapp/media" || (path.hasPrefix("/inbox/") && path.hasSuffix("/files")),
            let length = head.headerFields[.contentLength].flatMap({ Int64($0) }), length > 0
        else { return body }
        return body + .seconds(min(length, Int64(FileIntake.longest)) / Self.slowestLine)
    }
}
