/// An approved template that can be filled in and sent now; its text is the preview and holds the fields.
struct TemplateChoice: Sendable {
    /// A composer offers so many at most (the style sheet counts them); put the fitting ones first.
    static let most = 12

    /// A place to fill in.
    struct Variable: Sendable {
        /// Meta's name of it: `first_name`, or `1` in templates with numbered ones.
        let name: String
        /// What the field is called for people: "First name".
        let label: String
        /// What we already know, empty when nothing.
        let value: String
    }

    /// A stretch of the text: words, a field, or a field's value once more.
    struct Piece: Sendable {
        let words: String?
        let field: Field?
        let echo: Echo?
    }

    struct Echo: Sendable { let echoOf: String, echoWords: String }
    struct Field: Sendable { let fieldName: String, label: String, value: String, size: String }

    let number: String
    let template: String
    let language: String
    let title: String
    let hint: String
    let header: String?
    let pieces: [Piece]
    let footer: String?
    let buttons: [String]
    let hasButtons: Bool
    let isChosen: Bool
    let languageWords: String

    /// - Parameters:
    ///   - number: its place in the list, from 1.
    ///   - name: Meta's name of the template (`repair_visit`), sent back in the field `template`.
    ///   - language: Meta's code (`en_GB`), sent back in the field `language`.
    ///   - title: its name for people.
    ///   - hint: half a line on what it is for.
    ///   - body: Meta's text with `{{name}}` or `{{1}}` where values go.
    ///   - variables: one for each place; a place without one gets an empty field.
    ///   - languageWords: "English".
    init(
        number: Int, name: String, language: String, title: String, hint: String, body: String, variables: [Variable],
        header: String? = nil,
        footer: String? = nil, buttons: [String] = [], languageWords: String
    ) {
        self.number = String(number)
        (template, self.language, self.title, self.hint) = (name, language, title, hint)
        (self.header, self.footer, self.buttons, self.languageWords) = (header, footer, buttons, languageWords)
        hasButtons = !buttons.isEmpty
        isChosen = number == 1
        pieces = Self.pieces(of: body, variables: variables)
    }

    private static func pieces(of body: String, variables: [Variable]) -> [Piece] {
        var pieces: [Piece] = []
        var seen: Set<String> = []
        var rest = body[...]
        while let start = rest.range(of: "{{"), let end = rest[start.upperBound...].range(of: "}}") {
            if start.lowerBound > rest.startIndex { pieces.append(Piece(words: String(rest[..<start.lowerBound]), field: nil, echo: nil)) }
            let name = rest[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
            let variable = variables.first { $0.name == name } ?? Variable(name: name, label: name, value: "")
            pieces.append(
                seen.insert(name).inserted
                    ? Piece(words: nil, field: field(variable), echo: nil)
                    : Piece(words: nil, field: nil, echo: Echo(echoOf: "value.\(name)", echoWords: variable.value)))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(Piece(words: String(rest), field: nil, echo: nil)) }
        return pieces
    }

    /// The size is for browsers that cannot let a field grow with its words.
    private static func field(_ variable: Variable) -> Field {
        Field(
            fieldName: "value.\(variable.name)", label: variable.label, value: variable.value,
            size: String(min(36, max(6, variable.value.count + 1))))
    }
}
