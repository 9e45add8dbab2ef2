import Foundation

/// Typed words as WhatsApp shows them: links, bold, italic, struck out, code, lists and quotes. The marks are those of WhatsApp's own apps.
struct FormattedText: Sendable {
    /// Words of one look.
    struct Run: Sendable, Equatable {
        var words: String
        var href: String?
        var isBold = false
        var isItalic = false
        var isStruck = false
        var isCode = false
    }

    struct Line: Sendable { let runs: [Run] }
    struct Bullets: Sendable { let listed: [Line] }
    struct Numbered: Sendable { let first: Int, listed: [Line] }

    /// What stands by itself: one of these.
    struct Block: Sendable {
        var paragraph: Line?
        var bullets: Bullets?
        var numbered: Numbered?
        var quoted: Line?
        var code: String?
    }

    let blocks: [Block]

    init(_ text: String) {
        blocks = Fences.parts(of: text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { part in
            part.isCode ? [Block(code: String(part.text))] : Self.blocks(of: part.text)
        }
    }

    /// The words without their marks, in one line.
    var plain: String {
        blocks.map(\.plain).joined(separator: " ").replacing("\n", with: " ")
    }

    /// Up to three emoji and nothing else are shown large, as every messenger does.
    static func isFewEmoji(_ text: String) -> Bool {
        // Three emoji of families and flags are far below that; a character can be endless.
        guard text.utf8.count < 256 else { return false }
        let characters = text.filter { !$0.isWhitespace }
        return (1...3).contains(characters.count) && characters.allSatisfy(\.isEmoji)
    }

    private static func blocks(of text: Substring) -> [Block] {
        var blocks: [Block] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(WrittenLine.init)[...]
        while let first = lines.first {
            let group = lines.prefix { $0.isAlike(first) }
            lines = lines.dropFirst(group.count)
            if let block = block(of: group) { blocks.append(block) }
        }
        return blocks
    }

    private static func block(of group: ArraySlice<WrittenLine>) -> Block? {
        switch group.first {
        case .bullet: return Block(bullets: Bullets(listed: group.map { line($0.words) }))
        case .number(let first, _): return Block(numbered: Numbered(first: first, listed: group.map { line($0.words) }))
        case .quote: return Block(quoted: paragraph(group))
        case .plain, nil:
            let lines = group.drop { $0.isBlank }
            let end = lines.lastIndex { !$0.isBlank }
            return end.map { Block(paragraph: paragraph(lines[...$0])) }
        }
    }

    private static func line(_ text: Substring) -> Line { Line(runs: RunReader.runs(in: text)) }

    // Styles end with their line.
    private static func paragraph(_ lines: ArraySlice<WrittenLine>) -> Line {
        var runs: [Run] = []
        for (place, line) in lines.enumerated() {
            if place > 0 { runs.append(Run(words: "\n")) }
            runs += RunReader.runs(in: line.words)
        }
        return Line(runs: runs)
    }
}

extension FormattedText.Block {
    fileprivate var plain: String {
        let lines = [paragraph, quoted].compactMap { $0 } + (bullets?.listed ?? []) + (numbered?.listed ?? [])
        return code ?? lines.map { $0.runs.map(\.words).joined() }.joined(separator: " ")
    }
}

/// A line by what it begins with.
private enum WrittenLine {
    case plain(Substring)
    case bullet(Substring)
    case number(Int, Substring)
    case quote(Substring)

    init(_ line: Substring) {
        let digits = line.prefix { $0.isASCII && $0.isNumber }, afterDigits = line.dropFirst(digits.count)
        if line.hasPrefix("* ") || line.hasPrefix("- "), !line.dropFirst(2).allSatisfy(\.isWhitespace) {
            self = .bullet(line.dropFirst(2))
        } else if line.hasPrefix("> ") {
            self = .quote(line.dropFirst(2))
        } else if digits.count <= 3, let number = Int(digits), afterDigits.hasPrefix(". ") {
            self = .number(number, afterDigits.dropFirst(2))
        } else {
            self = .plain(line)
        }
    }

    var words: Substring {
        switch self {
        case .plain(let words), .bullet(let words), .number(_, let words), .quote(let words): words
        }
    }

    var isBlank: Bool { words.allSatisfy(\.isWhitespace) }

    func isAlike(_ other: WrittenLine) -> Bool {
        switch (self, other) {
        case (.plain, .plain), (.bullet, .bullet), (.number, .number), (.quote, .quote): true
        default: false
        }
    }
}

/// Cuts a text at its code blocks: three backticks around lines of their own.
private enum Fences {
    private static let fence = "```"

    static func parts(of text: String) -> [(text: Substring, isCode: Bool)] {
        var parts: [(Substring, Bool)] = [], start = text.startIndex, from = text.startIndex
        while let opening = text.range(of: fence, range: from..<text.endIndex),
            let closing = text.range(of: fence, range: opening.upperBound..<text.endIndex)
        {
            from = closing.upperBound
            let code = text[opening.upperBound..<closing.lowerBound]
            guard standsAlone(code, before: text[..<opening.lowerBound], after: text[closing.upperBound...]) else { continue }
            parts.append((text[start..<opening.lowerBound], false))
            parts.append((code.trimmed, true))
            start = closing.upperBound
        }
        return parts + [(text[start...], false)]
    }

    private static func standsAlone(_ code: Substring, before: Substring, after: Substring) -> Bool {
        guard !code.allSatisfy(\.isWhitespace) else { return false }
        return code.contains("\n") || (before.last ?? "\n") == "\n" && (after.first ?? "\n") == "\n"
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0.isNewline }
        return start.lastIndex { !$0.isNewline }.map { start[...$0] } ?? start
    }
}

extension Character {
    fileprivate var isEmoji: Bool {
        guard let first = unicodeScalars.first, first.properties.isEmoji else { return false }
        return first.properties.isEmojiPresentation || unicodeScalars.contains { $0.value == 0xFE0F }
    }
}
