import Foundation
import WhatsAppCloudAPI

/// How WhatsApp takes a file of ours: as which kind, and under which name of its type (fact sheet, section 4).
struct OutgoingFile {
    let kind: OutgoingMedia.Kind
    let mimeType: String

    private static let megabyte = 1 << 20
    private static let papers = [
        "pdf": "application/pdf", "txt": "text/plain", "doc": "application/msword", "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ]

    /// Judges by the bytes; only papers that have no mark of their own are believed by their name.
    /// - Parameter head: its first bytes, as long as they are at hand: what stickers must look like is told by them.
    /// - Throws: `SendRefusal.file` when WhatsApp would not take it, with what to do.
    init(_ content: MediaFile.Content, name: String?, head: [UInt8]? = nil) throws(SendRefusal) {
        guard content.bytes > 0 else { throw .file("This file is empty. Choose another one.") }
        switch content.type {
        case .jpeg, .png: (kind, mimeType) = (.image, content.type.rawValue)
        case .mp4, .threeGPP: (kind, mimeType) = (.video, content.type.rawValue)
        case .ogg, .mp3, .m4a, .aac, .amr: (kind, mimeType) = (.audio, content.type.rawValue)
        case .pdf: (kind, mimeType) = (.document, content.type.rawValue)
        case .webp:
            (kind, mimeType) = (.sticker, content.type.rawValue)
            if let head {
                guard let shape = StickerShape(head: head) else { throw Self.unknown("webp") }
                try shape.check(bytes: content.bytes)
            }
        case .other:
            let ending = name?.split(separator: ".").last.map { $0.lowercased() } ?? ""
            guard let type = Self.papers[ending], ending != "pdf" else { throw Self.unknown(ending) }
            (kind, mimeType) = (.document, type)
        }
        let limit = Self.limit(of: kind)
        guard content.bytes <= limit else { throw Self.tooLarge(kind, bytes: content.bytes, limit: limit) }
    }

    private static func limit(of kind: OutgoingMedia.Kind) -> Int {
        switch kind {
        case .image: 5 * megabyte
        case .audio, .video: 16 * megabyte
        case .document: 100 * megabyte
        case .sticker: StickerShape.movingBytes
        }
    }

    private static func tooLarge(_ kind: OutgoingMedia.Kind, bytes: Int, limit: Int) -> SendRefusal {
        let (what, remedy) =
            switch kind {
            case .image: ("photos", "Save it smaller, or as a PDF.")
            case .video: ("films", "Cut it, or save it with a lower quality.")
            case .audio: ("sounds", "Cut it.")
            case .document, .sticker: ("files", "Split it, or send a link to it.")
            }
        let has = String(format: "%.1f", Double(bytes) / Double(megabyte))
        return .file("WhatsApp takes \(what) of up to \(limit / megabyte) MB; this one has \(has). \(remedy)")
    }

    private static func unknown(_ ending: String) -> SendRefusal {
        if ["pdf", "jpg", "jpeg", "png", "webp", "mp4", "3gp", "mp3", "m4a", "aac", "amr", "ogg"].contains(ending) {
            return .file("This file calls itself .\(ending) and is something else. Save it anew, then choose it again.")
        }
        let what = ending.isEmpty || ending.count > 8 ? "files of this kind" : ".\(ending) files"
        return .file(
            "WhatsApp does not take \(what). It takes photos (JPEG, PNG), films (MP4), sounds, PDF, plain text and Office files.")
    }
}
