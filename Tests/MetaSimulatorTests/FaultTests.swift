import Foundation
import Testing

@testable import MetaSimulator

@Suite("Faults of sending", .timeLimit(.minutes(1)))
struct FaultTests {
    @Test("A lost answer: the message reached the phone, and its status tells so")
    func loseAnswer() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("loseAnswer")

            await #expect(throws: (any Error).self) { try await stage.send("Yes", data: "attempt-1", as: token) }

            #expect(try await stage.shown().last?["text"] == "Yes")
            #expect(await stage.receiver.status("delivered", data: "attempt-1")["id"]?.string?.hasPrefix("wamid.") == true)
            #expect(try await stage.send("Again", as: token).status == 200)
        }
    }

    @Test("A connection closed before the message was taken leaves nothing behind")
    func closeBeforeAccept() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("closeBeforeAccept")

            await #expect(throws: (any Error).self) { try await stage.send("Yes", as: token) }

            #expect(try await stage.shown().count == 1)
            let last = try await stage.call(.GET, "/simulator/requests?since=0").json["items"]?.items?.last
            #expect(last?["status"] == 0 && last?["path"]?.string?.hasSuffix("/messages") == true)
        }
    }

    @Test("A status can come, and be acknowledged, before the send is answered")
    func statusBeforeAnswer() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("statusBeforeAnswer")

            let answer = try await stage.send("Yes", as: token)

            let early = await stage.receiver.posts.flatMap(\.statuses).first
            #expect(early?["status"] == "sent" && early?["id"] == answer.json["messages"]?.items?.first?["id"])
        }
    }

    @Test("An answer can be late")
    func delayAnswer() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("delayAnswer", ["ms": 300])
            let start = ContinuousClock.now

            #expect(try await stage.send("Yes", as: token).status == 200)

            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test("Any error can be made to happen, as often as wanted")
    func sendError() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("sendError", ["code": 131016, "details": "Busy", "times": 2])

            let answers = [
                try await stage.send("1", as: token), try await stage.send("2", as: token), try await stage.send("3", as: token),
            ]

            #expect(answers.map(\.code) == [131016, 131016, nil])
            #expect(answers[0].error["error_data"]?["details"] == "Busy")
        }
    }

    @Test("A closed window can show in the status instead of the answer")
    func windowErrorInStatus() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("windowErrorInStatus")
            stage.clock.advance(86_400)

            let answer = try await stage.send("Too late", data: "attempt-1", as: token)

            let failed = await stage.receiver.status("failed", data: "attempt-1")
            #expect(answer.status == 200 && failed["errors"]?.items?.first?["code"] == 131047)
            #expect(failed["id"] == answer.json["messages"]?.items?.first?["id"])
        }
    }

    @Test("A person who is not on WhatsApp: accepted, then failed with 131026, and others are not concerned")
    func notOnWhatsApp() async throws {
        try await withOpenWindow { stage, token in
            try await stage.say("Hello", as: "tom")
            _ = try await stage.fault("notOnWhatsApp", ["person": "nadia"])

            let answer = try await stage.send("Hello", data: "to-nadia", as: token)
            _ = try await stage.send("Hello", to: "+447700900123", data: "to-tom", as: token)

            #expect(answer.status == 200)
            #expect(await stage.receiver.status("failed", data: "to-nadia")["errors"]?.items?.first?["code"] == 131026)
            _ = await stage.receiver.status("delivered", data: "to-tom")
            #expect(try await stage.shown().last?["errorCode"] == 131026)
        }
    }

    @Test("A payment problem fails by status, or at once if so wished")
    func paymentProblem() async throws {
        try await withOpenWindow { stage, token in
            let fault = try await stage.fault("paymentProblem")
            _ = try await stage.send("Hello", data: "unpaid", as: token)
            #expect(await stage.receiver.status("failed", data: "unpaid")["errors"]?.items?.first?["code"] == 131042)
            let health = try await stage.graph(.GET, brandt.number + "?fields=health_status", as: token).json["health_status"]
            #expect(health?["can_send_message"] == "BLOCKED")
            _ = try await stage.call(.DELETE, "/simulator/faults/\(fault)")

            _ = try await stage.fault("paymentProblem", ["in": "answer"])

            #expect(try await stage.send("Hello", as: token).code == 131042)
        }
    }

    @Test("Register can claim a wrong PIN")
    func registerWrongPin() async throws {
        try await withOpenWindow { stage, token in
            _ = try await stage.fault("registerWrongPin")
            let body: JSON = ["messaging_product": "whatsapp", "pin": "123456"]

            #expect(try await stage.graph(.POST, brandt.number + "/register", body, as: token).code == 133005)
            #expect(try await stage.graph(.POST, brandt.number + "/register", body, as: token).status == 200)
        }
    }

    @Test("Graph can be down: HTML instead of JSON, until the fault is taken away")
    func graphDown() async throws {
        try await withOpenWindow { stage, token in
            let fault = try await stage.fault("graphDown")

            let down = try await stage.send("Hello", as: token)
            _ = try await stage.call(.DELETE, "/simulator/faults/\(fault)")

            #expect(down.status == 503 && down.text.hasPrefix("<html>"))
            #expect(try await stage.send("Hello", as: token).status == 200)
            #expect(try await stage.call(.GET, "/simulator/faults").json == ["items": []])
        }
    }
}
