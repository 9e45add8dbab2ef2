import Foundation

/// A header's value and its parameters: `form-data; name="file"; filename="a.jpg"`. The value and the names are in lower case.
struct HeaderValue: Sendable {
    let value: String
    let parameters: [String: String]

    init(_ text: String) {
        let pieces = Self.pieces(of: text)
        var parameters: [String: String] = [:]
        for piece in pieces.dropFirst() {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            let name = piece[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            // Of two with the same name the first counts, so that nobody can add another meaning at the end.
            parameters[name] = parameters[name] ?? piece[piece.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        self.value = pieces[0].trimmingCharacters(in: .whitespaces).lowercased()
        self.parameters = parameters
    }

    /// Cut at semicolons outside quotation marks, which are taken off.
    private static func pieces(of text: String) -> [String] {
        var pieces = [""]
        var isQuoted = false, isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                isEscaped = false
                // A backslash before anything else is one of a path, as old browsers send it.
                if scalar != "\"", scalar != "\\" { pieces[pieces.count - 1].unicodeScalars.append("\\") }
                pieces[pieces.count - 1].unicodeScalars.append(scalar)
            } else if isQuoted, scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == ";", !isQuoted {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].unicodeScalars.append(scalar)
            }
        }
        return pieces
    }
}
