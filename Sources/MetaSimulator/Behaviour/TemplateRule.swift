import Foundation

extension Simulator {
    /// The template that the message names, if it may be sent now.
    func usableTemplate(_ value: JSON, of account: String) throws(GraphRefusal) -> Template {
        let name = value["name"]?.string ?? ""
        let language = value["language"]?["code"]?.string ?? ""
        guard let template = world.accounts[account]?.templates.first(where: { $0.name == name && $0.language == language }) else {
            throw .whatsApp(132001, "template name (\(name)) does not exist in \(language)")
        }
        switch template.status {
        case "APPROVED": return template
        case "PAUSED": throw .whatsApp(132015, "The template \(name) is paused because of low quality.")
        case "DISABLED": throw .whatsApp(132016, "The template \(name) was paused too often and is disabled for good.")
        default: throw .whatsApp(132001, "template name (\(name)) does not exist in \(language)")
        }
    }
}

/// Puts parameters into a template as Meta would, or refuses as Meta would.
enum TemplateRule {
    /// The filled-in text of all parts.
    static func fill(_ template: Template, with components: [JSON]) throws(GraphRefusal) -> String {
        var parts: [String] = []
        for type in ["HEADER", "BODY", "FOOTER"] {
            guard let component = template.component(type), let text = component["text"]?.string else { continue }
            parts.append(try fill(text, of: type, in: template, with: parameters(for: type, in: components)))
        }
        try checkMediaHeader(of: template, components)
        return parts.joined(separator: "\n")
    }

    private static func parameters(for type: String, in components: [JSON]) -> [JSON] {
        components.first { $0["type"]?.string?.uppercased() == type }?["parameters"]?.items ?? []
    }

    private static func fill(
        _ text: String, of type: String, in template: Template, with parameters: [JSON]
    ) throws(GraphRefusal) -> String {
        let names = Template.variables(in: text)
        guard parameters.count == names.count else {
            throw .whatsApp(
                132000,
                "\(type.lowercased()): number of localizable_params (\(parameters.count)) does not match the expected number of params "
                    + "(\(names.count))")
        }
        var filled = text
        for (position, parameter) in parameters.enumerated() {
            let name = try name(of: parameter, at: position, names: names, isNamed: template.isNamed, type: type)
            filled = filled.replacingOccurrences(of: "{{\(name)}}", with: try value(of: parameter, name: name))
        }
        guard filled.unicodeScalars.count <= (type == "BODY" ? 1_024 : 60) else {
            throw .whatsApp(132005, "\(type.lowercased()): the text is too long after the parameters were filled in")
        }
        return filled
    }

    private static func name(
        of parameter: JSON, at position: Int, names: [String], isNamed: Bool, type: String
    ) throws(GraphRefusal) -> String {
        let given = parameter["parameter_name"]?.string
        guard isNamed else {
            if given == nil { return names[position] }
            throw .whatsApp(132012, "\(type.lowercased()): the template has positional parameters")
        }
        guard let given, names.contains(given) else {
            throw .whatsApp(132012, "\(type.lowercased()): parameter name is missing or is not one of \(names.joined(separator: ", "))")
        }
        return given
    }

    private static func value(of parameter: JSON, name: String) throws(GraphRefusal) -> String {
        let type = parameter["type"]?.string ?? ""
        let text =
            switch type {
            case "text": parameter["text"]?.string
            case "currency", "date_time": parameter[type]?["fallback_value"]?.string
            default: String?.none
            }
        guard let text else { throw .whatsApp(132012, "parameter \(name): expected a text, currency or date_time") }
        if text.isEmpty || text.contains(where: { $0.isNewline || $0 == "\t" }) || text.contains("     ") {
            throw .whatsApp(132018, "parameter \(name): empty, or with new lines, tabs or more than 4 spaces in a row")
        }
        return text
    }

    private static func checkMediaHeader(of template: Template, _ components: [JSON]) throws(GraphRefusal) {
        guard let format = template.component("HEADER")?["format"]?.string?.lowercased(), ["image", "video", "document"].contains(format)
        else { return }
        guard parameters(for: "HEADER", in: components).first?["type"]?.string == format else {
            throw .whatsApp(132012, "header: expected one parameter of type \(format)")
        }
    }
}

/// Longer reasons that stand in several places.
enum ErrorDetails {
    static let windowClosed =
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number."

    static func text(of code: Int) -> String {
        switch code {
        case 131047: windowClosed
        case 131026: "Message undeliverable: the recipient may not be on WhatsApp, or has an old version of it."
        case 131053: "The file cannot be sent: its ID is unknown, too old or another number's, or its type does not fit the message."
        case 131042: "Message failed to send because there were one or more errors related to your payment method."
        default: ErrorTitles.title(of: code)
        }
    }
}
