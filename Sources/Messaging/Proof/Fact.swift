import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Something that is to stand in the chain, as it is now.
struct Fact: Sendable, Hashable {
    /// What it is about and which of its sides: `delivered` of a message. Each has one newest record.
    struct Key: Sendable, Hashable {
        let subject: String
        let name: String
    }

    let kind: ProofKind
    let key: Key
    /// JSON, its members in order: equal facts are equal texts.
    let content: String

    init(_ kind: ProofKind, _ name: String, of subject: String, _ members: [String: JSONValue]) {
        self.kind = kind
        key = Key(subject: subject, name: name)
        var members = members
        members["fact"] = .string(name)
        content = String(decoding: JSONValue.object(members.filter { $0.value != .null }).serialized, as: UTF8.self)
    }
}

extension Fact {
    /// What was said, without anything that comes later.
    static func said(_ message: Message, on line: (id: Line.ID, number: String?)?, with contact: Contact.ID?) -> Fact {
        let isOurs = message.direction == .outbound
        return Fact(
            isOurs ? .sent : .received, "message", of: message.messageId.rawValue,
            [
                "id": .string(message.messageId.rawValue), "conversation": .string(message.conversationId.rawValue),
                "contact": .word(contact?.rawValue), "line": .word(line?.id.rawValue), "number": .word(line?.number),
                "type": .string(message.type), "content": .stored(message.content), "replyTo": .word(message.replyTo),
                "sentBy": .word(message.sentBy?.rawValue), "at": .moment(message.at),
                // A message of ours gets its wamid later: attempts and ticks tell it.
                "wamid": isOurs ? .null : .word(message.wamid),
                // Only Meta has a template's words; these are as they were filled in.
                "text": message.content.contains(#""template""#) ? .string(message.preview) : .null,
            ])
    }

    /// How far a message of ours has come: each state once, with its time.
    static func delivery(of message: Message) -> [Fact] {
        guard message.direction == .outbound else { return [] }
        let id = message.messageId.rawValue
        func status(_ name: String, _ at: Date?, _ more: [String: JSONValue] = [:]) -> Fact? {
            guard let at else { return nil }
            let members: [String: JSONValue] = ["id": .string(id), "wamid": .word(message.wamid), "at": .moment(at)]
            return Fact(.status, name, of: id, members.merging(more) { $1 })
        }
        var facts = [
            status("sent", message.sentAt), status("delivered", message.deliveredAt), status("read", message.readAt),
            status("played", message.playedAt),
            status(
                "failed", message.failedAt,
                ["code": message.errorCode.map { .integer(Int64($0)) } ?? .null, "details": .word(message.errorDetails)]),
        ].compactMap { $0 }
        if [.unknown, .probablyNotSent].contains(message.state) {
            facts.append(Fact(.status, "state", of: id, ["id": .string(id), "state": .string(message.state.rawValue)]))
        }
        return facts
    }

    /// What its sender did to it afterwards.
    static func changes(of message: Message) -> [Fact] {
        let id = message.messageId.rawValue
        var facts: [Fact] = []
        if let at = message.editedAt {
            facts.append(
                Fact(
                    .edit, "edit", of: id,
                    ["id": .string(id), "at": .moment(at), "content": message.editedContent.map(JSONValue.stored) ?? .null]))
        }
        if let at = message.revokedAt { facts.append(Fact(.deletion, "deletion", of: id, ["id": .string(id), "at": .moment(at)])) }
        return facts
    }

    static func consent(of contact: Contact) -> Fact? {
        guard contact.optInAt != nil || contact.optedOutAt != nil else { return nil }
        return Fact(
            .consent, "consent", of: contact.contactId.rawValue,
            [
                "contact": .string(contact.contactId.rawValue), "optInAt": .moment(contact.optInAt),
                "optInSource": .word(contact.optInSource),
                "optInWording": .word(contact.optInWording), "optedOutAt": .moment(contact.optedOutAt),
            ])
    }

    static func export(_ export: Export) -> Fact {
        Fact(
            .export, "export", of: export.exportId.rawValue,
            [
                "export": .string(export.exportId.rawValue), "conversation": .string(export.conversationId.rawValue),
                "format": .string(export.format.rawValue), "by": .string(export.personId.rawValue), "at": .moment(export.createdAt),
            ])
    }
}

extension JSONValue {
    /// A text, or null.
    static func word(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// ISO 8601 in UTC with milliseconds, or null.
    static func moment(_ date: Date?) -> JSONValue {
        date.map { .string($0.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))) } ?? .null
    }

    /// Meta's JSON as it is stored; a text where it is none.
    static func stored(_ text: String) -> JSONValue { (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text) }
}
