import Foundation

/// A message template of an account.
struct Template: Codable, Sendable {
    let id: Int
    let name: String
    let language: String
    var category: String
    var status: String
    /// Parameters carry names instead of positions.
    var isNamed: Bool
    var components: [JSON]
    var rejectedReason = "NONE"

    func component(_ type: String) -> JSON? { components.first { $0["type"]?.string?.uppercased() == type } }

    /// The variables of a text part in the order of appearance, each once.
    static func variables(in text: String) -> [String] {
        var found: [String] = []
        for piece in text.components(separatedBy: "{{").dropFirst() {
            guard let end = piece.range(of: "}}") else { continue }
            let name = piece[..<end.lowerBound].trimmingCharacters(in: .whitespaces)
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    var json: JSON {
        .fields([
            "id": .string(String(id)), "name": .string(name), "language": .string(language), "category": .string(category),
            "status": .string(status), "parameter_format": isNamed ? "NAMED" : "POSITIONAL", "components": .array(components),
            "rejected_reason": .string(rejectedReason), "quality_score": ["score": "UNKNOWN"],
        ])
    }
}
