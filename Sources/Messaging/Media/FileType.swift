import SQLDatabase

/// What a file is by its own first bytes, whatever its sender calls it. Only these are ever shown; everything else is handed over as bytes.
public enum FileType: String, Codable, Sendable, SQLBindable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webp = "image/webp"
    case mp4 = "video/mp4"
    case threeGPP = "video/3gpp"
    case ogg = "audio/ogg"
    case mp3 = "audio/mpeg"
    case m4a = "audio/mp4"
    case aac = "audio/aac"
    case amr = "audio/amr"
    case pdf = "application/pdf"
    case other = "application/octet-stream"

    /// How a browser may treat it.
    public enum Family: Sendable { case image, video, audio, document }

    public var family: Family {
        switch self {
        case .jpeg, .png, .webp: .image
        case .mp4, .threeGPP: .video
        case .ogg, .mp3, .m4a, .aac, .amr: .audio
        case .pdf, .other: .document
        }
    }

    /// What stands behind the dot of its name.
    public var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        case .webp: "webp"
        case .mp4: "mp4"
        case .threeGPP: "3gp"
        case .ogg: "ogg"
        case .mp3: "mp3"
        case .m4a: "m4a"
        case .aac: "aac"
        case .amr: "amr"
        case .pdf: "pdf"
        case .other: "bin"
        }
    }

    /// Bytes that are enough to tell.
    static let headLength = StickerShape.headLength

    init(head: some Collection<UInt8>) {
        let head = Array(head.prefix(Self.headLength))
        func stands(_ text: String, at place: Int = 0) -> Bool { head.dropFirst(place).starts(with: Array(text.utf8)) }
        self =
            if head.starts(with: [0xFF, 0xD8, 0xFF]) {
                .jpeg
            } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                .png
            } else if stands("RIFF"), stands("WEBP", at: 8) {
                .webp
            } else if stands("ftyp", at: 4) {
                Self(brand: String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self))
            } else if stands("OggS") {
                .ogg
            } else if stands("ID3") || (head.first == 0xFF && head.count > 1 && [0xFB, 0xF3, 0xF2].contains(head[1])) {
                .mp3
            } else if head.first == 0xFF, head.count > 1, [0xF1, 0xF9].contains(head[1]) {
                .aac
            } else if stands("#!AMR") {
                .amr
            } else if stands("%PDF-") {
                .pdf
            } else {
                .other
            }
    }

    // ISO files say what they hold by a brand; pictures (HEIF) are among them, and no browser can be trusted with those.
    private init(brand: String) {
        self =
            switch brand {
            case "M4A ", "M4B ": .m4a
            case "mp41", "mp42", "isom", "iso2", "iso4", "iso5", "iso6", "avc1", "MSNV", "M4V ", "dash", "qt  ": .mp4
            case let brand where brand.hasPrefix("3g"): .threeGPP
            default: .other
            }
    }
}
