import Foundation

extension FoundRow {
    static let sample = FoundRow(
        message: "3", conversation: Cast.conversation, part: ListPart(search: "boiler"), plate: Cast.nadia, name: "Nadia Rahman",
        at: Cast.moment("2026-11-23T09:14:00Z"), speaker: nil,
        excerpt: [("Good morning, the ", false), ("boiler", true), (" shows E119 again and there is no hot water.", false)], isOpen: true,
        words: Cast.words)
    static let other = FoundRow(
        message: "0", conversation: Cast.conversation, part: ListPart(search: "boiler"), plate: Cast.nadia, name: "Nadia Rahman",
        at: Cast.moment("2026-11-22T18:20:00Z"), speaker: "Marek",
        excerpt: [("Hi Nadia, the service visit for the ", false), ("boiler", true), (" is due in December.", false)], words: Cast.words)
}

extension GalleryPage {
    static let sample = GalleryPage(
        frame: Cast.frame("Pictures and files", pane: .page), conversation: Cast.conversation, name: "Nadia Rahman",
        items: [
            Cast.kept("6", .image, Cast.photo, "2026-11-23T10:38:00Z"), Cast.kept("25", .video, Cast.film, "2026-11-23T10:52:00Z"),
            Cast.kept("4", .voice, Cast.voice, "2026-11-23T09:15:00Z"),
            Cast.kept("26", .document, Cast.paper, "2026-11-22T10:53:00Z"),
        ], next: "/inbox/c-nadia/gallery?cursor=0")

    static let variants = [
        GalleryPage(frame: Cast.frame("Pictures and files", pane: .page), conversation: Cast.conversation, name: "Nadia Rahman", items: [])
    ]
}

extension Cast {
    static func kept(
        _ message: String, _ kind: MessageBubble.Media.Kind, _ file: MessageBubble.Media.File, _ at: String
    ) -> GalleryPage.Item {
        GalleryPage.Item(
            message: message, conversation: conversation, media: .init(kind, name: kind == .document ? "Lease.pdf" : nil, at: .here(file)),
            by: "Nadia", at: moment(at), words: words)
    }
}
