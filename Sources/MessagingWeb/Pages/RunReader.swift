/// Reads the marks within a line. Its time grows with the line, whatever somebody makes of it.
struct RunReader {
    private typealias Run = FormattedText.Run

    private enum Token {
        case character(Character)
        case link(String)

        var isWhitespace: Bool { if case .character(let sign) = self { sign.isWhitespace } else { false } }
        // A mark within a word is no mark.
        var isOfWord: Bool { if case .character(let sign) = self { sign.isLetter || sign.isNumber } else { true } }
    }

    /// A sign that begins and ends a style.
    private struct Mark: Hashable {
        let sign: Character
        let width: Int
    }

    private let tokens: [Token]
    private var runs: [Run] = []

    static func runs(in line: Substring) -> [FormattedText.Run] {
        var reader = RunReader(line)
        reader.read(0..<reader.tokens.count, as: Run(words: ""))
        return reader.runs
    }

    private init(_ line: Substring) {
        var tokens: [Token] = [], rest = line
        while let sign = rest.first {
            if let link = Self.link(at: rest) {
                tokens.append(.link(String(link)))
                rest = rest[link.endIndex...]
            } else {
                tokens.append(.character(sign))
                rest = rest.dropFirst()
            }
        }
        self.tokens = tokens
    }

    private mutating func read(_ range: Range<Int>, as look: Run) {
        // No end after one place is none after later ones.
        var endless: Set<Mark> = []
        var place = range.lowerBound
        while place < range.upperBound {
            if let mark = mark(at: place, in: range), !endless.contains(mark), opens(mark, place, in: range),
                let styled = look.with(mark.sign)
            {
                if let end = end(of: mark, from: place, in: range) {
                    let inner = place + mark.width..<end
                    if styled.isCode { inner.forEach { add(tokens[$0], styled) } } else { read(inner, as: styled) }
                    place = end + mark.width
                    continue
                }
                endless.insert(mark)
            }
            add(tokens[place], look)
            place += 1
        }
    }

    private func mark(at place: Int, in range: Range<Int>) -> Mark? {
        guard case .character(let sign) = tokens[place], "*_~`".contains(sign) else { return nil }
        let isTriple = sign == "`" && (place..<place + 3).allSatisfy { range.contains($0) && isSign(sign, at: $0) }
        return Mark(sign: sign, width: isTriple ? 3 : 1)
    }

    private func isSign(_ sign: Character, at place: Int) -> Bool {
        if case .character(sign) = tokens[place] { true } else { false }
    }

    private func opens(_ mark: Mark, _ place: Int, in range: Range<Int>) -> Bool {
        let next = place + mark.width
        guard next < range.upperBound, !tokens[next].isWhitespace, !isSign(mark.sign, at: next) else { return false }
        return place == 0 || !tokens[place - 1].isOfWord
    }

    private func end(of mark: Mark, from start: Int, in range: Range<Int>) -> Int? {
        (start + mark.width + 1..<max(range.upperBound, start + mark.width + 1)).first { place in
            let after = place + mark.width
            guard after <= range.upperBound, (place..<after).allSatisfy({ isSign(mark.sign, at: $0) }) else { return false }
            return !tokens[place - 1].isWhitespace && (after == tokens.count || !tokens[after].isOfWord)
        }
    }

    private mutating func add(_ token: Token, _ look: Run) {
        switch token {
        case .link(let address) where !look.isCode:
            var run = look
            (run.words, run.href) = (address, address)
            runs.append(run)
        case .link(let words): add(words, look)
        case .character(let sign): add(String(sign), look)
        }
    }

    private mutating func add(_ words: String, _ look: Run) {
        if let last = runs.indices.last, runs[last].looks(like: look) {
            runs[last].words += words
        } else {
            var run = look
            run.words = words
            runs.append(run)
        }
    }

    /// The link that the text begins with. Only http and https: other schemes in somebody else's words are not worth a click.
    private static func link(at text: Substring) -> Substring? {
        guard text.first == "h" || text.first == "H" else { return nil }
        let scheme = ["https://", "http://"].first { text.prefix($0.count).lowercased() == $0 }
        guard let scheme else { return nil }
        var link = text.prefix { !$0.isWhitespace && !"<>\"".contains($0) }
        while let last = link.last, ".,;:!?)]'’”*_~`".contains(last) { link = link.dropLast() }
        return link.count > scheme.count ? link : nil
    }
}

extension FormattedText.Run {
    /// This look with one style more; nil where it has that already.
    fileprivate func with(_ sign: Character) -> FormattedText.Run? {
        var run = self
        switch sign {
        case "*" where !isBold: run.isBold = true
        case "_" where !isItalic: run.isItalic = true
        case "~" where !isStruck: run.isStruck = true
        case "`" where !isCode: run.isCode = true
        default: return nil
        }
        return run
    }

    fileprivate func looks(like other: FormattedText.Run) -> Bool {
        href == nil && (isBold, isItalic, isStruck, isCode) == (other.isBold, other.isItalic, other.isStruck, other.isCode)
    }
}
