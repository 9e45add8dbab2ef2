/// A template as it is handed to Meta for review.
public struct TemplateDefinition: Codable, Sendable, Hashable {
    /// At most 512 of `a-z`, `0-9` and `_`; unique per language.
    public var name: String
    /// The language's code, such as `en_GB`.
    public var language: String
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`; Meta may decide for another one.
    public var category: TemplateCategory
    /// `named` or `positional`.
    public var parameterFormat: String?
    /// How long Meta tries to deliver, in seconds; -1 means 30 days.
    public var timeToLive: Int?
    /// Header, body, footer, buttons.
    public var components: [TemplateComponent]

    /// Gathers the parts; Meta judges them.
    public init(
        name: String, language: String, category: TemplateCategory, parameterFormat: String? = nil, timeToLive: Int? = nil,
        components: [TemplateComponent]
    ) {
        self.name = name
        self.language = language
        self.category = category
        self.parameterFormat = parameterFormat
        self.timeToLive = timeToLive
        self.components = components
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case language
        case category
        case parameterFormat = "parameter_format"
        case timeToLive = "message_send_ttl_seconds"
        case components
    }
}

/// What a template is for; decides price and rules.
public struct TemplateCategory: MetaText {
    /// Meta's word.
    public let rawValue: String
    /// Wraps Meta's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let utility: TemplateCategory = "UTILITY"
    public static let marketing: TemplateCategory = "MARKETING"
    public static let authentication: TemplateCategory = "AUTHENTICATION"
}

/// One part of a template: header, body, footer or the row of buttons.
public struct TemplateComponent: Codable, Sendable, Hashable {
    /// `HEADER`, `BODY`, `FOOTER`, `BUTTONS`.
    public var type: String
    /// For headers: `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION`.
    public var format: String?
    /// The text with its blanks, `{{1}}` or `{{first_name}}`.
    public var text: String?
    /// One sample per blank, in Meta's shape; required wherever there is a blank.
    public var example: JSONValue?
    /// For `BUTTONS`: each as Meta's JSON.
    public var buttons: [JSONValue]?

    /// Gathers the parts.
    public init(type: String, format: String? = nil, text: String? = nil, example: JSONValue? = nil, buttons: [JSONValue]? = nil) {
        self.type = type
        self.format = format
        self.text = text
        self.example = example
        self.buttons = buttons
    }

    /// A body whose blanks have names.
    ///
    /// - Parameter examples: a sample for each blank, by its name.
    public static func body(_ text: String, examples: [(name: String, example: String)] = []) -> TemplateComponent {
        let samples = examples.map { JSONValue.object(["param_name": .string($0.name), "example": .string($0.example)]) }
        let example: JSONValue? = samples.isEmpty ? nil : ["body_text_named_params": .array(samples)]
        return TemplateComponent(type: "BODY", text: text, example: example)
    }

    /// A footer, at most 60 characters.
    public static func footer(_ text: String) -> TemplateComponent {
        TemplateComponent(type: "FOOTER", text: text)
    }
}
