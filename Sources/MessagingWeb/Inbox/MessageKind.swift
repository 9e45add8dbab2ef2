import Foundation
import Messaging
import WhatsAppCloudAPI

/// Kinds of messages that have a form of their own.
enum MessageKind: String, CaseIterable {
    case place, card, buttons, list, link

    var name: String {
        switch self {
        case .place: "A place"
        case .card: "A contact card"
        case .buttons: "A question with buttons"
        case .list: "A list to choose from"
        case .link: "A button with a link"
        }
    }

    var icon: String {
        switch self {
        case .place: "pin"
        case .card: "user"
        case .buttons: "press"
        case .list: "list"
        case .link: "link"
        }
    }

    /// The fields with what somebody has written in them.
    func fields(_ form: FormFields) -> [KindForm.Field] {
        func given(_ name: String) -> String { form[name] ?? "" }
        switch self {
        case .place:
            return [
                .init(
                    "where", "Where it is", hint: "A map’s link, or north and east in degrees: 51.5033, -0.1196", value: given("where"),
                    longest: 4_000, takesPosition: true),
                .init("name", "Name of the place", value: given("name"), longest: 200, isNeeded: false),
                .init("address", "Street and town", value: given("address"), longest: 400, isNeeded: false),
            ]
        case .card:
            return [
                .init("name", "Name", value: given("name"), longest: 200),
                .init("number", "Phone number", value: given("number"), type: "tel", longest: 40),
                .init("company", "Company", value: given("company"), longest: 200, isNeeded: false),
            ]
        case .buttons:
            return [words(given("text"), longest: 1_024)]
                + (1...3).map {
                    .init("button\($0)", "Button \($0)", value: given("button\($0)"), longest: 20, isNeeded: $0 == 1)
                } + [footer(given("footer"))]
        case .list:
            return [
                words(given("text"), longest: 4_096),
                .init(
                    "choices", "Choices, one in a line",
                    hint: "Up to 10. “Tap – drips” explains a choice; a line that ends with a colon begins a part.",
                    value: given("choices"),
                    longest: 2_000, isLong: true),
                .init("opener", "What opens the list", value: form["opener"] ?? "Choose", longest: 20), footer(given("footer")),
            ]
        case .link:
            return [
                words(given("text"), longest: 1_024), .init("title", "On the button", value: given("title"), longest: 20),
                .init("address", "Address of the page", value: given("address"), type: "url", longest: 2_000),
            ]
        }
    }

    private func words(_ value: String, longest: Int) -> KindForm.Field {
        .init("text", "What you write", value: value, longest: longest, isLong: true)
    }

    private func footer(_ value: String) -> KindForm.Field {
        .init("footer", "Small line at the end", value: value, longest: 60, isNeeded: false)
    }

    /// What a filled-in form says; WhatsApp's limits are looked at when it is sent.
    /// - Throws: `SendRefusal` for what cannot be understood.
    func content(_ form: FormFields) throws -> OutgoingMessage.Content {
        func given(_ name: String) -> String { form[name]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "" }
        func optional(_ name: String) -> String? { given(name).isEmpty ? nil : given(name) }
        switch self {
        case .place:
            let spot = try MapLink(given("where"))
            return .place(
                OutgoingPlace(latitude: spot.latitude, longitude: spot.longitude, name: optional("name"), address: optional("address")))
        case .card: return .cards([try Self.card(given("name"), given("number"), company: optional("company"))])
        case .buttons:
            let titles = (1...3).compactMap { optional("button\($0)") }
            return .question(
                OutgoingQuestion(
                    body: given("text"), footer: optional("footer"),
                    choice: .buttons(titles.enumerated().map { .init(id: "\($0.offset + 1)", title: $0.element) })))
        case .list:
            return .question(
                OutgoingQuestion(
                    body: given("text"), footer: optional("footer"),
                    choice: .list(opener: given("opener"), ChoiceLines(given("choices")).sections)))
        case .link:
            return .question(
                OutgoingQuestion(body: given("text"), choice: .link(title: given("title"), address: given("address"))))
        }
    }

    private static func card(_ name: String, _ number: String, company: String?) throws -> OutgoingCard {
        do throws(NotAPhoneNumber) {
            let phone = try PhoneNumber(number)
            return OutgoingCard(name: name, phone: PhoneNumber.written(phone.e164), company: company)
        } catch {
            throw SendRefusal.content(error.description)
        }
    }
}

/// Choices as people write them: one in a line, what explains it after a dash, and a line that ends with a colon begins a part.
struct ChoiceLines {
    private(set) var sections: [OutgoingQuestion.Section] = []

    init(_ text: String) {
        var number = 0
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) where !line.isEmpty {
            if line.hasSuffix(":") {
                sections.append(.init(title: String(line.dropLast()).trimmingCharacters(in: .whitespaces), rows: []))
                continue
            }
            number += 1
            if sections.isEmpty { sections.append(.init(rows: [])) }
            sections[sections.count - 1].rows.append(Self.row(line, number))
        }
    }

    private static func row(_ line: String, _ number: Int) -> OutgoingQuestion.Row {
        let dash = [" – ", " - ", " — "].compactMap { line.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
        guard let dash else { return .init(id: "\(number)", title: line) }
        let title = line[..<dash.lowerBound].trimmingCharacters(in: .whitespaces)
        let description = line[dash.upperBound...].trimmingCharacters(in: .whitespaces)
        return .init(id: "\(number)", title: title, description: description.isEmpty ? nil : description)
    }
}
