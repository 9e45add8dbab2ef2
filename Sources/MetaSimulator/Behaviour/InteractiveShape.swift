/// What an interactive message must look like: buttons, lists and links in full, the others by their frame.
enum InteractiveShape {
    private static let kinds: Set<String> = [
        "button", "list", "cta_url", "location_request_message", "request_contact_info", "flow", "product", "product_list",
        "catalog_message", "voice_call", "call_permission_request", "carousel", "address_message", "order_details", "order_status",
    ]
    /// The action's name, where it must have a certain one.
    private static let actions = [
        "cta_url": "cta_url", "location_request_message": "send_location", "request_contact_info": "request_contact_info",
    ]

    static func check(_ value: JSON) throws(GraphRefusal) {
        guard let kind = value["type"]?.string, let action = value["action"] else {
            throw .whatsApp(131008, "The parameters interactive['type'] and interactive['action'] are required.")
        }
        guard kinds.contains(kind) else { throw .whatsApp(131009, "The interactive type \(kind) is not supported.") }
        try checkFrame(value, of: kind)
        if let name = actions[kind], action["name"]?.string != name {
            throw .whatsApp(131009, "The parameter interactive['action']['name'] must be \(name).")
        }
        switch kind {
        case "button": try checkButtons(action["buttons"]?.items ?? [])
        case "list": try checkList(action)
        case "cta_url": try checkLink(action["parameters"] ?? .null)
        default: break
        }
    }

    private static func checkFrame(_ value: JSON, of kind: String) throws(GraphRefusal) {
        if kind != "product" || value["body"] != nil {
            try MessageShape.need(value["body"]?["text"], "interactive['body']['text']", upTo: kind == "list" ? 4_096 : 1_024)
        }
        if let footer = value["footer"] { try MessageShape.need(footer["text"], "interactive['footer']['text']", upTo: 60) }
        guard let header = value["header"] else { return }
        let type = header["type"]?.string ?? ""
        guard headers(of: kind).contains(type) else {
            throw .whatsApp(131009, "An interactive message of type \(kind) cannot have a header of type \(type).")
        }
        if let file = MediaKind(rawValue: type) {
            try MessageShape.checkFile(file, header[type] ?? .null, "interactive['header']['\(type)']", isHeader: true)
        } else {
            try MessageShape.need(header["text"], "interactive['header']['text']", upTo: 60)
        }
    }

    private static func headers(of kind: String) -> [String] {
        switch kind {
        case "list", "product_list": ["text"]
        case "location_request_message", "request_contact_info", "product": []
        default: ["text", "image", "video", "document"]
        }
    }

    private static func checkButtons(_ buttons: [JSON]) throws(GraphRefusal) {
        guard (1...3).contains(buttons.count), buttons.allSatisfy({ $0["type"]?.string == "reply" }) else {
            throw .whatsApp(131009, "An interactive message has 1 to 3 buttons, all of type reply.")
        }
        for button in buttons {
            try MessageShape.need(button["reply"]?["title"], "button['reply']['title']", upTo: 20)
            try MessageShape.need(button["reply"]?["id"], "button['reply']['id']", upTo: 256)
        }
        for name in ["title", "id"] where Set(buttons.map { $0["reply"]?[name] }).count < buttons.count {
            throw .whatsApp(131009, "Every button needs another \(name).")
        }
    }

    private static func checkList(_ action: JSON) throws(GraphRefusal) {
        try MessageShape.need(action["button"], "interactive['action']['button']", upTo: 20)
        let sections = action["sections"]?.items ?? []
        let rows = sections.flatMap { $0["rows"]?.items ?? [] }
        guard (1...10).contains(sections.count), (1...10).contains(rows.count) else {
            throw .whatsApp(131009, "A list has 1 to 10 sections with 1 to 10 rows in all.")
        }
        for section in sections where sections.count > 1 || section["title"] != nil {
            try MessageShape.need(section["title"], "section['title']", upTo: 24)
        }
        for row in rows {
            try MessageShape.need(row["id"], "row['id']", upTo: 200)
            try MessageShape.need(row["title"], "row['title']", upTo: 24)
            if let description = row["description"] { try MessageShape.need(description, "row['description']", upTo: 72) }
        }
        guard Set(rows.map { $0["id"] }).count == rows.count else { throw .whatsApp(131009, "Every row needs another id.") }
    }

    private static func checkLink(_ parameters: JSON) throws(GraphRefusal) {
        try MessageShape.need(parameters["display_text"], "parameters['display_text']", upTo: 20)
        guard MessageShape.isAddress(parameters["url"]?.string ?? "", schemes: ["http", "https"]) else {
            throw .whatsApp(131009, "The parameter parameters['url'] must be an http or https address.")
        }
    }
}
