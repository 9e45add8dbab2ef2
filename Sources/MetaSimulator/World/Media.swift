import Crypto
import Foundation

/// A file that pretend Meta keeps under an ID. Its bytes lie in the archive, by their SHA-256.
struct Media: Codable, Sendable {
    let id: String
    /// The number that it was uploaded for, or sent to.
    let numberID: String
    let mimeType: String
    let filename: String?
    let sha256: Data
    let size: Int
    /// The business brought it up and may send it; else it came from a person.
    let isUploaded: Bool
    /// From then on the API does not know the ID any more. A phone shows the file as long as its bytes are there.
    var diesAt: Date

    /// The type without parameters.
    var plainType: String { HeaderValue(mimeType).value }
}

/// A file as it came, with its digest: made where it comes in, so that the world need not wait for the hashing.
struct ReceivedFile: Sendable {
    let bytes: Data
    let sha256: Data
    /// As the sender names it; nil when it names none that could stand in a header.
    let mimeType: String?
    let filename: String?

    init(_ bytes: Data, mimeType: String?, filename: String?) {
        self.bytes = bytes
        self.sha256 = Data(SHA256.hash(data: bytes))
        self.mimeType = mimeType.flatMap { Self.isMIMEType($0) ? $0 : nil }
        self.filename = filename
    }

    /// A WebP picture says in its extended header whether it moves.
    var isAnimated: Bool {
        let head = Array(bytes.prefix(21))
        return head.count == 21 && head[8..<16].elementsEqual("WEBPVP8X".utf8) && head[20] & 2 != 0
    }

    private static let typeCharacters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.+-_;= \"".utf8)

    private static func isMIMEType(_ text: String) -> Bool {
        text.utf8.count <= 200 && text.utf8.allSatisfy { typeCharacters.contains($0) }
            && HeaderValue(text).value.split(separator: "/").count == 2
    }
}

extension Simulator {
    /// Keeps a file under a new ID: 30 days when the business brings it up, 7 when a person sends it. The oldest files make room.
    func keep(_ file: ReceivedFile, for number: Number, mimeType: String, isUploaded: Bool) -> Media {
        let media = Media(
            id: "1300000000\(100_000 + world.serial())", numberID: number.id, mimeType: mimeType, filename: file.filename,
            sha256: file.sha256, size: file.bytes.count, isUploaded: isUploaded,
            diesAt: now.addingTimeInterval((isUploaded ? 30 : 7) * 86_400))
        do {
            try archive.keep(file.bytes, as: file.sha256)
        } catch {
            logger.error("A file could not be written beside the state file: \(error). Check the folder's rights and the disk's room.")
        }
        let freed = world.media.add(media)
        archive.forget(freed)
        return media
    }
}
