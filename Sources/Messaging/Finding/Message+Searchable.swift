import WhatsAppCloudAPI

extension Message {
    /// What of a message can be found: its words as they are now, and what a file in it is called. What its sender took back is found no more.
    var searchable: String {
        guard revokedAt == nil else { return "" }
        switch type {
        case "text", "template", "button", "interactive", "contacts", "location", "order", "system": return preview
        case _ where mayHaveFile:
            let said = [words(in: editedContent ?? content, of: "caption"), words(in: content, of: "filename")]
            return said.compactMap { $0 }.joined(separator: "\n")
        // A preview of what we cannot read is in our words, not in theirs.
        default: return ""
        }
    }

    // Without a caption the preview says "Photo".
    private func words(in body: String, of name: String) -> String? {
        guard body.contains("\"\(name)\""), let json = try? JSONValue(parsing: Array(body.utf8)) else { return nil }
        return json[json["type"]?.string ?? type]?[name]?.string?.storable
    }
}
