import Foundation
import NIOCore

/// A file on its way to Meta.
public struct MediaUpload: Sendable {
    /// Where it lies on this machine.
    public var file: URL
    /// Bytes.
    public var size: Int
    /// What WhatsApp is to take it for, such as `image/jpeg`.
    public var mimeType: String

    /// Gathers the parts; Meta judges them.
    public init(file: URL, size: Int, mimeType: String) {
        self.file = file
        self.size = size
        self.mimeType = mimeType
    }
}

extension GraphClient {
    /// Hands a file to Meta, for messages of this number. Meta keeps it for 30 days. Doing it again makes another ID and harms nobody.
    ///
    /// - Throws: ``GraphFailure``; refused with 100 for a type that WhatsApp does not take, with 131053 for a broken or too large file.
    public func upload(_ upload: MediaUpload, for number: PhoneNumberID, token: AccessToken) async throws(GraphFailure) -> MediaID {
        let request = GraphRequest(
            method: .post, path: [number.rawValue, "media"], body: .file(MultipartFile(upload)), authorization: .token(token))
        let answer = try await perform(request)
        guard let id = answer["id"]?.identifier else { throw .unexpected(answer) }
        return MediaID(id)
    }
}

/// A form with one file, read from the disk as it is sent (RFC 7578).
struct MultipartFile: Sendable {
    private static let piece = 256 * 1024

    let boundary: String
    private let file: URL
    private let head: [UInt8]
    private let tail: [UInt8]
    /// Bytes of the whole form.
    let length: Int

    init(_ upload: MediaUpload) {
        // Random, so that no file holds it.
        let boundary = "zenrent-\(UUID().uuidString)"
        let fields = [("messaging_product", "whatsapp"), ("type", upload.mimeType)]
        let text = fields.map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
        self.boundary = boundary
        head = Array(
            (text + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
                + "Content-Type: \(upload.mimeType)\r\n\r\n").utf8)
        tail = Array("\r\n--\(boundary)--\r\n".utf8)
        file = upload.file
        length = head.count + upload.size + tail.count
    }

    /// The form, piece by piece.
    func pieces() throws -> Pieces { Pieces(handle: try FileHandle(forReadingFrom: file), ahead: [head], behind: [tail]) }

    struct Pieces {
        let handle: FileHandle
        var ahead: [[UInt8]]
        var behind: [[UInt8]]

        mutating func next() throws -> ByteBuffer? {
            if let first = ahead.popLast() { return ByteBuffer(bytes: first) }
            if let data = try handle.read(upToCount: MultipartFile.piece), !data.isEmpty { return ByteBuffer(bytes: data) }
            return behind.popLast().map { ByteBuffer(bytes: $0) }
        }
    }
}
