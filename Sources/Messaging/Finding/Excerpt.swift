/// The words around what was found.
public struct Excerpt: Sendable, Equatable {
    /// A piece of it, in the words of whoever wrote them.
    public struct Part: Sendable, Equatable {
        public let text: String
        /// Whether it is what somebody looked for.
        public let isFound: Bool
    }

    /// Signs before the first find, from the beginning of a word on, and in all.
    private static let before = 28, longest = 160

    public let parts: [Part]

    /// The whole as text.
    public var text: String { parts.map(\.text).joined() }

    init(of text: String, finding query: SearchQuery) {
        var found: [Range<String.Index>] = []
        let signs = text.unicodeScalars
        SearchWords.each(in: text) { word in
            if query.finds(word.folded) { found.append(word.range) }
            return found.first.map { signs.distance(from: $0.lowerBound, to: word.range.upperBound) < Self.longest } ?? true
        }
        let first = found.first?.lowerBound ?? signs.startIndex
        let start = Self.start(before: first, in: signs)
        let end = signs.index(start, offsetBy: Self.longest, limitedBy: signs.endIndex) ?? signs.endIndex
        var parts: [Part] = start > signs.startIndex ? [Part(text: "…", isFound: false)] : []
        var place = start
        for range in found where range.upperBound <= end {
            parts.append(Part(text: Self.line(signs[place..<range.lowerBound]), isFound: false))
            parts.append(Part(text: Self.line(signs[range]), isFound: true))
            place = range.upperBound
        }
        parts.append(Part(text: Self.line(signs[place..<end]) + (end < signs.endIndex ? "…" : ""), isFound: false))
        self.parts = parts.filter { !$0.text.isEmpty }
    }

    private static func start(before first: String.Index, in signs: String.UnicodeScalarView) -> String.Index {
        guard let cut = signs.index(first, offsetBy: -Self.before, limitedBy: signs.startIndex), cut > signs.startIndex else {
            return signs.startIndex
        }
        let gap = signs[cut..<first].firstIndex { $0.properties.isWhitespace }
        return gap.map { signs.index(after: $0) } ?? cut
    }

    private static func line(_ signs: Substring.UnicodeScalarView) -> String {
        String(String.UnicodeScalarView(signs.map { $0.properties.isWhitespace ? " " : $0 }))
    }
}
