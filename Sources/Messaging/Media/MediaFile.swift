import Foundation
import SQLDatabase

/// The file of a message: where it is, or why it is not there.
public struct MediaFile: Sendable, Equatable {
    /// Why a file will not come any more.
    public enum Problem: String, Codable, Sendable, SQLBindable {
        /// WhatsApp does not have it: its ID lives 7 days.
        case gone
        /// It has more than the 100 MB that WhatsApp promises to hold.
        case tooLarge
        /// Its bytes were never those that WhatsApp said they are.
        case changed
        /// It could not be fetched for 7 days.
        case unreachable
    }

    /// What is known of its bytes.
    public struct Content: Codable, Sendable, Equatable {
        /// SHA-256 in hexadecimal digits; names the file in the store.
        public let digest: String
        public let type: FileType
        public let bytes: Int
        /// Pixels of its preview, which has the same shape; nil without one.
        public let width: Int?
        public let height: Int?
        /// How long it plays.
        public let seconds: Int?
        /// Of a PDF.
        public let pages: Int?
    }

    public enum State: Sendable, Equatable {
        /// On its way from WhatsApp.
        case wanted
        case stored(Content)
        case lost(Problem)
    }

    public let message: Message.ID
    public let state: State
}

extension LandlordRows {
    /// The files of messages, for those that have one.
    func media(of messages: [Message.ID]) throws -> [Message.ID: MediaFile] {
        guard !messages.isEmpty else { return [:] }
        let rows = try db.all(
            MediaRow.self,
            """
            SELECT m.message_id, m.state, m.problem, c.digest, c.type, c.bytes, c.width, c.height, c.seconds, c.pages
            FROM media m LEFT JOIN media_contents c ON c.landlord_id = m.landlord_id AND c.digest = m.digest
            WHERE m.landlord_id = \(landlord) AND m.message_id IN \(list: messages)
            """)
        return Dictionary(rows.map { ($0.messageId, $0.file) }, uniquingKeysWith: { first, _ in first })
    }

    /// What is kept under this name.
    func mediaContent(_ digest: String) throws -> MediaFile.Content? {
        try db.first(
            MediaFile.Content.self,
            """
            SELECT digest, type, bytes, width, height, seconds, pages FROM media_contents
            WHERE landlord_id = \(landlord) AND digest = \(digest)
            """)
    }

    func keep(_ content: MediaFile.Content, now: Date) throws {
        try db.executeWithNext(
            """
            INSERT INTO media_contents (landlord_id, digest, type, bytes, width, height, seconds, pages, stored_at)
            VALUES (\(landlord), \(content.digest), \(content.type), \(content.bytes), \(content.width), \(content.height),
                \(content.seconds), \(content.pages), \(now))
            ON CONFLICT (landlord_id, digest) DO NOTHING
            """)
    }
}

private struct MediaRow: Decodable {
    let messageId: Message.ID
    let state: String
    let problem: MediaFile.Problem?
    let digest: String?
    let type: FileType?
    let bytes: Int?
    let width: Int?
    let height: Int?
    let seconds: Int?
    let pages: Int?

    var file: MediaFile {
        let state: MediaFile.State =
            if let digest, let type, let bytes {
                .stored(
                    .init(digest: digest, type: type, bytes: bytes, width: width, height: height, seconds: seconds, pages: pages))
            } else if state == "wanted" {
                .wanted
            } else {
                .lost(problem ?? .unreachable)
            }
        return MediaFile(message: messageId, state: state)
    }
}
