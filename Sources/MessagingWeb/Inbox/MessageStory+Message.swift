import Foundation
import Messaging
import WhatsAppCloudAPI

extension MessageStory {
    /// - Parameters:
    ///   - attempts: every call to Meta that was made for it.
    ///   - name: what the thread calls the tenant.
    init(_ message: Message, attempts: [SendAttempt], name: String, words: TimeWords) {
        // Meta's stamps know whole seconds, ours more: what happened within one stands in the order of its nature.
        let moments = (message.direction == .inbound ? Self.received(message, name) : Self.sent(message, attempts, name))
            .enumerated().sorted { ($0.element.second, $0.offset) < ($1.element.second, $1.offset) }.map(\.element)
        var day = ""
        self.init(
            of: message.messageId.rawValue,
            steps: moments.map { moment in
                let today = words.day(moment.at)
                defer { day = today }
                return Step(
                    stepDay: today == day ? nil : today, stepTime: words.second(moment.at), stepWords: moment.words,
                    stepCode: moment.code.map { "Code \($0)" })
            })
    }

    private struct Moment {
        let at: Date
        let words: String
        var code: Int?

        var second: Double { at.timeIntervalSince1970.rounded(.down) }
    }

    private static func received(_ message: Message, _ name: String) -> [Moment] {
        [Moment(at: message.at, words: "\(name) sent it")] + changed(message, name)
    }

    private static func changed(_ message: Message, _ name: String) -> [Moment] {
        [message.editedAt.map { Moment(at: $0, words: "Changed") }, message.revokedAt.map { Moment(at: $0, words: "Deleted") }]
            .compactMap { $0 }
    }

    private static func sent(_ message: Message, _ attempts: [SendAttempt], _ name: String) -> [Moment] {
        let isEcho = attempts.isEmpty && message.state == .accepted
        var moments = [Moment(at: message.at, words: isEcho ? "Written in WhatsApp on your phone" : "Written, and waiting for its turn")]
        moments += attempts.flatMap { Self.moments(of: $0) }
        let reported: [(Date?, String)] = [
            (message.sentAt, "Sent: WhatsApp has it"), (message.deliveredAt, "Delivered to \(name)’s phone"),
            (message.readAt, "Read"), (message.playedAt, "Played"),
        ]
        moments += reported.compactMap { at, words in at.map { Moment(at: $0, words: words) } }
        if let failedAt = message.failedAt {
            moments.append(Moment(at: failedAt, words: "Not delivered. \(message.errorDetails ?? "")", code: message.errorCode))
        }
        return moments + changed(message, name)
    }

    private static func moments(of attempt: SendAttempt) -> [Moment] {
        let begun = Moment(
            at: attempt.startedAt, words: attempt.number == 1 ? "Handed to WhatsApp" : "Handed to WhatsApp again, try \(attempt.number)")
        guard let finishedAt = attempt.finishedAt else { return [begun] }
        let said =
            switch attempt.outcome {
            case .calling: "The answer is still to come"
            case .accepted: "WhatsApp took it"
            case .refused: attempt.errorCode.map { ErrorCatalogue.entry(code: $0).forLandlord } ?? "WhatsApp refused it"
            case .notSent: "It could not leave: no connection to WhatsApp"
            case .unknown: "The line broke before WhatsApp answered"
            }
        return [begun, Moment(at: finishedAt, words: said, code: attempt.errorCode)]
    }
}
