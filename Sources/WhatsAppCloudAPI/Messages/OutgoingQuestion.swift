/// Words with something to press beneath them: Meta's interactive message of the kinds `button`, `list` and `cta_url` (fact sheet, sections 3.2
/// and 3.3).
public struct OutgoingQuestion: Sendable, Hashable {
    /// A button of which the person presses one; what is pressed comes back as a message.
    public struct Button: Sendable, Hashable {
        /// Comes back when it is pressed; at most 256 characters, and unlike the others.
        public var id: String
        /// At most 20 characters, and unlike the others.
        public var title: String

        /// Gathers the parts; Meta judges them.
        public init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }

    /// An entry of a list.
    public struct Row: Codable, Sendable, Hashable {
        /// Comes back when it is chosen; at most 200 characters, and unlike the others.
        public var id: String
        /// At most 24 characters.
        public var title: String
        /// At most 72 characters.
        public var description: String?

        /// Gathers the parts; Meta judges them.
        public init(id: String, title: String, description: String? = nil) {
            self.id = id
            self.title = title
            self.description = description
        }
    }

    /// Entries of a list that belong together.
    public struct Section: Codable, Sendable, Hashable {
        /// At most 24 characters; needed when there are several sections.
        public var title: String?
        /// At most 10 in all sections together.
        public var rows: [Row]

        /// Gathers the parts; Meta judges them.
        public init(title: String? = nil, rows: [Row]) {
            self.title = title
            self.rows = rows
        }
    }

    /// What can be pressed.
    public enum Choice: Sendable, Hashable {
        /// One to three buttons.
        case buttons([Button])
        /// A list that opens by a button with these words, of at most 20 characters.
        case list(opener: String, [Section])
        /// A button that opens an address. Its title has at most 20 characters.
        case link(title: String, address: String)
    }

    /// Stands above the words; at most 60 characters.
    public var header: String?
    /// At most 1,024 characters, above a list 4,096.
    public var body: String
    /// Stands beneath the words; at most 60 characters.
    public var footer: String?
    /// What can be pressed.
    public var choice: Choice

    /// Gathers the parts; Meta judges them.
    public init(header: String? = nil, body: String, footer: String? = nil, choice: Choice) {
        self.header = header
        self.body = body
        self.footer = footer
        self.choice = choice
    }
}

extension OutgoingQuestion: Codable {
    private enum Key: String, CodingKey { case type, header, body, footer, action }

    private struct Words: Codable { var text: String }
    private struct Header: Codable { var type: String, text: String? }
    private struct Press: Codable { var type = "reply", reply: Reply }
    private struct Reply: Codable { var id: String, title: String }
    private struct Link: Codable { var display_text: String, url: String }
    private struct Action: Codable {
        var name: String?
        var buttons: [Press]?
        var button: String?
        var sections: [Section]?
        var parameters: Link?
    }

    /// Reads Meta's JSON.
    ///
    /// - Throws: `DecodingError` for other kinds, a header that is a file, or when something is missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let action = try container.decode(Action.self, forKey: .action)
        let given = try container.decodeIfPresent(Header.self, forKey: .header)
        if let given, given.type != "text" {
            throw DecodingError.dataCorruptedError(
                forKey: .header, in: container, debugDescription: "only words can stand above what is pressed")
        }
        header = given?.text
        body = try container.decode(Words.self, forKey: .body).text
        footer = try container.decodeIfPresent(Words.self, forKey: .footer)?.text
        switch (try container.decode(String.self, forKey: .type), action.buttons, action.button, action.sections, action.parameters) {
        case ("button", let buttons?, _, _, _): choice = .buttons(buttons.map { Button(id: $0.reply.id, title: $0.reply.title) })
        case ("list", _, let opener?, let sections?, _): choice = .list(opener: opener, sections)
        case ("cta_url", _, _, _, let link?): choice = .link(title: link.display_text, address: link.url)
        case (let kind, _, _, _, _):
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "\(kind) with this action cannot be sent; use button, list or cta_url")
        }
    }

    /// Writes Meta's JSON.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(header.map { Header(type: "text", text: $0) }, forKey: .header)
        try container.encode(Words(text: body), forKey: .body)
        try container.encodeIfPresent(footer.map(Words.init), forKey: .footer)
        let (kind, action): (String, Action) =
            switch choice {
            case .buttons(let buttons): ("button", Action(buttons: buttons.map { Press(reply: Reply(id: $0.id, title: $0.title)) }))
            case .list(let opener, let sections): ("list", Action(button: opener, sections: sections))
            case .link(let title, let address):
                ("cta_url", Action(name: "cta_url", parameters: Link(display_text: title, url: address)))
            }
        try container.encode(kind, forKey: .type)
        try container.encode(action, forKey: .action)
    }
}
