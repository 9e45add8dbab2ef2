import Messaging

extension MessageBubble.Media.Place {
    /// - Parameter name: who sent it, for words about what to do.
    init(_ file: MediaFile?, of message: Message, from name: String) {
        switch file?.state {
        case nil: self = .untold
        case .wanted?: self = .coming
        case .lost(let problem)?: self = .lost(why: Self.words(for: problem, name: name))
        case .stored(let content)?:
            let id = message.messageId.rawValue, conversation = message.conversationId.rawValue
            var preview: (String, Int, Int)?
            if let width = content.width, let height = content.height { preview = (Paths.preview(of: id, in: conversation), width, height) }
            self = .here(
                .init(
                    family: .init(content.type.family), href: Paths.file(of: id, in: conversation), preview: preview, bytes: content.bytes,
                    seconds: content.seconds, pages: content.pages))
        }
    }

    private static func words(for problem: MediaFile.Problem, name: String) -> String {
        switch problem {
        case .gone: "WhatsApp does not have it any more. Ask \(name) to send it again."
        case .tooLarge: "It is larger than 100 MB. Ask \(name) to send it in parts."
        case .changed: "It arrived damaged several times. Ask \(name) to send it again."
        case .unreachable: "It could not be fetched for 7 days. Ask \(name) to send it again."
        }
    }
}

extension MessageBubble.Media.File.Family {
    fileprivate init(_ family: FileType.Family) {
        self =
            switch family {
            case .image: .image
            case .video: .video
            case .audio: .audio
            case .document: .document
            }
    }
}
