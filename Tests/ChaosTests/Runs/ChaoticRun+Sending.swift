import Foundation
import SQLDatabase
import WhatsAppCloudAPI

@testable import Messaging

/// What goes out.
extension ChaoticRun {
    static func draft(_ kind: Scene.Kind, _ scene: Int) -> Draft {
        switch kind {
        case .text: .text("Answer \(scene)", clientMessageID: "m\(scene)")
        case .template: Draft(.template(TemplateMessage(name: "rent_reminder", language: "en_GB")), clientMessageID: "m\(scene)")
        }
    }

    mutating func send(_ draft: Draft, to renter: Renter, by host: Host, scene: Int) async throws {
        let now = now, random = Randomness.seeded(salt(scene))
        let (message, fault) = try await database.write { db in
            try Verdict.send(draft, to: renter.externalID, LandlordRows(host.id, db), person: Person.ID(host.rawValue), now, random)
        }
        if let fault { faults.append("message of scene \(scene): \(fault)") }
        guard let message else { return }
        sent[message.messageId] = Sent(
            scene: scene, host: host, conversation: message.conversationId, draft: draft, tenant: renter.externalID)
    }

    /// The client did not hear the answer and sends the same again.
    mutating func sendAgain(_ earlier: Int, otherWords: Bool, by host: Host) async throws {
        guard let (id, known) = sent.first(where: { $0.value.scene == earlier }) else { return }
        var draft = known.draft
        if otherWords { draft.content = .text(body: "Other words", previewURL: false) }
        let now = now, random = Randomness.seeded(salt(earlier + 500_000)), again = draft
        let outcome = try await database.write { db -> String in
            let order = SendOrder(draft: again, addressee: .tenant(known.tenant), person: nil, now: now, random: random)
            do {
                return try Outgoing.send(order, of: LandlordRows(host.id, db)).messageId.rawValue
            } catch is ClientMessageIDReused {
                return "refused"
            }
        }
        if outcome != (otherWords ? "refused" : id.rawValue) { faults.append("message of scene \(earlier) sent again became \(outcome)") }
    }

    mutating func claim(_ limit: Int, _ crash: Scene.Crash, salt: UInt64) async throws {
        let now = now, random = Randomness.seeded(salt)
        do {
            let calls = try await database.write { db in
                var sender = Sender(db: db, now: now, random: random)
                let calls = try sender.step(limit: limit)
                if crash == .rolledBack { throw Died() }
                return calls
            }
            if crash == .no { openCalls += calls.map { OpenCall(call: $0, claimedAt: now) } }
        } catch is Died {}
    }

    /// One of the calls under way is made, if it is not too late for it.
    mutating func call(_ fate: Scene.Fate, salt: UInt64) async throws {
        guard !openCalls.isEmpty else { return }
        let open = openCalls.remove(at: Int(salt % UInt64(openCalls.count))), call = open.call
        guard now.timeIntervalSince(open.claimedAt) <= 2 else { return answer(call, .notStarted("The call could not begin in time.")) }
        switch fate {
        case .accepted: try await answer(call, receive(call))
        case .notSent: answer(call, .failed(.notSent("no connection")))
        case .answerLost(let isReceived), .unreadable(let isReceived):
            if isReceived { _ = try await receive(call) }
            if isReceived, case .repeatsLostCalls = sabotage { _ = try await receive(call, again: true) }
            if case .unreadable = fate { return answer(call, .failed(.unreadable(status: 502, excerpt: "<html>"))) }
            answer(call, .failed(.answerLost("time-out")))
        case .refused(let code): answer(call, .failed(.refused(GraphError(code: code, message: "no"))))
        case .neverMade: break
        case .madeAndForgotten: _ = try await receive(call)
        }
    }

    private mutating func answer(_ call: SendCall, _ result: SendResult) {
        answers.append(Answer(call: call, result: result))
    }

    /// Meta has the call: it goes to the phone, unless a rule of Meta's forbids it.
    private mutating func receive(_ call: SendCall, again: Bool = false) async throws -> SendResult {
        guard let person = meta.person(at: call.message.recipient),
            let line = OwnLine.allCases.first(where: { $0.number == call.phoneNumberID })
        else {
            faults.append("a call to nobody: \(call.message.recipient)")
            return .failed(.refused(GraphError(code: 131_026, message: "nobody")))
        }
        if case .text = call.message.content, !meta.isWindowOpen(person, on: line, at: now) {
            return .failed(.refused(GraphError(code: 131_047, message: "window")))
        }
        let landlord = call.landlord, id = call.messageID
        let message = try await database.read { db in
            try db.first(
                MessageRecord.self,
                "SELECT \(MessageRecord.columns) FROM messages WHERE landlord_id = \(landlord) AND message_id = \(id)")
        }
        let key = "m\(sent[id]?.scene ?? -1)#\(call.number)\(again ? " again" : "")"
        let receipt = meta.receive(call, key: key, from: person, on: line, at: now)
        if let message { timeline.append((now, .received(call, message, wamid: receipt.wamid.rawValue))) }
        noteNews()
        return .accepted(receipt)
    }

    mutating func record(_ crash: Scene.Crash, salt: UInt64) async throws {
        guard !answers.isEmpty else { return }
        let index = Int(salt % UInt64(answers.count)), answer = answers[index]
        if crash != .rolledBack { answers.remove(at: index) }
        if crash == .forgotten { return }
        let now = now, random = Randomness.seeded(salt)
        do {
            let isNew = try await database.write { db in
                var sender = Sender(db: db, now: now, random: random)
                let isNew = try sender.record(answer.result, of: answer.call)
                if crash == .rolledBack { throw Died() }
                return isNew
            }
            if isNew, case .failed(.refused(let error)) = answer.result, case .reconnect = error.entry.remedy,
                let host = Host(rawValue: answer.call.landlord.rawValue)
            {
                timeline.append((now, .tokenRefused(host, account: answer.call.accountID.rawValue)))
            }
        } catch is Died {}
    }

    mutating func recover(all: Bool) async throws {
        let now = now
        _ = try await database.write { db in
            try Sender(db: db, now: now, random: .seeded(0)).recover(all: all)
        }
    }

    mutating func giveUp() async throws {
        try await giveUpLate()
        guard bodies.allSatisfy(\.isApplied), let seen = bodies.last?.receivedAt else { return }
        let now = now
        _ = try await database.write { db in
            try Sender(db: db, now: now, random: .seeded(0)).giveUpUnknown(webhooksSeen: seen)
        }
    }

    private func giveUpLate() async throws {
        let now = now
        for line in try await database.read({ try Sender(db: $0, now: now, random: .seeded(0)).lateLines() }) {
            while try await database.write({ try Sender(db: $0, now: now, random: .seeded(0)).giveUpLate(on: line) }) {}
        }
    }
}
