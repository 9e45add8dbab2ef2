import Crypto
import Foundation
import WhatsAppCloudAPI

/// Whom we tell of conversations that wait for an answer: the platform, which writes the e-mail.
public struct DigestReceiver: Sendable {
    let address: String
    let secret: String
    let after: TimeInterval
    let pages: String?

    /// - Parameters:
    ///   - address: where lists are posted.
    ///   - secret: signs them.
    ///   - after: how long somebody waits before it is told, in seconds.
    ///   - pages: the address below which conversations are shown, with a slash at its end; nil when it is not known.
    public init(address: String, secret: String, after: TimeInterval, pages: String?) {
        self.address = address
        self.secret = secret
        self.after = after
        self.pages = pages
    }

    func letter(_ digest: Digest, now: Date) -> Courier.Letter {
        let body = digest.json(pages: pages, now: now).serialized
        let time = String(Int(now.timeIntervalSince1970))
        return Courier.Letter(
            address: address,
            headers: [
                ("Content-Type", "application/json"), ("Idempotency-Key", digest.id),
                ("X-ZenRent-Signature", "t=\(time),v1=\(signature(of: body, at: time))"),
            ],
            body: body)
    }

    /// HMAC-SHA256 in hexadecimal digits over the time, a dot and the body.
    private func signature(of body: [UInt8], at time: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(time).".utf8) + body, using: SymmetricKey(data: Data(secret.utf8)))
        return code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Conversations of one landlord that wait for an answer.
struct Digest: Sendable {
    struct Item: Sendable {
        let conversation: Conversation
        /// The first message that nobody answered.
        let message: Message
    }

    /// The same each time it is tried.
    let id: String
    let landlord: Landlord
    /// Those first who wait longest.
    let items: [Item]

    func json(pages: String?, now: Date) -> JSONValue {
        [
            "id": .string(id), "kind": "unanswered", "at": .string(now.formatted(.iso8601)),
            "landlord": ["id": .string(landlord.landlordID.rawValue), "name": .string(landlord.name)],
            "conversations": .array(items.map { $0.json(pages: pages) }),
        ]
    }
}

extension Digest.Item {
    fileprivate func json(pages: String?) -> JSONValue {
        let contact = conversation.contact
        return [
            "id": .string(conversation.id.rawValue), "messageId": .string(message.messageId.rawValue),
            "waitingSince": .string(message.at.formatted(.iso8601)), "unread": .integer(Int64(conversation.unread)),
            "preview": .string(NoticeWords(message).text), "url": pages.map { .string($0 + conversation.id.rawValue) } ?? .null,
            "contact": [
                "id": .string(contact.contactId.rawValue), "externalId": contact.externalId.map { .string($0) } ?? .null,
                "name": .string(contact.displayName),
            ],
        ]
    }
}
