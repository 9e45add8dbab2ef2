import Foundation

/// What somebody can do on the page of a phone: the last part of the form's address.
enum PhoneAct: String, Sendable {
    case messages, files, places, reactions, presses
}

/// A form of a phone's page as it was sent.
struct SentForm: Sendable {
    let fields: [String: String]
    var file: ReceivedFile?

    subscript(name: String) -> String { fields[name] ?? "" }
}

extension Simulator {
    /// Says what the form means. Answers the number it went to; nil when there is no such person or number.
    func act(_ act: PhoneAct, _ form: SentForm, as slug: String) async -> String? {
        guard let person = world.person(slug), let number = world.numbers[form["number"]] else { return nil }
        if let message = meaning(of: act, form, from: person, to: number) {
            openConversation(of: person.slug, with: number.id)
            _ = say(message, as: person, to: number)
            await persist()
        }
        return number.id
    }

    /// Meta's message object for it; nil when there is nothing to say.
    private func meaning(of act: PhoneAct, _ form: SentForm, from person: Person, to number: Number) -> JSON? {
        switch act {
        case .messages: return words(form, from: person, to: number)
        case .files: return form.file.flatMap { letter($0, caption: form["caption"], to: number) }
        case .places: return place(form)
        case .reactions:
            guard let target = message(form["message"], of: person, with: number) else { return nil }
            return reaction(form["emoji"], to: target)
        case .presses:
            guard let target = message(form["message"], of: person, with: number), target.direction == .fromBusiness,
                let position = Int(form["key"])
            else { return nil }
            let keys = keys(on: target)
            guard keys.indices.contains(position) else { return nil }
            var answer = keys[position].answer
            answer["context"] = context(quoting: target, of: person, with: number)
            return answer
        }
    }

    private func words(_ form: SentForm, from person: Person, to number: Number) -> JSON? {
        let words = form["text"].trimmingCharacters(in: .whitespacesAndNewlines)
        guard !words.isEmpty else { return nil }
        var said: JSON = ["type": "text", "text": ["body": .string(words)]]
        said["context"] = message(form["context"], of: person, with: number).map { context(quoting: $0, of: person, with: number) }
        return said
    }

    /// What WhatsApp does not show as a picture, a film or a sound goes as a document.
    private func letter(_ file: ReceivedFile, caption: String, to number: Number) -> JSON? {
        guard !file.bytes.isEmpty else { return nil }
        let type = file.mimeType.map { HeaderValue($0).value } ?? ""
        let kind = MediaKind(plainType: type) ?? .document
        var said: JSON = [:]
        if !caption.isEmpty, kind.members.contains("caption") { said["caption"] = .string(caption) }
        if kind == .document { said["filename"] = .string(file.filename ?? "file") }
        if kind == .audio { said["voice"] = .bool(type == "audio/ogg") }
        return .object(["type": .string(kind.rawValue), kind.rawValue: receive(file, as: kind, said, for: number)])
    }

    private func place(_ form: SentForm) -> JSON? {
        guard let latitude = Double(form["latitude"]), let longitude = Double(form["longitude"]), abs(latitude) <= 90, abs(longitude) <= 180
        else { return nil }
        let given: (String) -> JSON? = { form[$0].isEmpty ? nil : .string(form[$0]) }
        let location = JSON.fields([
            "latitude": .double(latitude), "longitude": .double(longitude), "name": given("name"), "address": given("address"),
        ])
        return ["type": "location", "location": location]
    }

    private func reaction(_ emoji: String, to target: Message) -> JSON? {
        guard emoji.isEmpty || MessageShape.isEmoji(emoji) else { return nil }
        return ["type": "reaction", "reaction": ["message_id": .string(target.id), "emoji": .string(emoji)]]
    }

    private func context(quoting message: Message, of person: Person, with number: Number) -> JSON {
        let business = world.businessID(ofNumber: number.id) ?? ""
        let author = message.direction == .fromBusiness ? number.digits : person.waID(for: business)
        return .fields(["from": author.map(JSON.string), "id": .string(message.id)])
    }
}
