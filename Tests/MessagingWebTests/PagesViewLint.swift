@testable import MessagingWeb

/// A page type with its samples, so that tests can walk all of them.
struct AnyPage: Sendable {
    let view: String
    let samples: [any Page]

    init<P: Page>(_ type: P.Type) {
        view = P.view
        samples = P.samples
    }

    /// Fragments are rendered as fragments, everything else as a document.
    func render(_ views: Views) throws -> [String] {
        try samples.map { view.hasPrefix("_") ? try views.fragment($0) : try views.page($0) }
    }
}

let everyPage: [AnyPage] = [
    AnyPage(UnreadCount.self), AnyPage(PresenceWords.self), AnyPage(DeviceList.self), AnyPage(NotificationsPage.self),
    AnyPage(MessageBubble.self), AnyPage(DayDivider.self), AnyPage(ConversationRow.self), AnyPage(Composer.self),
    AnyPage(KindPreview.self), AnyPage(MessageStory.self), AnyPage(EmojiPicker.self), AnyPage(MessagePage.self),
    AnyPage(ConnectionSteps.self),
    AnyPage(Connection.self), AnyPage(InboxPage.self), AnyPage(GalleryPage.self),
    AnyPage(ContactsPage.self), AnyPage(ConnectPage.self), AnyPage(SignInPage.self),
    AnyPage(SignInLinkPage.self), AnyPage(ErrorPage.self), AnyPage(OperatorPage.self),
    AnyPage(ExportSection.self), AnyPage(ExportItem.self), AnyPage(TranscriptPage.self),
    AnyPage(ThreadAside.self), AnyPage(FilingBar.self), AnyPage(LabelBox.self), AnyPage(PeoplePage.self), AnyPage(JoinPage.self),
    AnyPage(QuickOptions.self), AnyPage(QuickChoicePage.self), AnyPage(QuickAnswersPage.self),
]

/// Walks views beside the samples that they would render, and keeps names that no sample has and sections that none enters.
struct ViewLint {
    private(set) var misspelt: [String] = []
    private var entered: Set<String> = []
    private var passed: Set<String> = []
    private let files: [String: String]

    /// Sections that a view has and no sample of any page reaches.
    var neverEntered: [String] { passed.subtracting(entered).sorted() }

    init(extra: [String: String] = [:]) {
        files = Embedded.files.merging(extra) { $1 }
    }

    /// - Parameter stack: for each level of sections, every value that a sample has there.
    mutating func check(_ view: String, stack: [[Any]]) {
        guard let text = files["Views/\(view).mustache"] else { return misspelt.append("no view \(view)") }
        var tags = text.matches(of: /\{\{\s*([#^\/><$!]?)\s*([^}]*?)\s*\}\}/).map { (sign: String($0.1), name: String($0.2)) }[...]
        walk(&tags, until: nil, stack: stack, view: view)
    }

    private mutating func walk(_ tags: inout ArraySlice<(sign: String, name: String)>, until end: String?, stack: [[Any]], view: String) {
        while let tag = tags.popFirst() {
            switch tag.sign {
            case "/":
                if tag.name == end { return }
            case ">", "<":
                if stack.last?.isEmpty == false { check(tag.name, stack: stack) }
            case "#":
                section(tag.name, &tags, stack: stack, view: view)
            case "^":
                expect(tag.name, stack: stack, view: view)
                walk(&tags, until: tag.name, stack: stack, view: view)
            case "$":
                walk(&tags, until: tag.name, stack: stack, view: view)
            case "!": break
            default:
                expect(tag.name, stack: stack, view: view)
            }
        }
    }

    private mutating func expect(_ name: String, stack: [[Any]], view: String) {
        guard name != ".", stack.last?.isEmpty == false, values(of: name, in: stack) == nil else { return }
        misspelt.append("\(view): no property \(name)")
    }

    private mutating func section(_ name: String, _ tags: inout ArraySlice<(sign: String, name: String)>, stack: [[Any]], view: String) {
        expect(name, stack: stack, view: view)
        let inside = (values(of: name, in: stack) ?? []).flatMap(rendered)
        passed.insert("\(view): \(name)")
        if !inside.isEmpty { entered.insert("\(view): \(name)") }
        let isFlag = !inside.isEmpty && inside.allSatisfy { $0 is Bool }
        walk(&tags, until: name, stack: isFlag ? stack : stack + [inside], view: view)
    }

    /// What a section renders once for: the elements of a list, a value that is there, a flag that is up.
    private func rendered(_ value: Any) -> [Any] {
        if let list = value as? [Any] { return list }
        if let flag = value as? Bool { return flag ? [flag] : [] }
        return unwrapped(value).map { [$0] } ?? []
    }

    /// Nil when nobody on the stack has such a property.
    private func values(of name: String, in stack: [[Any]]) -> [Any]? {
        let path = name.split(separator: ".").map(String.init)
        guard let first = path.first else { return [] }
        for level in stack.reversed() {
            guard var found = property(first, of: level) else { continue }
            for next in path.dropFirst() {
                guard let deeper = property(next, of: found.compactMap(unwrapped)) else { return nil }
                found = deeper
            }
            return found
        }
        return nil
    }

    private func property(_ name: String, of values: [Any]) -> [Any]? {
        let found = values.compactMap { value in Mirror(reflecting: value).children.first { $0.label == name }?.value }
        return found.isEmpty ? nil : found
    }

    private func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value : value
    }
}
