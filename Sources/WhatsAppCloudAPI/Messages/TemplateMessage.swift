/// An approved template with its blanks filled in.
public struct TemplateMessage: Codable, Sendable, Hashable {
    /// The template's name in the account.
    public var name: String
    /// The language's code, such as `en_GB`; it must be one in which the template is approved.
    public var language: String
    /// What fills the blanks. Parts of the template without variables have no component here.
    public var components: [Component]

    /// Gathers the parts; Meta judges them.
    public init(name: String, language: String, components: [Component] = []) {
        self.name = name
        self.language = language
        self.components = components
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case language
        case components
    }

    private struct Language: Codable {
        var code: String
    }

    /// Reads Meta's JSON.
    ///
    /// - Throws: `DecodingError` when name or language are missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        language = try container.decode(Language.self, forKey: .language).code
        components = try container.decodeIfPresent([Component].self, forKey: .components) ?? []
    }

    /// Writes Meta's JSON.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(Language(code: language), forKey: .language)
        if !components.isEmpty {
            try container.encode(components, forKey: .components)
        }
    }
}

extension TemplateMessage {
    /// The values for one part of a template.
    public struct Component: Codable, Sendable, Hashable {
        /// `header`, `body` or `button` (also `carousel`, `limited_time_offer`, `order_status`).
        public var type: String
        /// For buttons: `quick_reply`, `url`, `copy_code`, `flow`, `catalog`, `mpm`, `voice_call`.
        public var subType: String?
        /// For buttons: the position from 0. Meta writes it as text and takes numbers too.
        public var index: Int?
        /// The values, in the order of the blanks unless each is named.
        public var parameters: [TemplateParameter]

        /// Gathers the parts.
        public init(type: String, subType: String? = nil, index: Int? = nil, parameters: [TemplateParameter]) {
            self.type = type
            self.subType = subType
            self.index = index
            self.parameters = parameters
        }

        /// Values for the header.
        public static func header(_ parameters: TemplateParameter...) -> Component {
            Component(type: "header", parameters: parameters)
        }

        /// Values for the body.
        public static func body(_ parameters: [TemplateParameter]) -> Component {
            Component(type: "body", parameters: parameters)
        }

        /// The variable tail of a URL button; it must be percent-encoded.
        public static func urlButton(at index: Int, tail: String) -> Component {
            Component(type: "button", subType: "url", index: index, parameters: [.text(tail, name: nil)])
        }

        /// What a quick-reply button says back to us when it is pressed.
        public static func quickReply(at index: Int, payload: String) -> Component {
            Component(type: "button", subType: "quick_reply", index: index, parameters: [.payload(payload)])
        }

        private enum CodingKeys: String, CodingKey {
            case type
            case subType = "sub_type"
            case index
            case parameters
        }

        /// Reads Meta's JSON.
        ///
        /// - Throws: `DecodingError` when the type is missing.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = try container.decode(String.self, forKey: .type)
            subType = try container.decodeIfPresent(String.self, forKey: .subType)
            index = try container.decodeIfPresent(JSONValue.self, forKey: .index)?.integer
            parameters = try container.decodeIfPresent([TemplateParameter].self, forKey: .parameters) ?? []
        }

        /// Writes Meta's JSON.
        ///
        /// - Throws: whatever the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try container.encodeIfPresent(subType, forKey: .subType)
            try container.encodeIfPresent(index.map(String.init), forKey: .index)
            try container.encode(parameters, forKey: .parameters)
        }
    }
}
