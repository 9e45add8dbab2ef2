import Foundation

extension Simulator {
    /// The file of a header or a parameter (`{type, <type>: {…}}`); nil when it has none.
    func attachment(_ part: JSON) -> Bubble.Attachment? {
        guard let kind = part["type"]?.string.flatMap({ MediaKind(rawValue: $0) }), let object = part[kind.rawValue] else { return nil }
        return attachment(kind, object)
    }

    func attachment(_ kind: MediaKind, _ object: JSON) -> Bubble.Attachment {
        let label = kind == .audio && object["voice"]?.bool == true ? "Voice message" : kind.label
        let name = object["filename"]?.string
        guard let media = object["id"]?.text.flatMap({ world.media[$0] }) else {
            let origin = object["link"]?.string.map { "by link: \($0)" } ?? name ?? "the file is not here"
            return Bubble.Attachment(label: label, about: origin)
        }
        var attachment = Bubble.Attachment(address: "/phones/media/\(media.id)", label: label)
        attachment.about = (name ?? media.filename).map { "\($0), \(Self.size(media.size))" } ?? Self.size(media.size)
        switch kind {
        case .image where media.isShown: attachment.isPicture = true
        case .sticker where media.isShown: attachment.isSticker = true
        case .video where media.isShown: attachment.isFilm = true
        case .audio where media.isShown: attachment.isSound = true
        default: attachment.isPaper = true
        }
        return attachment
    }

    /// What a phone has of a file, for its page.
    func file(_ id: String) -> (media: Media, bytes: Data)? {
        guard let media = world.media[id], let bytes = archive.bytes(media.sha256) else { return nil }
        return (media, bytes)
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1_000_000 ? "\(max(1, bytes / 1_000)) kB" : "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB"
    }
}

extension Media {
    private static let shown: Set<String> = [
        "image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gp", "video/3gpp", "audio/aac", "audio/amr", "audio/mp4",
        "audio/mpeg", "audio/ogg",
    ]

    /// Whether a page may show or play it. Anything else may hold scripts, and is only handed out for keeping.
    var isShown: Bool { Self.shown.contains(plainType) }
}

extension MediaKind {
    fileprivate var label: String {
        switch self {
        case .audio: "Sound"
        case .document: "Document"
        case .image: "Photo"
        case .sticker: "Sticker"
        case .video: "Video"
        }
    }
}
