import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A message text that Meta approved beforehand; the only thing that may be sent outside the customer service window.
public struct Template: Sendable, Equatable {
    public let wabaID: String
    public let name: String
    public let language: String
    public let category: String
    /// Meta's word: APPROVED, PENDING, REJECTED, PAUSED, …
    public let status: String
    public let components: [TemplateComponent]

    public var isApproved: Bool { status == TemplateStatus.approved.rawValue }
    public var body: String { text(of: "BODY") ?? "" }

    /// The blanks of the body in the order in which they first stand there: names, or "1", "2", ….
    public var variables: [String] { Self.variables(in: body) }

    /// The body with its blanks filled; a blank without a value stays visible.
    public func rendered(with values: [String: String]) -> String {
        variables.reduce(body) { $0.replacing("{{\($1)}}", with: values[$1] ?? "{{\($1)}}") }
    }

    /// Meta's form of this template with these values.
    public func message(with values: [String: String]) -> TemplateMessage {
        let positional = variables.allSatisfy { Int($0) != nil }
        let ordered = positional ? variables.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) } : variables
        let parameters = ordered.map { TemplateParameter.text(values[$0] ?? "", name: positional ? nil : $0) }
        return TemplateMessage(name: name, language: language, components: parameters.isEmpty ? [] : [.body(parameters)])
    }

    /// The values of a message in Meta's form, by blank. Throws `SendRefusal` when they do not fit this template: Meta would refuse
    /// it later (132000, 132012, 132018), when nobody looks.
    func values(of message: TemplateMessage) throws(SendRefusal) -> [String: String] {
        var values: [String: String] = [:]
        for component in message.components where component.type.lowercased() == "body" {
            for (index, parameter) in component.parameters.enumerated() {
                guard case .text(let text, let name) = parameter else {
                    throw .templateVariables("Only text can fill the blanks of \(self.name).")
                }
                values[name ?? "\(index + 1)"] = text
            }
        }
        let missing = variables.filter { values[$0] == nil }, extra = values.keys.filter { !variables.contains($0) }.sorted()
        guard missing.isEmpty else { throw .templateVariables("Fill in: \(missing.joined(separator: ", ")).") }
        guard extra.isEmpty else { throw .templateVariables("The template has no blank called \(extra.joined(separator: ", ")).") }
        for (name, text) in values where !Self.isAccepted(text) {
            throw .templateVariables("The value of \(name) is empty, too long, or holds a line break, a tab or many spaces.")
        }
        let header = text(of: "HEADER").map(Self.variables) ?? []
        guard header.isEmpty || message.components.contains(where: { $0.type.lowercased() == "header" }) else {
            throw .templateVariables("The heading of \(self.name) has a blank too.")
        }
        return values
    }

    private func text(of type: String) -> String? {
        components.first { $0.type.uppercased() == type }?.text
    }

    private static func variables(in text: String) -> [String] {
        var found: [String] = []
        for match in text.matches(of: /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/) where !found.contains(String(match.output.1)) {
            found.append(String(match.output.1))
        }
        return found
    }

    // Meta's rules for values (fact sheet, section 3.2).
    private static func isAccepted(_ text: String) -> Bool {
        !text.trimmingCharacters(in: .whitespaces).isEmpty && text.count <= 1_024
            && !text.contains { $0.isNewline || $0 == "\t" } && !text.contains("     ")
    }
}

struct TemplateRow: Decodable {
    let wabaId: String
    let name: String
    let language: String
    let category: String
    let status: String
    let components: String

    static let columns: SQL = "waba_id, name, language, category, status, components"

    func template() throws -> Template {
        Template(
            wabaID: wabaId, name: name, language: language, category: category, status: status,
            components: try JSONDecoder().decode([TemplateComponent].self, from: Data(components.utf8)))
    }
}

extension LandlordRows {
    func templates(of waba: String) throws -> [Template] {
        try db.all(
            TemplateRow.self,
            """
            SELECT \(TemplateRow.columns) FROM templates WHERE landlord_id = \(landlord) AND waba_id = \(waba) ORDER BY name, language
            """
        ).map { try $0.template() }
    }

    func template(_ name: String, language: String, waba: String) throws -> Template? {
        try db.first(
            TemplateRow.self,
            """
            SELECT \(TemplateRow.columns) FROM templates
            WHERE landlord_id = \(landlord) AND waba_id = \(waba) AND name = \(name) AND language = \(language)
            """)?.template()
    }

    /// Stores how templates stand at Meta at `time`; an older report never overwrites a newer one.
    func store(_ templates: [TemplateInfo], waba: String, at time: Date) throws {
        try db.execute(each: templates) { template in
            let components = json(template.components)
            return """
                INSERT INTO templates (landlord_id, waba_id, name, language, template_id, category, status, parameter_format, components,
                    reason, status_at)
                VALUES (\(landlord), \(waba), \(template.name), \(template.language), \(template.id.rawValue),
                    \(template.category?.rawValue ?? "UTILITY"), \(template.status.rawValue), \(template.parameterFormat ?? "POSITIONAL"),
                    \(components), \(template.rejectedReason), \(time))
                ON CONFLICT (landlord_id, waba_id, name, language) DO UPDATE SET template_id = excluded.template_id,
                    category = excluded.category, status = excluded.status, parameter_format = excluded.parameter_format,
                    components = excluded.components, reason = excluded.reason, status_at = excluded.status_at
                WHERE templates.status_at <= excluded.status_at
                """
        }
    }
}

/// JSON text with sorted keys, so that equal values are equal texts.
func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
}
