/// A word or an ID of Meta's: opaque text with a type of its own, so that a WABA ID cannot be passed as a phone number ID.
///
/// Also used for Meta's open lists of values (a number's status, a template's category): known values are static members,
/// values that Meta adds later survive as themselves.
public protocol MetaText: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// Wraps the text as it came from Meta; nothing is checked or changed.
    init(rawValue: String)
}

extension MetaText {
    /// Wraps the text as it came from Meta; nothing is checked or changed.
    public init(_ text: String) {
        self.init(rawValue: text)
    }

    /// Wraps a literal, for tests and constants.
    public init(stringLiteral text: String) {
        self.init(rawValue: text)
    }

    /// The text as Meta wrote it.
    public var description: String { rawValue }

    /// Reads a single JSON string.
    ///
    /// - Throws: `DecodingError` when the value is not a string.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a single JSON string.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
