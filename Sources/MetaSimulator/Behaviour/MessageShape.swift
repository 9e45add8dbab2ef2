import Foundation

/// What a message body must look like; limits from Meta's message references.
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
        switch type {
        case "text": try checkText(value)
        case "image", "video", "document": try checkMedia(type, value)
        case "audio", "sticker": try checkMedia(type, value)
        case "interactive": try checkInteractive(value)
        case "reaction":
            if value["message_id"]?.string == nil { throw .whatsApp(131008, "The parameter reaction.message_id is required.") }
        case "contacts":
            guard let count = value.items?.count, (1...257).contains(count) else {
                throw .whatsApp(131009, "The parameter contacts must hold 1 to 257 contacts.")
            }
        default: break
        }
    }

    private static func checkText(_ value: JSON) throws(GraphRefusal) {
        guard let body = value["body"]?.string, !body.isEmpty else { throw .whatsApp(131008, "The parameter text.body is required.") }
        guard body.unicodeScalars.count <= 4_096 else {
            throw .parameter("Param text['body'] must be at most 4096 characters long.")
        }
    }

    private static func checkMedia(_ type: String, _ value: JSON) throws(GraphRefusal) {
        guard (value["id"]?.text == nil) != (value["link"]?.text == nil) else {
            throw .whatsApp(131009, "The parameter \(type) must have either an id or a link.")
        }
        if let caption = value["caption"]?.string, caption.unicodeScalars.count > 1_024 {
            throw .parameter("Param \(type)['caption'] must be at most 1024 characters long.")
        }
    }

    private static func checkInteractive(_ value: JSON) throws(GraphRefusal) {
        guard let kind = value["type"]?.string, value["action"] != nil else {
            throw .whatsApp(131008, "The parameters interactive.type and interactive.action are required.")
        }
        let limit = kind == "list" ? 4_096 : 1_024
        if let body = value["body"]?["text"]?.string, body.unicodeScalars.count > limit {
            throw .parameter("Param interactive['body']['text'] must be at most \(limit) characters long.")
        }
        guard kind == "button" else { return }
        let titles = value["action"]?["buttons"]?.items?.map { $0["reply"]?["title"]?.string ?? "" } ?? []
        guard (1...3).contains(titles.count), Set(titles).count == titles.count,
            titles.allSatisfy({ (1...20).contains($0.unicodeScalars.count) })
        else { throw .whatsApp(131009, "Reply buttons: 1 to 3, with different titles of at most 20 characters.") }
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
