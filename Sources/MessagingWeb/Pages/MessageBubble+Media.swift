import Foundation

extension MessageBubble {
    /// The file in a message: what can be seen or heard of it here, or why it cannot be. What is shown goes by the file's own bytes, never by
    /// what its sender calls it.
    struct Media: Sendable {
        enum Kind: Sendable { case image, video, voice, audio, document, sticker }

        /// Where the file is.
        enum Place: Sendable {
            /// Not asked for, as in a quote.
            case untold
            /// On its way from WhatsApp.
            case coming
            case lost(why: String)
            case here(File)
        }

        /// A file that a browser can fetch.
        struct File: Sendable {
            enum Family: Sendable { case image, video, audio, document }

            let family: Family
            let href: String
            /// A small picture of it, with its size in pixels.
            let preview: (src: String, width: Int, height: Int)?
            let bytes: Int
            let seconds: Int?
            let pages: Int?
        }

        struct Picture: Sendable { let pictureHref: String, pictureSrc: String, pictureWords: String, pictureBox: Box?, isSticker: Bool }
        struct Film: Sendable { let filmSrc: String, filmWords: String, poster: String?, filmBox: Box? }
        struct Sound: Sendable { let soundSrc: String, soundWords: String, soundIcon: String, length: Length? }
        struct Length: Sendable { let lengthSeconds: Int, lengthWords: String }
        struct Paper: Sendable { let paperHref: String, paperName: String, paperDetail: String, paperIcon: String, cover: Cover? }
        struct Cover: Sendable { let coverSrc: String, coverBox: Box }
        struct Absent: Sendable { let absentIcon: String, absentName: String, absentWords: String?, isComing: Bool }
        struct Box: Sendable { let width: Int, height: Int }

        /// For a list or a quote.
        let icon: String
        let mediaName: String
        let picture: Picture?
        let film: Film?
        let sound: Sound?
        let paper: Paper?
        let absent: Absent?

        /// - Parameters:
        ///   - kind: what Meta calls the type.
        ///   - name: the file's own name; without one the kind is said instead.
        init(_ kind: Kind, name: String? = nil, at place: Place = .untold) {
            let (icon, word) = Self.words(for: kind)
            let name = name ?? word
            (self.icon, mediaName) = (icon, name)
            guard case .here(let file) = place else {
                absent = Self.absent(icon, name, place)
                (picture, film, sound, paper) = (nil, nil, nil, nil)
                return
            }
            let box = file.preview.map { Box(width: $0.width, height: $0.height) }, length = file.seconds.map(Self.length)
            picture =
                file.family == .image
                ? Picture(
                    pictureHref: file.href, pictureSrc: file.preview?.src ?? file.href, pictureWords: name, pictureBox: box,
                    isSticker: kind == .sticker) : nil
            film =
                file.family == .video
                ? Film(
                    filmSrc: file.href, filmWords: [name, length].compactMap { $0 }.joined(separator: ", "), poster: file.preview?.src,
                    filmBox: box)
                : nil
            sound =
                file.family == .audio
                ? Sound(
                    soundSrc: file.href, soundWords: name, soundIcon: icon,
                    length: file.seconds.map { Length(lengthSeconds: $0, lengthWords: Self.length($0)) }) : nil
            paper = file.family == .document ? Paper(file, name: name, box) : nil
            absent = nil
        }

        private static func words(for kind: Kind) -> (icon: String, word: String) {
            switch kind {
            case .image: ("image", "Photo")
            case .video: ("play", "Video")
            case .voice: ("mic", "Voice message")
            case .audio: ("wave", "Sound")
            case .document: ("sheet", "Document")
            case .sticker: ("smile", "Sticker")
            }
        }

        private static func absent(_ icon: String, _ name: String, _ place: Place) -> Absent {
            switch place {
            case .coming: Absent(absentIcon: icon, absentName: name, absentWords: "On its way from WhatsApp", isComing: true)
            case .lost(let why): Absent(absentIcon: icon, absentName: name, absentWords: why, isComing: false)
            case .untold, .here: Absent(absentIcon: icon, absentName: name, absentWords: nil, isComing: false)
            }
        }

        /// Minutes and seconds.
        private static func length(_ seconds: Int) -> String { "\(seconds / 60):" + String(format: "%02d", seconds % 60) }
    }
}

extension MessageBubble.Media.Paper {
    fileprivate init(_ file: MessageBubble.Media.File, name: String, _ box: MessageBubble.Media.Box?) {
        let pages = file.pages.map { $0 == 1 ? "1 page" : "\($0) pages" }
        let kind = name.contains(".") ? name.split(separator: ".").last.map { $0.uppercased() } : nil
        self.init(
            paperHref: file.href, paperName: name,
            paperDetail: [kind.flatMap { $0.count <= 5 ? $0 : nil }, pages, ByteWords.size(file.bytes)].compactMap { $0 }.joined(
                separator: " · "),
            paperIcon: "sheet", cover: file.preview.flatMap { preview in box.map { .init(coverSrc: preview.src, coverBox: $0) } })
    }
}

/// How much a file holds, in the words of people: thousands, as file managers count.
enum ByteWords {
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) bytes"
        case ..<999_500: "\(Int((Double(bytes) / 1_000).rounded())) KB"
        default: String(format: "%.1f MB", Double(bytes) / 1_000_000)
        }
    }
}
