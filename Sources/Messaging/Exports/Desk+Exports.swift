import Foundation
import SQLDatabase

extension Desk {
    /// Whether copies of conversations can be made here at all.
    public var canExport: Bool { messaging.mediaStore != nil }

    /// Asks for a copy of a conversation; it is made by a job. Asked twice for the same, the one under way is answered.
    /// - Throws: `ExportRefusal`, `NotFound`, `NotAllowed`.
    public func export(_ conversation: Conversation.ID, as format: Export.Format) async throws -> Export {
        try membership.check(.organise)
        _ = try await self.conversation(conversation)
        guard messaging.mediaStore != nil else { throw ExportRefusal.noStore }
        if format == .pdf, !messaging.canTypeset { throw ExportRefusal.noTypesetter }
        let id = landlord.landlordID, person = person, now = now, random = messaging.random()
        let export = try await messaging.database.write { db in
            var random = random
            return try LandlordRows(id, db).request(format, of: conversation, by: person, now: now, random: &random)
        }
        messaging.exportWake.signal()
        await messaging.hub.wake([id])
        return export
    }

    /// Copies of a conversation that can be fetched or are to come, the newest first.
    public func exports(of conversation: Conversation.ID, limit: Int = 5) async throws -> [Export] {
        let id = landlord.landlordID
        return try await messaging.database.read { try LandlordRows(id, $0).exports(of: conversation, limit: limit) }
    }

    public func exports(ids: [Export.ID]) async throws -> [Export] {
        let id = landlord.landlordID
        return try await messaging.database.read { try LandlordRows(id, $0).exports(ids) }
    }

    /// - Throws: `NotFound` when there is none of that ID in this conversation.
    public func export(_ id: Export.ID, of conversation: Conversation.ID) async throws -> Export {
        guard let found = try await exports(ids: [id]).first, found.conversationId == conversation else { throw NotFound() }
        return found
    }

    /// A pass for the file of an export.
    /// - Throws: `NotFound` when it is not ready, or not any more.
    public func pass(for export: Export.ID, of conversation: Conversation.ID) async throws -> MediaPass {
        let found = try await self.export(export, of: conversation)
        guard found.state == .ready, let digest = found.digest else { throw NotFound() }
        let name = try await self.conversation(conversation).contact.displayName
        let day = found.createdAt.formatted(.iso8601.year().month().day())
        return try MediaPass(
            MediaKey(landlord.landlordID, digest: digest, part: .export), name: "\(name) \(day).\(found.format.fileExtension)",
            for: person, now: now, keys: messaging.keys)
    }

    /// The public half of the key that signs bundles, 32 bytes in base64.
    public func proofPublicKey() async throws -> String { try await messaging.proofPublicKey() }
}

extension Export.Format {
    /// What stands behind the dot of its file's name.
    public var fileExtension: String {
        switch self {
        case .pdf: "pdf"
        case .bundle: "tar"
        }
    }
}

extension Messaging {
    /// Opens the file of an export for a pass.
    func openExport(_ key: MediaKey, name: String?, in store: any MediaStore) async throws -> OpenedMedia {
        let format = try await database.read { db in
            try db.first(
                Export.Format.self,
                """
                SELECT format FROM exports WHERE landlord_id = \(key.landlord) AND digest = \(key.digest) AND state = 'ready'
                ORDER BY created_at DESC LIMIT 1
                """)
        }
        guard let format else { throw NotFound() }
        return OpenedMedia(
            file: try await store.file(key), type: format == .pdf ? .pdf : .other, isPreview: false, name: name, digest: key.digest)
    }
}
