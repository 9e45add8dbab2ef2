import Foundation

/// What a message body must look like; limits from Meta's message references. Interactive ones have a file of their own.
enum MessageShape {
    private static let types: Set<String> = [
        "text", "template", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "reaction",
    ]

    static func check(_ parameters: [String: JSON]) throws(GraphRefusal) {
        let type = parameters["type"]?.string ?? "text"
        guard types.contains(type) else { throw .whatsApp(131051, "The message type \(type) is not supported.") }
        guard let value = parameters[type], value != .null else {
            throw .whatsApp(131008, "The parameter \(type) is mandatory for type \(type).")
        }
        if let data = parameters["biz_opaque_callback_data"]?.text, data.count > 512 {
            throw .parameter("The parameter biz_opaque_callback_data must be at most 512 characters long.")
        }
        try checkContext(parameters["context"], of: type)
        switch type {
        case "text": try need(value["body"], "text['body']", upTo: 4_096)
        case "location": try checkLocation(value)
        case "contacts": try checkContacts(value)
        case "interactive": try InteractiveShape.check(value)
        case "reaction": try checkReaction(value)
        default: if let kind = MediaKind(rawValue: type) { try checkFile(kind, value, type) }
        }
    }

    private static func checkContext(_ context: JSON?, of type: String) throws(GraphRefusal) {
        guard let context, context != .null else { return }
        guard context["message_id"]?.string?.isEmpty == false else {
            throw .whatsApp(131008, "The parameter context['message_id'] is required.")
        }
        if type == "reaction" { throw .whatsApp(131009, "A reaction cannot be a reply; leave the parameter context out.") }
    }

    /// A file by its ID or by a link; what lies behind either is looked at later.
    static func checkFile(_ kind: MediaKind, _ value: JSON, _ name: String, isHeader: Bool = false) throws(GraphRefusal) {
        guard (value["id"]?.text == nil) != (value["link"]?.text == nil) else {
            throw .whatsApp(131009, "The parameter \(name) must have either an id or a link.")
        }
        if let link = value["link"]?.text, !isAddress(link, schemes: ["https"]) {
            throw .whatsApp(131009, "The parameter \(name)['link'] must be an https address.")
        }
        var allowed = kind.members.union(["id", "link"])
        if isHeader { allowed.remove("caption") }
        for member in (value.members ?? [:]).keys.sorted() where !allowed.contains(member) {
            throw .parameter("Unexpected key \"\(member)\" on param \"\(name)\".")
        }
        if let caption = value["caption"]?.string, caption.unicodeScalars.count > 1_024 {
            throw .parameter("Param \(name)['caption'] must be at most 1024 characters long.")
        }
    }

    private static func checkLocation(_ value: JSON) throws(GraphRefusal) {
        for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
            guard let degrees = value[name]?.text.flatMap({ Double($0) }), abs(degrees) <= most else {
                throw .whatsApp(131009, "The parameter location['\(name)'] must be a number from -\(most) to \(most).")
            }
        }
    }

    private static func checkContacts(_ value: JSON) throws(GraphRefusal) {
        guard let contacts = value.items, (1...257).contains(contacts.count) else {
            throw .whatsApp(131009, "The parameter contacts must hold 1 to 257 contacts.")
        }
        let parts = ["first_name", "last_name", "middle_name", "prefix", "suffix"]
        for name in contacts.map({ $0["name"] ?? .null }) {
            guard name["formatted_name"]?.string?.isEmpty == false, parts.contains(where: { name[$0]?.string?.isEmpty == false }) else {
                throw .whatsApp(131009, "Every contact's name needs formatted_name and one more of \(parts.joined(separator: ", ")).")
            }
        }
    }

    private static func checkReaction(_ value: JSON) throws(GraphRefusal) {
        try need(value["message_id"], "reaction['message_id']")
        guard let emoji = value["emoji"]?.string else { throw .whatsApp(131008, "The parameter reaction['emoji'] is required.") }
        guard emoji.isEmpty || isEmoji(emoji) else { throw .whatsApp(131009, "The parameter reaction['emoji'] must be one emoji.") }
    }

    /// Refuses a text that is missing, empty or too long. Characters are counted as code points.
    static func need(_ text: JSON?, _ name: String, upTo limit: Int = .max) throws(GraphRefusal) {
        guard let text = text?.string, !text.isEmpty else { throw .whatsApp(131008, "The parameter \(name) is required.") }
        guard text.unicodeScalars.count <= limit else { throw .parameter("Param \(name) must be at most \(limit) characters long.") }
    }

    static func isAddress(_ text: String, schemes: Set<String>) -> Bool {
        let parts = URLComponents(string: text)
        return schemes.contains(parts?.scheme?.lowercased() ?? "") && parts?.host?.isEmpty == false
    }

    /// One character to the eye, among whose code points is a pictograph: digits count as emoji to Unicode, but not to people.
    static func isEmoji(_ text: String) -> Bool {
        text.count == 1 && text.unicodeScalars.contains { !$0.isASCII && $0.properties.isEmoji }
    }

    /// What a phone shows of it.
    static func words(type: String, value: JSON) -> String {
        switch type {
        case "text": value["body"]?.string ?? ""
        case "reaction": value["emoji"]?.string ?? ""
        case "interactive":
            value["body"]?["text"]?.string ?? value["button_reply"]?["title"]?.string ?? value["list_reply"]?["title"]?.string ?? ""
        case "button": value["text"]?.string ?? ""
        case "location": "Location: " + [value["name"], value["address"]].compactMap { $0?.string }.joined(separator: ", ")
        case "system": value["body"]?.string ?? ""
        default: "[\(type)] " + (value["caption"]?.string ?? value["filename"]?.string ?? "")
        }
    }
}
