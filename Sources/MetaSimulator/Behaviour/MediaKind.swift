import Foundation

/// The kinds of files in messages, with Meta's table of types and sizes.
enum MediaKind: String, Sendable, CaseIterable {
    case audio, document, image, sticker, video

    /// What a file of this type goes up as; nil when Meta takes no such files.
    init?(plainType: String) {
        guard let kind = Self.allCases.first(where: { $0.plainTypes.contains(plainType) }) else { return nil }
        self = kind
    }

    /// The MIME types that may go up and be sent as this kind.
    var plainTypes: [String] {
        switch self {
        case .audio: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"]
        case .document:
            [
                "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ]
        case .image: ["image/jpeg", "image/png"]
        case .sticker: ["image/webp"]
        case .video: ["video/mp4", "video/3gp", "video/3gpp"]
        }
    }

    /// The most bytes that such a file may have.
    func limit(of file: ReceivedFile) -> Int {
        switch self {
        case .audio, .video: 16 << 20
        case .document: 100 << 20
        case .image: 5 << 20
        case .sticker: (file.isAnimated ? 500 : 100) << 10
        }
    }

    /// The type of a file that a person sends without saying which.
    var usualType: String {
        switch self {
        case .audio: "audio/ogg; codecs=opus"
        case .document: "application/octet-stream"
        case .image: "image/jpeg"
        case .sticker: "image/webp"
        case .video: "video/mp4"
        }
    }

    /// What may stand beside the ID or the link when the business sends it.
    var members: Set<String> {
        switch self {
        case .audio: ["voice"]
        case .document: ["caption", "filename"]
        case .image, .video: ["caption"]
        case .sticker: []
        }
    }
}
