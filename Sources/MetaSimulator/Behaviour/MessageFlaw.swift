import Foundation

extension Simulator {
    /// The error that comes by status because of what the message refers to: Meta looks at files and targets after it has answered.
    func flaw(of type: String, _ value: JSON, from number: Number, to person: Person) -> Int? {
        if type == "reaction" { return canReact(to: value["message_id"]?.string, from: number, to: person) ? nil : 131009 }
        return files(in: value, of: type).allSatisfy { canSend($0.object, as: $0.kind, from: number) } ? nil : 131053
    }

    /// The message's own file, or the files of its header.
    private func files(in value: JSON, of type: String) -> [(kind: MediaKind, object: JSON)] {
        switch type {
        case "interactive": [value["header"]].compactMap { file(in: $0) }
        case "template":
            (value["components"]?.items ?? []).flatMap { $0["parameters"]?.items ?? [] }.compactMap { file(in: $0) }
        default: [file(in: .object(["type": .string(type), type: value]))].compactMap { $0 }
        }
    }

    private func file(in part: JSON?) -> (kind: MediaKind, object: JSON)? {
        guard let kind = part?["type"]?.string.flatMap({ MediaKind(rawValue: $0) }), let object = part?[kind.rawValue] else { return nil }
        return (kind, object)
    }

    /// Whether the ID is that of a file which was uploaded for this number, still lives, and is of the right type. Links are not followed.
    private func canSend(_ object: JSON, as kind: MediaKind, from number: Number) -> Bool {
        guard let id = object["id"]?.text else { return true }
        guard let media = world.media.living(id, at: now), media.isUploaded, media.numberID == number.id,
            kind.plainTypes.contains(media.plainType)
        else { return false }
        return object["voice"]?.bool == true ? media.isOpus : true
    }

    /// A reaction's target is at most 30 days old, stands in the same conversation and is no reaction itself.
    private func canReact(to id: String?, from number: Number, to person: Person) -> Bool {
        guard let place = id.flatMap({ world.messageIndex($0) }) else { return false }
        let target = world.messages[place]
        return target.numberID == number.id && target.person == person.slug && target.failure == nil && !target.isAboutAnother
            && target.isRevoked != true && now.timeIntervalSince(target.sentAt) <= 30 * 86_400
    }
}

extension Media {
    /// Voice notes are Ogg files with Opus in them; a type that names no codec is believed.
    fileprivate var isOpus: Bool {
        let type = HeaderValue(mimeType)
        return type.value == "audio/ogg" && ["opus", nil].contains(type.parameters["codecs"]?.lowercased())
    }
}
