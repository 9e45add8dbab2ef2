/// A token that opens somebody's WhatsApp account. It never shows itself: descriptions, dumps and debuggers see `•••`,
/// and it cannot be encoded. Meta's tokens are opaque, of variable length, and may grow.
public struct AccessToken: Sendable, Hashable {
    private let text: String

    /// Takes charge of a token's text.
    public init(_ text: String) {
        self.text = text
    }

    /// The token's text: the only way to it, so that every place which needs it can be found by this word.
    public func reveal() -> String { text }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `•••`.
    public var description: String { "•••" }

    /// `•••`.
    public var debugDescription: String { "•••" }

    /// Has no children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
