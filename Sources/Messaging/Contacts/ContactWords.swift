import Foundation

/// What somebody types to find a tenant: parts of names, homes and numbers, in any order.
struct ContactWords {
    private static let longest = 200, mostWords = 8

    /// For `LIKE … ESCAPE '!'` against folded keys: each must match.
    let patterns: [String]

    init(_ text: String) {
        let text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" }.prefix(Self.longest)))
        if let digits = Self.number(in: text) {
            patterns = ["%\(digits)%"]
        } else {
            let words = searchKey(text).split(whereSeparator: \.isWhitespace).prefix(Self.mostWords)
            patterns = words.map { "%" + $0.replacing("!", with: "!!").replacing("%", with: "!%").replacing("_", with: "!_") + "%" }
        }
    }

    // People write numbers with blanks and a 0 in front; they are kept as +44….
    private static func number(in text: String) -> Substring? {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || " +-()/.".contains($0)) }) else { return nil }
        let digits = text.filter(\.isNumber)[...].drop { $0 == "0" }
        return digits.count >= 5 ? digits : nil
    }
}
