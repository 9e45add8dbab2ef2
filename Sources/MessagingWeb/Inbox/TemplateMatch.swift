import Foundation
import Messaging

/// Which template says most nearly what somebody wanted to write.
struct TemplateMatch {
    private let wanted: Set<String>

    init(_ draft: String) {
        wanted = Self.words(of: draft)
    }

    /// The best first; those that say nothing of it stay in their order. A word that stands in many templates tells less.
    func sorted(_ templates: [Template]) -> [Template] {
        let said = templates.map { wanted.intersection(Self.words(of: $0.body + " " + $0.name.replacing("_", with: " "))) }
        let scores = said.map { words in
            words.reduce(0.0) { sum, word in sum + 1 / Double(said.count { $0.contains(word) }) }
        }
        return zip(templates, scores).enumerated()
            .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element.0)
    }

    /// Words of three letters or more by their first four, without case and accents: "repairs" finds "repaired".
    private static func words(of text: String) -> Set<String> {
        let plain = text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: Locale(identifier: "en"))
        return Set(plain.split { !$0.isLetter && !$0.isNumber }.filter { $0.count >= 3 }.map { String($0.prefix(4)) })
    }
}
