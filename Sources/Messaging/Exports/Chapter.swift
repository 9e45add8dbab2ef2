import Foundation

/// Some consecutive messages of a conversation on their way to paper, with everything around them.
public struct Chapter: Sendable {
    public let export: Export
    public let landlord: Landlord
    public let conversation: Conversation
    /// The landlord's number.
    public let number: String?
    /// Who took the copy, by name.
    public let person: String
    public let colleagues: [Person.ID: String]
    /// Oldest first.
    public let messages: [Message]
    public let quoted: [String: Message]
    public let reactions: [String: [Reaction]]
    public let attempts: [Message.ID: [Attempt]]
    public let media: [Message.ID: MediaFile]
    /// Small pictures, WebP in base64.
    public let pictures: [Message.ID: String]
    /// Messages of the whole conversation.
    public let total: Int
    public let isFirst: Bool
    public let isLast: Bool
    /// The number of its first page, from 1 on.
    public let firstPage: Int
    /// The newest record of the landlord's chain as the copy was taken, and its link in hexadecimal digits.
    public let chain: (number: Int64, link: String)
}

/// Makes pages of chapters. The product knows no HTML; whoever runs it brings the words, and a program of this machine makes the PDF.
public struct Typesetter: Sendable {
    /// A document and its style sheet. They must hold everything: nothing is fetched for them.
    public struct Sheet: Sendable {
        public let html: String
        public let css: String

        public init(html: String, css: String) {
            (self.html, self.css) = (html, css)
        }
    }

    /// Nothing but `data:` is read, whatever a document asks for: no network, no file of this machine.
    private static let script = """
        import sys
        from weasyprint import CSS, HTML, default_url_fetcher

        def fetch(url, *arguments, **named):
            if not url.startswith("data:"):
                raise ValueError("Nothing is fetched for a copy.")
            return default_url_fetcher(url, *arguments, **named)

        def text(path):
            with open(path, encoding="utf-8") as file:
                return file.read()

        html, css, pdf = sys.argv[1:4]
        style = CSS(string=text(css), base_url="about:blank", url_fetcher=fetch)
        document = HTML(string=text(html), base_url="about:blank", url_fetcher=fetch).render(stylesheets=[style])
        document.write_pdf(pdf)
        print(len(document.pages))
        """

    private let tools: Toolbox
    let sheet: @Sendable (Chapter) throws -> Sheet

    public init(tools: Toolbox = Toolbox(), sheet: @escaping @Sendable (Chapter) throws -> Sheet) {
        (self.tools, self.sheet) = (tools, sheet)
    }

    /// Whether this machine can make PDFs.
    var isReady: Bool { tools.path(of: "weasyprint") != nil }

    /// Makes a PDF of a sheet. Answers how many pages it has.
    /// - Throws: `ToolMissing`, `ToolFailed`.
    func typeset(_ sheet: Sheet, into pdf: URL) async throws -> Int {
        let html = pdf.appendingPathExtension("html"), css = pdf.appendingPathExtension("css")
        defer { for file in [html, css] { try? FileManager.default.removeItem(at: file) } }
        try await onDisk {
            try Data(sheet.html.utf8).write(to: html)
            try Data(sheet.css.utf8).write(to: css)
        }
        let said = try await tools.runPython(of: "weasyprint", script: Self.script, [html.path, css.path, pdf.path], limits: .large)
        guard let pages = Int(said.trimmingCharacters(in: .whitespacesAndNewlines)), pages > 0 else {
            throw ToolFailed(tool: "weasyprint", words: said)
        }
        return pages
    }

    /// Puts PDFs one behind the other into the first one's place; some at a time, since each stays open.
    func unite(_ parts: [URL], in folder: URL) async throws -> URL {
        var parts = parts
        while parts.count > 1 {
            var united: [URL] = []
            for start in stride(from: 0, to: parts.count, by: 40) {
                let some = Array(parts[start..<min(start + 40, parts.count)])
                guard some.count > 1 else {
                    united += some
                    continue
                }
                let whole = folder.appending(path: "\(UUID().uuidString.lowercased()).pdf")
                _ = try await tools.run("pdfunite", some.map(\.path) + [whole.path], limits: .large)
                for part in some { try? FileManager.default.removeItem(at: part) }
                united.append(whole)
            }
            parts = united
        }
        guard let whole = parts.first else { throw CancellationError() }
        return whole
    }
}
