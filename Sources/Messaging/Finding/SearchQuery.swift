import Foundation

/// What somebody looks for: every word must be there, the last one at least by its beginning. Whatever was typed is words, never a command.
public struct SearchQuery: Sendable, Equatable {
    /// Signs of a question that are read.
    static let longest = 1_000
    private static let mostWords = 10
    /// A shorter beginning is in too many words to tell any; it is a word then.
    private static let shortestBeginning = 2

    let words: [String]

    public init(_ text: String) {
        var words: [String] = []
        SearchWords.each(in: String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.longest)))) { word in
            // The last place counts: it decides which word is a beginning.
            words.removeAll { $0 == word.folded }
            words.append(word.folded)
            return words.count < Self.mostWords
        }
        self.words = words
    }

    /// Nothing in it can be found, as in one of punctuation alone.
    public var isEmpty: Bool { words.isEmpty }

    /// The last word, when it stands for all that begin with it.
    var beginning: String? { words.last.flatMap { $0.unicodeScalars.count >= Self.shortestBeginning ? $0 : nil } }

    /// Whether a word is one of those looked for.
    func finds(_ word: String) -> Bool {
        words.contains(word) || beginning.map { word.hasPrefix($0) } ?? false
    }
}
