import Messaging
import WhatsAppCloudAPI

/// How colleagues and what they do together look in the API.
enum TeamJSON {
    static func colleague(_ colleague: Colleague, reader: Person.ID) -> JSONValue {
        [
            "id": .id(colleague.personId), "name": .text(colleague.name), "role": .string(colleague.role.code),
            "since": .time(colleague.createdAt), "isYou": .bool(colleague.personId == reader),
        ]
    }

    static func invitation(_ invitation: Invitation) -> JSONValue {
        [
            "id": .id(invitation.invitationId), "role": .string(invitation.role.code), "name": .text(invitation.name),
            "createdAt": .time(invitation.createdAt), "expiresAt": .time(invitation.expiresAt),
        ]
    }

    /// `person` did it; `about` is whom it was given to.
    static func entry(_ entry: Entry) -> JSONValue {
        [
            "id": .id(entry.entryId), "conversationId": .id(entry.conversationId), "kind": .string(entry.kind.rawValue),
            "person": .id(entry.personId), "about": .id(entry.aboutId), "until": .time(entry.until), "text": .text(entry.text),
            "at": .time(entry.at),
        ]
    }

    static func label(_ label: Label) -> JSONValue {
        ["id": .id(label.labelId), "name": .string(label.name), "hue": .integer(Int64(label.hue))]
    }

    static func quickAnswer(_ answer: QuickAnswer) -> JSONValue {
        [
            "id": .id(answer.answerId), "title": .string(answer.title), "text": .string(answer.text),
            "updatedAt": .time(answer.updatedAt),
        ]
    }
}
