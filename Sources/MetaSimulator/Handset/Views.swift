import Mustache

/// The page templates that travel inside the binary.
struct Views: Sendable {
    private let library: MustacheLibrary

    init() throws {
        MustacheContentTypes.register(HTMLByScalars(), named: "SCALARS")
        var templates: [String: MustacheTemplate] = [:]
        for (path, text) in Embedded.files where path.hasSuffix(".mustache") {
            let name = path.split(separator: "/").last.map { String($0.dropLast(".mustache".count)) } ?? path
            templates[name] = try MustacheTemplate(string: text)
        }
        library = MustacheLibrary(templates: templates)
    }

    func page(_ name: String, _ model: Any) -> String { library.render(model, withTemplate: name) ?? "" }
}

/// Escapes code points, not characters as Mustache's own HTML does: a quotation mark with an accent on it is another character to Swift, but
/// still ends an attribute to a browser. Every view that others are put into begins with this content type.
private struct HTMLByScalars: MustacheContentType {
    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
