import Foundation

/// Something on a message of the business that a person can press.
struct Key: Sendable {
    let title: String
    let hint: String?
    /// What the person says by it: Meta's message object without the context.
    let answer: JSON
}

extension Simulator {
    /// All keys of a message, in their order.
    func keys(on message: Message) -> [Key] {
        switch message.type {
        case "interactive": interactiveKeys(message.content)
        case "template": quickReplies(message)
        default: []
        }
    }

    private func interactiveKeys(_ value: JSON) -> [Key] {
        let buttons = value["action"]?["buttons"]?.items ?? []
        let rows = (value["action"]?["sections"]?.items ?? []).flatMap { $0["rows"]?.items ?? [] }
        return buttons.compactMap { $0["reply"] }.map { key("button_reply", $0) } + rows.map { key("list_reply", $0) }
    }

    private func key(_ kind: String, _ value: JSON) -> Key {
        let reply = JSON.fields(["id": value["id"], "title": value["title"], "description": value["description"]])
        let answer: JSON = ["type": "interactive", "interactive": .object(["type": .string(kind), kind: reply])]
        return Key(title: value["title"]?.string ?? "", hint: value["description"]?.string, answer: answer)
    }

    /// A template's quick replies: their payload was sent along, or else is their text.
    private func quickReplies(_ message: Message) -> [Key] {
        let account = world.numbers[message.numberID].flatMap { world.accounts[$0.accountID] }
        let name = message.content["name"]?.string, language = message.content["language"]?["code"]?.string
        let template = account?.templates.first { $0.name == name && $0.language == language }
        let buttons = template?.component("BUTTONS")?["buttons"]?.items ?? []
        return buttons.enumerated().filter { $0.element["type"]?.string?.uppercased() == "QUICK_REPLY" }.map { button in
            let text = button.element["text"]?.string ?? ""
            let payload = payload(of: button.offset, in: message.content) ?? text
            return Key(
                title: text, hint: nil, answer: ["type": "button", "button": ["payload": .string(payload), "text": .string(text)]])
        }
    }

    private func payload(of button: Int, in value: JSON) -> String? {
        let component = value["components"]?.items?.first { component in
            component["type"]?.string?.lowercased() == "button" && component["sub_type"]?.string?.lowercased() == "quick_reply"
                && component["index"]?.int == button
        }
        return component?["parameters"]?.items?.first?["payload"]?.string
    }
}
