import Foundation

extension Simulator {
    /// A person says something: stored, shown on the phone, and told to the business by webhook if the app is subscribed.
    /// - Parameter body: Meta's message object (`type` and the object of that name, `context`, `errors` …).
    func say(_ body: JSON, as person: Person, to number: Number) -> String {
        let business = world.businessID(ofNumber: number.id) ?? ""
        let type = body["type"]?.string ?? "text"
        let id = body["id"]?.string ?? wamid(with: person.digits)
        let at = body["timestamp"]?.int.map { Date(timeIntervalSince1970: Double($0)) } ?? now.wholeSeconds
        let content = body[type] ?? .null
        _ = pace.take(number: number, at: now)
        var message = Message(
            id: id, direction: .fromPerson, numberID: number.id, person: person.slug, type: type, content: content,
            text: MessageShape.words(type: type, value: content), sentAt: at, deliveredAt: at)
        message.quoted = body["context"]?["id"]?.string
        world.store(message)
        queueInbound(told(body, id: id, at: at, from: person, business: business), from: person, to: number, business: business)
        return id
    }

    /// Keeps a file that a person sends. Answers what the webhook says of it: ID, digest and an address, never the bytes.
    /// - Parameter said: the rest of the object, like the caption.
    func receive(_ file: ReceivedFile, as kind: MediaKind, _ said: JSON, for number: Number) -> JSON {
        let media = keep(file, for: number, mimeType: file.mimeType ?? kind.usualType, isUploaded: false)
        var object = said
        object["file"] = nil
        object["id"] = .string(media.id)
        object["mime_type"] = .string(media.mimeType)
        object["sha256"] = .string(media.sha256.base64EncodedString())
        object["url"] = .string(address(of: media, source: "webhook"))
        if kind == .audio, object["voice"] == nil { object["voice"] = false }
        if kind == .sticker, object["animated"] == nil { object["animated"] = .bool(file.isAnimated) }
        return object
    }

    /// The message as the webhook tells it.
    private func told(_ body: JSON, id: String, at: Date, from person: Person, business: String) -> JSON {
        var message = body
        for name in ["phoneNumberId", "phone_number_id"] { message[name] = nil }
        message["id"] = .string(id)
        message["timestamp"] = .string(at.unixText)
        message["from"] = person.waID(for: business).map(JSON.string)
        message["from_user_id"] = .string(person.userID(for: business))
        if message["type"] == nil { message["type"] = "text" }
        return message
    }

    private func queueInbound(_ message: JSON, from person: Person, to number: Number, business: String) {
        let isNumberChange = message["system"] != nil
        let value = JSON.fields([
            "messaging_product": "whatsapp", "metadata": metadata(of: number),
            "contacts": isNumberChange ? nil : [contact(person, for: business)], "messages": [message],
        ])
        if takeFault(.unknownTypes) != nil { queueUnknown(from: person, to: number, business: business) }
        queueWebhook(field: "messages", account: number.accountID, value: value, lane: "\(number.id)/\(person.slug)")
    }

    /// What Meta may invent tomorrow: a message type and a webhook field that nobody has heard of.
    private func queueUnknown(from person: Person, to number: Number, business: String) {
        let body: JSON = ["type": "hologram", "hologram": ["angle": 42]]
        let message = told(body, id: wamid(with: person.digits), at: now, from: person, business: business)
        let value = JSON.fields([
            "messaging_product": "whatsapp", "metadata": metadata(of: number), "contacts": [contact(person, for: business)],
            "messages": [message], "future": ["a": 1],
        ])
        queueWebhook(field: "messages", account: number.accountID, value: value)
        queueWebhook(field: "telepathy", account: number.accountID, value: ["thought": "?"])
    }
}
