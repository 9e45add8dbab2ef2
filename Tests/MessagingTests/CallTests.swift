import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Calls")
struct CallTests {
    @Test("A call opens the window and stands in the thread once, whichever of its two ends comes first", arguments: TestEngine.allCases)
    func inTheThread(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let begins = JSONValue.call("wacid.1", "connect", at: now + 100), ends = JSONValue.call("wacid.1", "terminate", at: now + 130)
            let answered = JSONValue.call("wacid.2", "terminate", at: now + 330, seconds: 130)

            for value in [ends, begins, begins, answered, .call("wacid.2", "connect", at: now + 200), ends] {
                try await world.messaging.ledger.store(Webhook.body([value], field: "calls"))
                try await world.messaging.applyAll()
            }

            let thread = try await world.conversation(with: "t-nadia", at: olga)
            let calls = try await olga.messages(of: thread.id).items.filter { $0.type == "call" }
            #expect(calls.map(\.preview) == ["Voice call, 2 min 10 s", "Missed voice call"])
            #expect(calls.map(\.at) == [(now + 200).wholeSecond, (now + 100).wholeSecond])
            #expect(thread.window.lastInboundAt == (now + 200).wholeSecond && thread.unread == 3)
            #expect(!calls.contains { $0.content.contains("sdp") })
            try await olga.markRead(thread.id)
            let told = try await world.database.read { try $0.first(String.self, "SELECT wamid FROM read_receipts") }
            #expect(told == "wamid.HELLO", "a call cannot be told to be read")
        }
    }

    @Test("Calls that the business makes, and ends of calls that nobody knows, make no message")
    func others() async throws {
        try await withWorld(.sqlite, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now

            for value in [
                JSONValue.call("wacid.3", "connect", at: now + 1, from: "BUSINESS_INITIATED"), .call("wacid.4", "terminate", at: now + 2),
            ] {
                try await world.messaging.ledger.store(Webhook.body([value], field: "calls"))
            }
            try await world.messaging.applyAll()

            let thread = try await world.conversation(with: "t-nadia", at: olga)
            #expect(try await olga.messages(of: thread.id).items.map(\.type) == ["text"])
        }
    }
}

extension JSONValue {
    fileprivate static func call(
        _ id: String, _ event: String, at time: Date, seconds: Int? = nil, from side: String = "USER_INITIATED"
    ) -> JSONValue {
        var call: [String: JSONValue] = [
            "id": .string(id), "from": "447700900118", "to": "442079460001", "event": .string(event),
            "timestamp": .string(String(Int(time.timeIntervalSince1970))), "direction": .string(side),
            "session": ["sdp_type": "offer", "sdp": "v=0"],
        ]
        if event == "terminate" { call["status"] = "COMPLETED" }
        if let seconds { call["duration"] = .integer(Int64(seconds)) }
        return [
            "messaging_product": "whatsapp",
            "metadata": ["display_phone_number": "442079460001", "phone_number_id": .string(World.olgasNumber.rawValue)],
            "calls": .array([.object(call)]),
        ]
    }
}
