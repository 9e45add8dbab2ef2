import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// The file of a message that is being stored.
struct NewFile: Sendable {
    let digest: String
    let mimeType: String
    let number: String
    /// Its place at Meta; nil when WhatsApp must be handed it first.
    let uploaded: MediaID?

    /// What the message has to wait for.
    var lacking: String? { uploaded == nil ? digest : nil }

    /// Notes whose file it is, and that WhatsApp needs it.
    func store(for message: Message.ID, of landlord: Landlord.ID, on db: any Connection, now: Date) throws {
        try db.executeWithNext(
            """
            INSERT INTO media (landlord_id, message_id, state, digest, due_at, give_up_at)
            VALUES (\(landlord), \(message), 'stored', \(digest), \(now), \(now))
            """)
        guard uploaded == nil else { return }
        // One that is under way already goes on; one that has died or was of no use is made anew.
        try db.executeWithNext(
            """
            INSERT INTO media_uploads (landlord_id, digest, phone_number_id, mime_type, due_at)
            VALUES (\(landlord), \(digest), \(number), \(mimeType), \(now))
            ON CONFLICT (landlord_id, digest, phone_number_id)
            DO UPDATE SET meta_id = NULL, uploaded_at = NULL, mime_type = excluded.mime_type, due_at = excluded.due_at
            """)
    }
}

extension LandlordRows {
    /// A file's place at Meta for a number, as long as it surely lives.
    func uploaded(_ digest: String, for number: String, now: Date) throws -> MediaID? {
        try db.first(
            String.self,
            """
            SELECT meta_id FROM media_uploads WHERE landlord_id = \(landlord) AND digest = \(digest) AND phone_number_id = \(number)
                AND meta_id IS NOT NULL AND uploaded_at > \(now - UploadQueue.lasts)
            """
        ).map { MediaID($0) }
    }
}
