/// A file in a message to a person (fact sheet, sections 3.2 and 4).
public struct OutgoingMedia: Sendable, Hashable {
    /// How WhatsApp shows it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case image, video, audio, document, sticker
    }

    /// Where Meta takes the bytes from.
    public enum Source: Sendable, Hashable {
        /// Uploaded before, for the number that sends.
        case uploaded(MediaID)
        /// A public https address that Meta fetches by itself.
        case link(String)
    }

    /// How WhatsApp shows it.
    public var kind: Kind
    /// Nil as long as the file has not been uploaded; Meta takes no such message.
    public var source: Source?
    /// At most 1024 characters; not for sounds and stickers.
    public var caption: String?
    /// What a document is called on the phone.
    public var filename: String?
    /// A sound is shown as a voice message; Ogg Opus only.
    public var isVoice: Bool

    /// Gathers the parts; Meta judges them.
    public init(_ kind: Kind, source: Source? = nil, caption: String? = nil, filename: String? = nil, isVoice: Bool = false) {
        self.kind = kind
        self.source = source
        self.caption = caption
        self.filename = filename
        self.isVoice = isVoice
    }
}

/// The member of a message that bears its kind's name.
struct OutgoingMediaBody: Codable {
    var id: MediaID?
    var link: String?
    var caption: String?
    var filename: String?
    var voice: Bool?

    init(_ media: OutgoingMedia) {
        switch media.source {
        case .uploaded(let id)?: self.id = id
        case .link(let address)?: link = address
        case nil: break
        }
        caption = media.caption
        filename = media.filename
        voice = media.isVoice ? true : nil
    }

    func media(_ kind: OutgoingMedia.Kind) -> OutgoingMedia {
        OutgoingMedia(
            kind, source: id.map { .uploaded($0) } ?? link.map { .link($0) }, caption: caption, filename: filename, isVoice: voice ?? false)
    }
}
