/// Where copies of a conversation are asked for and fetched; a part of the tenant's panel.
struct ExportSection: Page {
    static let view = "_exports"
    static let sample = ExportSection(
        conversation: Cast.conversation, items: ExportItem.samples, publicKey: "Yjpe4lHzkGYCeD5yl8kHQFvqKtWq8wH0Yh0gX6mcQ3E=",
        csrf: Cast.csrf)
    static let variants = [
        ExportSection(conversation: Cast.conversation, items: [], publicKey: nil, notice: "PDFs cannot be made here.", csrf: Cast.csrf)
    ]

    struct Choice: Sendable { let format: String, choiceName: String, choiceWords: String }

    let elementID: String
    let container: String
    let postTo: String
    let choices: [Choice]
    let exportItems: [ExportItem]
    let publicKey: String?
    let notice: String?
    let csrf: String

    /// - Parameters:
    ///   - items: the newest first.
    ///   - publicKey: by which a bundle's signature is known.
    ///   - mayAsk: whether the reader's role lets them ask for one.
    ///   - notice: why none can be made.
    init(
        conversation: String, items: [ExportItem], publicKey: String?, mayAsk: Bool = true, notice: String? = nil, csrf: String
    ) {
        elementID = "exports-of-\(conversation)"
        container = "exports-\(conversation)"
        postTo = Paths.exports(of: conversation)
        let all = [
            Choice(format: "pdf", choiceName: "PDF", choiceWords: "to read and to print"),
            Choice(format: "bundle", choiceName: "Bundle", choiceWords: "every record and file, signed, as proof"),
        ]
        choices = mayAsk ? all : []
        exportItems = items
        (self.publicKey, self.notice, self.csrf) = (publicKey, notice, csrf)
    }
}

/// One copy: on its way, ready to be fetched, or why there is none.
struct ExportItem: Page {
    static let view = "_export"
    static let sample = ExportItem(
        id: "e-1", conversation: Cast.conversation, name: "Bundle", icon: "lock", order: "2026-11-23T16:00:00Z e-1",
        state: .ready(size: "1.4 MB", until: "30 November 2026"), made: "today at 16:00 by Olga Brandt")
    static let variants = [
        ExportItem(
            id: "e-2", conversation: Cast.conversation, name: "PDF", icon: "sheet", order: "2026-11-23T16:01:00Z e-2",
            state: .making(done: 120, total: 400), made: "today at 16:01 by Marek"),
        ExportItem(
            id: "e-3", conversation: Cast.conversation, name: "PDF", icon: "sheet", order: "2026-11-23T16:02:00Z e-3",
            state: .failed(why: "It could not be made. Ask for it again; if that fails too, tell us."), made: "today at 16:02 by Marek"),
        ExportItem(
            id: "e-4", conversation: Cast.conversation, name: "PDF", icon: "sheet", order: "2026-11-23T16:03:00Z e-4",
            state: .making(done: 0, total: nil), made: "today at 16:03 by Marek"),
    ]

    enum State: Sendable {
        /// Messages that are in it, of how many; nil before they were counted.
        case making(done: Int, total: Int?)
        case ready(size: String, until: String)
        case failed(why: String)
    }

    struct Making: Sendable { let done: Int, total: Int, makingWords: String }
    struct Ready: Sendable { let exportHref: String, size: String, until: String }

    let elementID: String
    let into: String
    let order: String
    let exportName: String
    let exportIcon: String
    let made: String
    let making: Making?
    let ready: Ready?
    let failed: String?
    /// Said to screen readers when it comes in live.
    let announcement: String

    /// - Parameters:
    ///   - order: the newest has the greatest.
    ///   - made: when and by whom, to follow "Asked for".
    init(id: String, conversation: String, name: String, icon: String, order: String, state: State, made: String) {
        elementID = "export-\(id)"
        into = "exports-\(conversation)"
        (self.order, exportName, exportIcon, self.made) = (order, name, icon, made)
        switch state {
        case .making(let done, let total):
            making = Making(done: done, total: max(total ?? 1, 1), makingWords: total.map { "\(done) of \($0) messages" } ?? "Being made")
            (ready, failed, announcement) = (nil, nil, "")
        case .ready(let size, let until):
            ready = Ready(exportHref: Paths.export(id, of: conversation), size: size, until: until)
            (making, failed, announcement) = (nil, nil, "The \(name) is ready")
        case .failed(let why):
            (making, ready, failed, announcement) = (nil, nil, why, "The \(name) could not be made")
        }
    }
}
