import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A file that is kept here and can be sent.
public struct KeptFile: Sendable {
    public let content: MediaFile.Content
    /// How WhatsApp will show it.
    public let kind: OutgoingMedia.Kind
    let name: String?
    let isVoice: Bool

    /// A message with it.
    /// - Parameter caption: what stands beneath it. WhatsApp shows none beneath a sound, so that such a draft is refused.
    public func draft(caption: String?, replyTo: String? = nil, clientMessageID: String?) -> Draft {
        let caption = caption.flatMap { $0.isEmpty ? nil : $0 }
        let media = OutgoingMedia(kind, caption: caption, filename: kind == .document ? name : nil, isVoice: isVoice)
        var draft = Draft(.media(media), replyTo: replyTo, clientMessageID: clientMessageID)
        draft.file = content.digest
        return draft
    }
}

extension Desk {
    /// Takes in a file that somebody wants to send: it is looked at, checked against what WhatsApp takes, and kept.
    ///
    /// - Parameters:
    ///   - pieces: its bytes.
    ///   - name: what its owner calls it.
    ///   - isVoice: a recording made on the page; it becomes what WhatsApp plays as a voice message.
    /// - Throws: `SendRefusal.file` with words for whoever chose it; what `pieces` throws.
    public func take<Pieces: AsyncSequence>(_ pieces: Pieces, name: String?, isVoice: Bool) async throws -> KeptFile
    where Pieces.Element: Collection<UInt8> & Sendable {
        try membership.check(.answer)
        guard let store = messaging.mediaStore else { throw SendRefusal.file("Files cannot be sent here: MEDIA_STORE is missing.") }
        let file = try IncomingFile(in: store.incoming)
        defer { file.discard() }
        for try await piece in pieces {
            guard file.bytes + piece.count <= MediaLoop.largest else {
                throw SendRefusal.file("WhatsApp takes files of up to 100 MB; this one has more. Split it, or send a link to it.")
            }
            try file.append(piece)
        }
        guard isVoice else { return try await keep(file, name: name, isVoice: false, in: store) }
        _ = try file.finish()
        let voice = try await messaging.previews.voiceMessage(from: file, in: store.incoming)
        defer { voice.discard() }
        return try await keep(voice, name: nil, isVoice: true, in: store)
    }

    private func keep(_ file: IncomingFile, name: String?, isVoice: Bool, in store: any MediaStore) async throws -> KeptFile {
        let digest = try file.finish().hexadecimal, landlord = landlord.landlordID
        let head = file.head
        let kept = try await file.keep(digest, of: landlord, in: store, previews: messaging.previews) { content in
            _ = try OutgoingFile(content, name: name, head: head)
        }
        let now = now
        try await messaging.database.write { try LandlordRows(landlord, $0).keep(kept, now: now) }
        return KeptFile(content: kept, kind: try OutgoingFile(kept, name: name).kind, name: name, isVoice: isVoice)
    }
}

extension IncomingFile {
    /// Looks at the file and gives it to the store. `check` is asked first, and keeps out what it does not like.
    func keep(
        _ digest: String, of landlord: Landlord.ID, in store: any MediaStore, previews: Previews,
        check: (MediaFile.Content) throws -> Void = { _ in }
    ) async throws -> MediaFile.Content {
        let type = FileType(head: head), bytes = bytes
        try check(
            MediaFile.Content(digest: digest, type: type, bytes: bytes, width: nil, height: nil, seconds: nil, pages: nil))
        let look = await previews.look(at: url, type: type, in: store.incoming)
        defer { look.discard() }
        if let picture = look.picture { try await store.keep(picture.file, as: MediaKey(landlord, digest: digest, part: .preview)) }
        try await store.keep(url, as: MediaKey(landlord, digest: digest))
        return MediaFile.Content(
            digest: digest, type: type, bytes: bytes, width: look.picture?.width, height: look.picture?.height, seconds: look.seconds,
            pages: look.pages)
    }
}
