import Foundation

/// The words of a text, as they are found: both engines get what this makes, of messages and of questions alike, so that they agree.
///
/// Case, accents and widths are folded; signs that cannot be seen are passed over; a picture character and each sign of a script without blanks
/// (Chinese, Japanese) is a word by itself.
enum SearchWords {
    /// Signs of a word that count; a longer one is found by its beginning.
    static let longest = 64

    /// A word, and where it stands.
    struct Word {
        let folded: String
        let range: Range<String.Index>
    }

    /// Every different word, in the order of the alphabet.
    static func all(in text: String) -> [String] {
        var words: Set<String> = []
        each(in: text) { word in
            words.insert(word.folded)
            return true
        }
        return words.sorted()
    }

    /// Tells the words of a text from its beginning, until `take` answers false.
    static func each(in text: String, _ take: (Word) -> Bool) {
        let signs = text.unicodeScalars
        var start: String.Index?, place = signs.startIndex
        func word(from: String.Index, to end: String.Index) -> Bool {
            let folded = fold(signs[from..<end])
            return folded.isEmpty || take(Word(folded: folded, range: from..<end))
        }
        while place < signs.endIndex {
            let kind = Kind(signs[place]), next = signs.index(after: place)
            switch kind {
            case .part: start = start ?? place
            case .unseen: break
            case .gap, .whole:
                if let begun = start, !word(from: begun, to: place) { return }
                start = nil
                if kind == .whole, !word(from: place, to: next) { return }
            }
            place = next
        }
        if let start { _ = word(from: start, to: signs.endIndex) }
    }

    private static func fold(_ signs: Substring.UnicodeScalarView) -> String {
        let seen = String(String.UnicodeScalarView(signs.lazy.filter { Kind($0) != .unseen }.prefix(longest)))
        guard !seen.utf8.allSatisfy({ $0 < 0x80 }) else { return seen.lowercased() }
        let folded = seen.folding(
            options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: Locale(identifier: "en_GB")
        ).lowercased()
        // Nothing that is left may mean anything to an engine.
        return folded.unicodeScalars.reduce(into: "") { text, sign in
            if let plain = plain[sign] { text += plain } else if !sign.isASCII || sign.isWordInASCII { text.unicodeScalars.append(sign) }
        }
    }

    // Letters of their own, which people type without their stroke.
    private static let plain: [Unicode.Scalar: String] = [
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
    ]

    private enum Kind {
        case part, whole, unseen, gap

        init(_ sign: Unicode.Scalar) {
            if sign.isASCII {
                self = sign.isWordInASCII ? .part : .gap
            } else if Self.isPoint(sign) {
                self = .unseen
            } else if Self.standsAlone(sign) {
                self = .whole
            } else {
                self = Self.of(sign)
            }
        }

        private static func of(_ sign: Unicode.Scalar) -> Kind {
            switch sign.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
                .otherNumber, .nonspacingMark, .spacingMark:
                sign.properties.isVariationSelector ? .unseen : .part
            case .format: .unseen
            case .modifierSymbol: sign.properties.isEmojiModifier ? .unseen : .gap
            case .otherSymbol: .whole
            default: .gap
            }
        }

        // Vowels that Hebrew and Arabic set only where a word could be misread, and the stroke that draws a word out.
        private static func isPoint(_ sign: Unicode.Scalar) -> Bool {
            switch sign.value {
            case 0x0591...0x05BD, 0x05BF, 0x05C1...0x05C2, 0x05C4...0x05C5, 0x05C7, 0x0610...0x061A, 0x0640, 0x064B...0x065F, 0x0670,
                0x06D6...0x06DC, 0x06DF...0x06E4, 0x06E7...0x06E8, 0x06EA...0x06ED:
                true
            default: false
            }
        }

        private static func standsAlone(_ sign: Unicode.Scalar) -> Bool {
            switch sign.value {
            case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x2_0000...0x3_FFFF: true
            default: false
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isWordInASCII: Bool {
        switch value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
