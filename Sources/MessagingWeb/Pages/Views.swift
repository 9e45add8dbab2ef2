import Mustache

/// All views, parsed once from the files inside the binary.
struct Views: Sendable {
    private let library: MustacheLibrary

    /// - Throws: `MustacheTemplate.ParserError` when a view does not parse, which a test rules out.
    init() throws {
        MustacheContentTypes.register(HTMLByScalars(), named: HTMLByScalars.name)
        var library = MustacheLibrary()
        for (path, text) in Embedded.files {
            guard let name = Self.name(of: path) else { continue }
            try library.register("{{% CONTENT_TYPE: \(HTMLByScalars.name)}}" + text, named: name)
        }
        self.library = library
    }

    /// A whole document.
    /// - Throws: `ViewMissing` when the page's view is not in the binary.
    func page(_ page: some Page) throws -> String {
        try render(page)
    }

    /// One or more top-level elements with an `id` each, as pages include them and live streams carry them.
    /// - Throws: `ViewMissing` when the fragment's view is not in the binary.
    func fragment(_ fragment: some Page) throws -> String {
        try render(fragment).trimmingNewlines
    }

    private func render<P: Page>(_ page: P) throws -> String {
        guard let text = library.render(page, withTemplate: P.view) else { throw ViewMissing(view: P.view) }
        return text
    }

    /// `inbox` for `Views/inbox.mustache`, nil for every other file.
    static func name(of path: String) -> String? {
        guard path.hasPrefix("Views/"), path.hasSuffix(".mustache") else { return nil }
        return String(path.dropFirst("Views/".count).dropLast(".mustache".count))
    }
}

/// Escapes code points, not characters as Mustache's own HTML does: a quotation mark with an accent on it is another character to Swift, but
/// still ends an attribute to a browser.
private struct HTMLByScalars: MustacheContentType {
    static let name = "MESSAGING-PAGES"

    func escapeText(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}

/// A page names a view that was not built into the binary.
struct ViewMissing: Error, CustomStringConvertible {
    let view: String
    var description: String { "There is no Views/\(view).mustache. Add the file, or correct the page's `view`." }
}

extension String {
    fileprivate var trimmingNewlines: String {
        let start = drop(while: \.isNewline)
        return String(start.reversed().drop(while: \.isNewline).reversed())
    }
}
