import Foundation
import Messaging
import WhatsAppCloudAPI

// Inside the bubble these names mean what is shown.
typealias StoredReaction = Reaction
typealias SendAttempt = Attempt

extension MessageBubble {
    /// What a bubble needs beside its message, read for a whole thread at once.
    struct Surroundings: Sendable {
        let conversation: Conversation
        let reader: Person.ID
        /// Whether the reader may send anything again.
        let maySend: Bool
        let colleagues: [Person.ID: String]
        let quoted: [String: Message]
        let reactions: [String: [StoredReaction]]
        let attempts: [Message.ID: [SendAttempt]]
        let media: [Message.ID: MediaFile]
        let csrf: String
        let words: TimeWords

        var name: String { conversation.contact.firstName }
    }

    init(_ message: Message, in around: Surroundings) {
        let wrote = message.sentBy.flatMap { $0 == around.reader ? nil : around.colleagues[$0] ?? "A colleague" }
        let reactions = message.wamid.flatMap { around.reactions[$0] } ?? []
        self.init(
            id: message.messageId.rawValue, conversation: message.conversationId.rawValue,
            direction: message.direction == .inbound ? .incoming(from: around.name) : .outgoing(colleague: wrote),
            body: Body(message, file: Media.Place(around.media[message.messageId], of: message, from: around.name)),
            delivery: Delivery(
                message, attempts: around.attempts[message.messageId] ?? [], name: around.name, maySend: around.maySend,
                words: around.words),
            sentAt: message.at, quote: message.replyTo.flatMap { around.quoted[$0] }.map { Quote($0, name: around.name) },
            reactions: reactions.compactMap { Reaction($0, name: around.name) },
            reactionProblem: reactions.compactMap(\.problem).first,
            canBeAnswered: around.maySend && message.canBeAnswered(at: around.words.now),
            hasStory: true,
            advertisement: Advertisement(message),
            editedAt: message.revokedAt == nil ? message.editedAt : nil,
            before: message.editedAt == nil
                ? nil : Body(content: message.content, type: message.type, preview: "", direction: message.direction).preview.text,
            clientMessageID: message.direction == .outbound ? message.clientMessageId : nil, csrf: around.csrf, words: around.words)
    }
}

extension MessageBubble.Reaction {
    /// Nil for one that does not stand there.
    fileprivate init?(_ reaction: StoredReaction, name: String) {
        if case .failed = reaction.state { return nil }
        guard let emoji = reaction.emoji else { return nil }
        self.init(emoji: emoji, by: reaction.direction == .inbound ? name : "You", isWaiting: reaction.state == .underWay)
    }
}

extension StoredReaction {
    /// Why it does not stand there.
    fileprivate var problem: String? {
        guard case .failed(let reason) = state else { return nil }
        return (emoji.map { "Your reaction \($0) was not delivered. " } ?? "Your reaction could not be taken away. ") + reason
    }
}

extension MessageBubble.Quote {
    init(_ message: Message, name: String) {
        self.init(
            name: message.direction == .inbound ? name : "You", text: MessageBubble.Body(message).preview.text,
            message: message.messageId.rawValue)
    }
}

extension Delivery {
    init(_ message: Message, attempts: [SendAttempt], name: String, maySend: Bool = true, words: TimeWords) {
        let tries = attempts.map { Slip.Attempt($0, words: words) }
        let id = message.messageId.rawValue, conversation = message.conversationId.rawValue
        let probablyNotSent = Slip.probablyNotSent(name: name, message: id, in: conversation, attempts: tries)
        self =
            switch message.status {
            case .received, .queued, .sending: .waiting
            case .accepted, .sent: .sent
            case .delivered: .delivered(at: message.deliveredAt)
            case .read: .read(at: message.readAt ?? message.playedAt)
            case .unknown: .checking(.checking(name: name, attempts: tries))
            case .probablyNotSent: .checking(maySend ? probablyNotSent : probablyNotSent.withoutActions)
            case .failed:
                .failed(
                    Slip(
                        reason: message.errorDetails ?? "WhatsApp did not take it and gave no reason.",
                        actions: maySend ? [.again(id, in: conversation)] : [], attempts: tries))
            }
    }
}

extension Slip.Attempt {
    fileprivate init(_ attempt: SendAttempt, words: TimeWords) {
        let said =
            switch attempt.outcome {
            case .calling: "Handed over; the answer is still to come"
            case .accepted: "Meta took it"
            case .refused: attempt.errorCode.map { ErrorCatalogue.entry(code: $0).forLandlord } ?? "Meta refused it"
            case .notSent: "It could not leave: no connection to Meta"
            case .unknown: "The line broke before Meta answered"
            }
        self.init(time: words.second(attempt.startedAt), words: said, code: attempt.errorCode.map { "Code \($0)" })
    }
}

extension Contact {
    /// What labels call the person: the first word of the name, or whatever we have.
    var firstName: String {
        guard name != nil || profileName != nil else { return displayName }
        return displayName.split(separator: " ").first.map(String.init) ?? displayName
    }

    /// Property and flat.
    var home: String? {
        // "4B" is a flat; "Room 4" and "Flat 4B" say themselves what they are.
        let place = unit.map { $0.contains(" ") ? $0.prefix(1).lowercased() + $0.dropFirst() : "flat \($0)" }
        let parts = [property, place].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    var plate: DoorPlate { DoorPlate(unit: unit, property: property) }

    var consent: Consent {
        hasOptedOut ? .saidStop : hasOptedIn ? .agreed : phone == nil && profileName == nil ? .noNumber : .notAsked
    }
}
