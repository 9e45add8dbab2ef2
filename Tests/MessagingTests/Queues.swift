import Foundation
import SQLDatabase
import WhatsAppCloudAPI

@testable import Messaging

/// Steps of the sender, for tests that drive it without loops and without Meta.
extension World {
    /// Olga's tenants number 1 to `count`, each having just written, so that all may be written to.
    func olgasTenants(_ count: Int) async throws -> (olga: Desk, threads: [Conversation.ID]) {
        let olga = try await olgaReady()
        let inputs = (1...count).map { ContactInput.agreed("t-\($0)", "Tenant \($0)", phone($0)) }
        _ = try await olga.sync(inputs)
        try await messaging.ledger.store(
            Webhook.body((1...count).map { .text("wamid.IN\($0)", "Hello?", by: String(phone($0).dropFirst()), at: clock.now) }))
        try await messaging.applyAll()
        var threads: [Conversation.ID] = []
        for number in 1...count {
            let contact = try await olga.contact(externalID: "t-\(number)")
            threads += try await olga.conversations(of: contact.contactId).items.map(\.id)
        }
        return (olga, threads)
    }

    private func phone(_ number: Int) -> String { "+447700900" + String(200 + number) }

    /// Pavel's line with one tenant, Ines, who has just written.
    func pavelReady() async throws -> (pavel: Desk, thread: Conversation.ID) {
        let pavel = try await pavel
        try await connectByHand(Self.pavel, Self.pavelsNumber, waba: "104000000000002")
        _ = try await pavel.sync([.agreed("t-ines", "Ines Duarte", "+447700900482")])
        try await deliver(.text("wamid.INES", "Hello?", by: "447700900482", at: clock.now, on: Self.pavelsNumber))
        return (pavel, try await pavel.conversations().items[0].id)
    }

    /// What a process claims at a moment.
    func claim(at time: Date, _ room: SendRoom = SendRoom(free: 512), process: String = "one") async throws -> SendClaim {
        try await database.write { db in
            var sender = Sender(db: db, now: time, random: .system, process: process)
            return try sender.claim(room)
        }
    }

    /// Writes down the same result for calls.
    @discardableResult
    func record(_ result: SendResult, of calls: [SendCall], at time: Date) async throws -> SendRecording {
        try await database.write { db in
            var sender = Sender(db: db, now: time, random: .seeded(7))
            return try sender.record(calls.map { SendAnswer(call: $0, result: result) })
        }
    }

    /// Meta takes the calls.
    @discardableResult
    func accept(_ calls: [SendCall], at time: Date) async throws -> SendRecording {
        try await database.write { db in
            var sender = Sender(db: db, now: time, random: .system)
            return try sender.record(calls.map { SendAnswer(call: $0, result: .accepted(SendReceipt(wamid: Wamid("wamid.\($0.fence)")))) })
        }
    }
}

extension SendResult {
    /// Meta says no.
    static func refused(_ code: Int, retryAfter: Duration? = nil) -> SendResult {
        .failed(.refused(GraphError(code: code, message: "No", retryAfter: retryAfter)))
    }
}
