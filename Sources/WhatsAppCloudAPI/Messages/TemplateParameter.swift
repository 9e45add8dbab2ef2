/// One value that fills a blank of a template.
public enum TemplateParameter: Sendable, Hashable {
    /// Text without line breaks; named if the template's blanks have names, else `nil`.
    case text(String, name: String?)
    /// A file in the header.
    case image(MediaReference)
    case video(MediaReference)
    case document(MediaReference)
    /// What a quick-reply button says back to us.
    case payload(String)
    /// The code behind a copy-code button.
    case couponCode(String)
    /// Any other kind (`currency`, `date_time`, `location`, `action`), as Meta's JSON.
    case other(JSONValue)

    /// The type's word in Meta's JSON.
    public var type: String {
        switch self {
        case .text: "text"
        case .image: "image"
        case .video: "video"
        case .document: "document"
        case .payload: "payload"
        case .couponCode: "coupon_code"
        case .other(let value): value["type"]?.string ?? "unknown"
        }
    }
}

/// A file to send: either uploaded before or fetched by Meta from a public address, never both.
public struct MediaReference: Codable, Sendable, Hashable {
    /// The ID of an uploaded file.
    public var id: MediaID?
    /// A public https address.
    public var link: String?
    /// The name that a document shows.
    public var filename: String?

    /// Refers to an uploaded file.
    public init(id: MediaID, filename: String? = nil) {
        self.id = id
        self.filename = filename
    }

    /// Refers to a public https address.
    public init(link: String, filename: String? = nil) {
        self.link = link
        self.filename = filename
    }
}

extension TemplateParameter: Codable {
    private enum Key: String, CodingKey {
        case type
        case text
        case name = "parameter_name"
        case image
        case video
        case document
        case payload
        case couponCode = "coupon_code"
    }

    /// Reads Meta's JSON; kinds without a case of their own become ``other(_:)``.
    ///
    /// - Throws: `DecodingError` when the type or its value is missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(String.self, forKey: .type) {
        case "text":
            let name = try container.decodeIfPresent(String.self, forKey: .name)
            self = .text(try container.decode(String.self, forKey: .text), name: name)
        case "image": self = .image(try container.decode(MediaReference.self, forKey: .image))
        case "video": self = .video(try container.decode(MediaReference.self, forKey: .video))
        case "document": self = .document(try container.decode(MediaReference.self, forKey: .document))
        case "payload": self = .payload(try container.decode(String.self, forKey: .payload))
        case "coupon_code": self = .couponCode(try container.decode(String.self, forKey: .couponCode))
        default: self = .other(try JSONValue(from: decoder))
        }
    }

    /// Writes Meta's JSON.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        if case .other(let value) = self { return try value.encode(to: encoder) }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: .type)
        switch self {
        case .text(let text, let name):
            try container.encodeIfPresent(name, forKey: .name)
            try container.encode(text, forKey: .text)
        case .image(let file): try container.encode(file, forKey: .image)
        case .video(let file): try container.encode(file, forKey: .video)
        case .document(let file): try container.encode(file, forKey: .document)
        case .payload(let payload): try container.encode(payload, forKey: .payload)
        case .couponCode(let code): try container.encode(code, forKey: .couponCode)
        case .other: break
        }
    }
}
