import Foundation

/// Typed words, cut where a link begins and ends. Everything else is shown as it was written.
struct TextPieces: Sendable {
    struct Piece: Sendable { let words: String, href: String? }

    let pieces: [Piece]

    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = text.trimmingCharacters(in: .whitespacesAndNewlines)[...]
        while let link = Self.nextLink(in: rest) {
            if link.lowerBound > rest.startIndex { pieces.append(Piece(words: String(rest[..<link.lowerBound]), href: nil)) }
            pieces.append(Piece(words: String(rest[link]), href: String(rest[link])))
            rest = rest[link.upperBound...]
        }
        if !rest.isEmpty { pieces.append(Piece(words: String(rest), href: nil)) }
        self.pieces = pieces
    }

    /// Up to three emoji and nothing else are shown large, as every messenger does.
    static func isFewEmoji(_ text: String) -> Bool {
        let characters = text.filter { !$0.isWhitespace }
        return (1...3).contains(characters.count) && characters.allSatisfy(\.isEmoji)
    }

    /// Only http and https: other schemes in somebody else's words are not worth a click.
    private static func nextLink(in text: Substring) -> Range<Substring.Index>? {
        let starts = ["https://", "http://"].compactMap { text.range(of: $0, options: .caseInsensitive)?.lowerBound }
        guard let start = starts.min() else { return nil }
        var end = text[start...].firstIndex { $0.isWhitespace || "<>\"".contains($0) } ?? text.endIndex
        while end > start, ".,;:!?)]'’”".contains(text[text.index(before: end)]) { end = text.index(before: end) }
        return start..<end
    }
}

extension Character {
    fileprivate var isEmoji: Bool {
        guard let first = unicodeScalars.first, first.properties.isEmoji else { return false }
        return first.properties.isEmojiPresentation || unicodeScalars.contains { $0.value == 0xFE0F }
    }
}
