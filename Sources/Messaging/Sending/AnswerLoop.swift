import Foundation
import Logging
import SQLDatabase

/// Sends what was to go out once the person has written. Each answer is sent under its own ID: found twice, it is the same message.
struct AnswerLoop: Sendable {
    let database: any Database
    let sends: SharedSends
    let hub: EventHub
    let wake: Wake
    let clock: @Sendable () -> Date
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        await wake.loop(pausing: {
            do {
                for answer in try await due() { try await send(answer) }
            } catch {
                if !Task.isCancelled { logger.error("Sending what waited for an answer failed", metadata: ["error": "\(error)"]) }
            }
            return .seconds(1)
        })
    }

    private func due() async throws -> [DueAnswer] {
        let now = clock()
        return try await database.read { try DueAnswer.all(on: $0, now: now) }
    }

    private func send(_ answer: DueAnswer) async throws {
        let order = SendOrder(
            draft: .text(answer.text, clientMessageID: WaitingAnswer.clientMessageID(answer.answerId)),
            addressee: .conversation(answer.conversationId),
            person: answer.personId, now: clock(), random: random())
        do {
            _ = try await sends.perform(order, for: answer.landlordId)
            try await settle(answer, problem: nil)
        } catch let refusal as SendRefusal {
            try await settle(answer, problem: refusal.message)
        }
    }

    private func settle(_ answer: DueAnswer, problem: String?) async throws {
        let now = clock()
        try await database.write { try answer.settle(problem: problem, on: $0, now: now) }
        await hub.wake([answer.landlordId])
    }
}
