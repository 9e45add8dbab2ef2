import Foundation
import Testing

@testable import MetaSimulator

@Suite("Whom a message goes to", .timeLimit(.minutes(1)))
struct RecipientTests {
    @Test("Somebody who hides the number is reached by user ID, and no webhook or answer gives the number away")
    func hiddenNumber() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello, it is Sam", as: "sam")
            let inbound = try #require(await stage.receiver.message("Hello, it is Sam"))
            let userID = try #require(inbound.messages.first?["from_user_id"]?.string)
            let body: JSON = ["messaging_product": "whatsapp", "recipient": .string(userID), "type": "text", "text": ["body": "Hello Sam"]]

            let answer = try await stage.graph(.POST, brandt.number + "/messages", body, as: token)

            #expect(answer.json["contacts"] == [["input": .string(userID), "user_id": .string(userID)]])
            let status = await stage.receiver.status("delivered")
            #expect(status["recipient_user_id"] == .string(userID) && status["recipient_id"] == nil)
            #expect(inbound.messages.first?["from"] == nil)
            #expect(await stage.receiver.posts.allSatisfy { !$0.body.contains("447700900555") })
        }
    }

    @Test("The same person has another user ID with every business")
    func userIDs() async throws {
        try await onStage { stage in
            let olga = try await stage.connect(brandt)
            _ = try await stage.connect(pavel)
            try await stage.say("To Brandt")
            try await stage.say("To Pavel", to: pavel.number)
            let first = try #require(await stage.receiver.message("To Brandt")?.messages.first?["from_user_id"]?.string)
            let second = try #require(await stage.receiver.message("To Pavel")?.messages.first?["from_user_id"]?.string)

            let body: JSON = ["messaging_product": "whatsapp", "recipient": .string(second), "type": "text", "text": ["body": "Hello"]]
            let foreign = try await stage.graph(.POST, brandt.number + "/messages", body, as: olga)

            #expect(first != second && first.hasPrefix("GB."))
            #expect(foreign.status == 400)
        }
    }

    @Test(
        "`to` wins over `recipient`; numbers are answered in WhatsApp's own form",
        arguments: [
            ("+5531987654321", "553187654321"), ("+541123456789", "5491123456789"), ("+525512345678", "5215512345678"),
            ("07700900118", "447700900118"), ("447700900118", "447700900118"), ("15550100001", "4415550100001"),
        ])
    func numberForms(input: String, waID: String) async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello", as: waID)
            let body: JSON = [
                "messaging_product": "whatsapp", "to": .string(input), "recipient": "GB.1", "type": "text", "text": ["body": "Hello"],
            ]

            let answer = try await stage.graph(.POST, brandt.number + "/messages", body, as: token)

            #expect(answer.json["contacts"]?.items?.first?["input"] == .string(input))
            #expect(answer.json["contacts"]?.items?.first?["wa_id"] == .string(waID))
        }
    }
}
