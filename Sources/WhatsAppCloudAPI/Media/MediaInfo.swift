import Foundation

/// The SHA-256 of a file. Meta writes it in base64 in recent payloads and in hexadecimal digits elsewhere (fact sheet, section 4).
public struct MediaDigest: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    public let hexadecimal: String

    /// Reads either form; nil when it is neither.
    public init?(_ text: String) {
        if text.utf8.count == 64, text.allSatisfy(\.isHexDigit) {
            hexadecimal = text.lowercased()
        } else if let bytes = Data(base64Encoded: text), bytes.count == 32 {
            hexadecimal = WhatsAppCloudAPI.hexadecimal(bytes)
        } else {
            return nil
        }
    }

    /// The digest itself, 32 bytes.
    public init(_ bytes: some Sequence<UInt8>) {
        hexadecimal = WhatsAppCloudAPI.hexadecimal(bytes)
    }
}

/// A file at Meta, as `GET /<media ID>` tells of it.
public struct MediaInfo: Sendable, Hashable {
    /// Meta's ID: it lives for 7 days when it came by webhook, for 30 when we uploaded the file.
    public let id: MediaID
    /// Where the bytes are for 5 minutes. They want the same token.
    public let url: String
    /// Such as `image/jpeg`.
    public let mimeType: String?
    /// What the bytes add up to.
    public let digest: MediaDigest?
    /// Bytes.
    public let size: Int?

    init?(_ answer: JSONValue) {
        guard let id = answer["id"]?.identifier, let url = answer["url"]?.string else { return nil }
        self.id = MediaID(id)
        self.url = url
        mimeType = answer["mime_type"]?.string
        digest = answer["sha256"]?.string.flatMap { MediaDigest($0) }
        // A number, in some older answers as text.
        size = answer["file_size"]?.integer ?? answer["file_size"]?.string.flatMap { Int($0) }
    }
}

extension GraphClient {
    /// Where a file is now. Naming the number keeps customers apart: Meta refuses a file of another one (100/33).
    ///
    /// - Throws: ``GraphFailure``; refused with 100/33 when the ID has died.
    public func media(_ id: MediaID, of number: PhoneNumberID, token: AccessToken) async throws(GraphFailure) -> MediaInfo {
        let answer = try await perform(.get(id.rawValue, query: [("phone_number_id", number.rawValue)], token: token))
        guard let info = MediaInfo(answer) else { throw .unexpected(answer) }
        return info
    }
}
