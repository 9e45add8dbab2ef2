import Foundation
import Messaging
import WhatsAppCloudAPI

/// How messages and conversations look in the API.
enum MessageJSON {
    /// `body` and `text` are what the message says, as text; `content` is the same in Meta's shape.
    static func message(_ message: Message) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .id(message.messageId), "conversationId": .id(message.conversationId), "wamid": .text(message.wamid),
            "direction": .string(message.direction.rawValue), "type": .string(message.type), "status": .string(message.status.rawValue),
            "body": .string(message.preview), "text": .string(message.preview), "content": .stored(message.content),
            "clientMessageId": .text(message.clientMessageId), "sentBy": .id(message.sentBy), "replyTo": .text(message.replyTo),
            "at": .time(message.at),
            "sentAt": .time(message.sentAt), "deliveredAt": .time(message.deliveredAt), "readAt": .time(message.readAt),
            "failedAt": .time(message.failedAt),
        ]
        members["error"] = error(code: message.errorCode, details: message.errorDetails)
        return .object(members)
    }

    /// What became of a message that was handed in to be sent.
    static func receipt(_ message: Message) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .id(message.messageId), "conversationId": .id(message.conversationId), "status": .string(message.status.rawValue),
            "wamid": .text(message.wamid),
        ]
        members["error"] = error(code: message.errorCode, details: message.errorDetails)
        return .object(members)
    }

    static func attempt(_ attempt: Attempt) -> JSONValue {
        var members: [String: JSONValue] = [
            "number": .integer(Int64(attempt.number)), "outcome": .string(attempt.outcome.rawValue), "wamid": .text(attempt.wamid),
            "startedAt": .time(attempt.startedAt), "finishedAt": .time(attempt.finishedAt),
        ]
        members["error"] = error(code: attempt.errorCode, details: attempt.errorDetails)
        return .object(members)
    }

    static func conversation(_ conversation: Conversation) -> JSONValue {
        let contact = conversation.contact
        return [
            "id": .id(conversation.id), "lineId": .id(conversation.lineID), "unread": .integer(Int64(conversation.unread)),
            "windowExpiresAt": .time(conversation.window.expiresAt),
            "lastMessage": conversation.lastMessage.map(message) ?? .null,
            "assignedTo": .id(conversation.filing.assignedTo), "snoozedUntil": .time(conversation.filing.snoozedUntil),
            "doneAt": .time(conversation.filing.doneAt), "labels": .array(conversation.labels.map(TeamJSON.label)),
            "contact": [
                "id": .id(contact.contactId), "externalId": .text(contact.externalId), "name": .string(contact.displayName),
                "phone": .text(contact.phone), "property": .text(contact.property), "unit": .text(contact.unit),
            ],
        ]
    }

    // Meta's code, our words for the landlord, and Meta's own reason.
    private static func error(code: Int?, details: String?) -> JSONValue? {
        guard code != nil || details != nil else { return nil }
        let words = code.map { ErrorCatalogue.entry(code: $0).forLandlord }
        return [
            "code": code.map { .integer(Int64($0)) } ?? .null, "message": .text(words ?? details), "details": .text(details),
        ]
    }
}
