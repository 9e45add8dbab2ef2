import Mustache

/// The page templates that travel inside the binary.
struct Views: Sendable {
    private let library: MustacheLibrary

    init() throws {
        var templates: [String: MustacheTemplate] = [:]
        for (path, text) in Embedded.files where path.hasSuffix(".mustache") {
            let name = path.split(separator: "/").last.map { String($0.dropLast(".mustache".count)) } ?? path
            templates[name] = try MustacheTemplate(string: text)
        }
        library = MustacheLibrary(templates: templates)
    }

    func page(_ name: String, _ model: Any) -> String { library.render(model, withTemplate: name) ?? "" }
}
