import Foundation
import Testing

@testable import MetaSimulator

@Suite("Sending", .timeLimit(.minutes(1)))
struct SendingTests {
    @Test("A number must be registered before it can send")
    func registration() async throws {
        try await onStage { stage in
            let code = try #require(try await stage.signUp()["code"]?.string)
            let token = try #require(try await stage.exchange(code).json["access_token"]?.string)
            try await stage.say("Hello")

            let answer = try await stage.send("Hello", as: token)

            #expect(answer.status == 400 && answer.code == 133010)
        }
    }

    @Test(
        "Free text goes out until one second before 24 hours after the person's last words",
        arguments: [(86_399.0, nil), (86_400.0, 131047)] as [(Double, Int?)])
    func window(age: Double, code: Int?) async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Is the heating fixed?")

            stage.clock.advance(age)
            let answer = try await stage.send("Yes", as: token)

            #expect(answer.code == code)
            #expect(
                try await stage.shown().map { $0["text"]?.string }
                    == (code == nil ? ["Is the heating fixed?", "Yes"] : ["Is the heating fixed?"]))
        }
    }

    @Test("The control API moves Meta's clock")
    func clockControl() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello")

            try await stage.control("clock/advance", ["seconds": 90_000])

            #expect(try await stage.send("Too late", as: token).code == 131047)
        }
    }

    @Test("A reaction does not open the window")
    func reaction() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.control(
                "phones/nadia/messages",
                ["phoneNumberId": .string(brandt.number), "type": "reaction", "reaction": ["message_id": "wamid.x", "emoji": "👍"]])

            #expect(try await stage.send("Hello", as: token).code == 131047)
        }
    }

    @Test("A template goes out without a window, and the phone shows it filled in")
    func template() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let answer = try await stage.sendTemplate(
                "hello_tenant", ["first_name": "Nadia", "landlord_name": "Olga", "address": "4B Mill Lane"], as: token)

            #expect(answer.json["messages"]?.items?.first?["message_status"] == "accepted")
            let text = try await stage.shown().first?["text"]
            #expect(text == "Hello Nadia, this is Olga about your home at 4B Mill Lane. You can answer here.")
            #expect(await stage.receiver.status("delivered")["pricing"]?["category"] == "utility")
        }
    }

    @Test("A template that is missing, paused, rejected, in another language or wrongly filled in is refused with its own code")
    func templateRefusals() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let name: KeyValuePairs = ["first_name": "Nadia"]
            let visit: KeyValuePairs = ["first_name": "Nadia", "visit_date": "Monday"]

            let answers = [
                try await stage.sendTemplate("no_such", name, as: token),
                try await stage.sendTemplate("visit_notice", visit, as: token),
                try await stage.sendTemplate("offer_spring", name, as: token),
                try await stage.sendTemplate("rent_due_v1", name, language: "de", as: token),
                try await stage.sendTemplate("rent_due_v1", name, as: token),
                try await stage.sendTemplate("rent_due_v1", ["first_name": "N", "amount": "£1", "day": "1"], as: token),
                try await stage.sendTemplate("rent_due_v1", ["first_name": "N", "amount": "£1", "due_date": "a\nb"], as: token),
                try await stage.sendTemplate(
                    "rent_due_v1", ["first_name": "N", "amount": "£1", "due_date": String(repeating: "x", count: 1_100)], as: token),
            ]

            #expect(answers.map(\.code) == [132001, 132015, 132001, 132001, 132000, 132012, 132018, 132005])
            #expect(answers[0].status == 404)
            #expect(
                answers[4].error["error_data"]?["details"]?.string?.contains("(1) does not match the expected number of params (3)") == true
            )
            #expect(try await stage.shown().isEmpty)
        }
    }

    @Test("A new template is reviewed, told by webhook, and can be sent then")
    func review() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            let template: JSON = [
                "name": "boiler_fixed", "language": "en_GB", "category": "UTILITY", "parameter_format": "named",
                "components": [["type": "BODY", "text": "Your boiler works again. Tell us if it does not."]],
            ]

            let created = try await stage.graph(.POST, brandt.account + "/message_templates", template, as: token).json

            #expect(created["status"] == "PENDING")
            let posts = await stage.receiver.arrived { $0.flatMap(\.changes).contains { $0.field == "message_template_status_update" } }
            let change = try #require(posts.flatMap(\.changes).first { $0.field == "message_template_status_update" })
            #expect(change.value["event"] == "APPROVED" && change.value["message_template_name"] == "boiler_fixed")
            #expect(change.value["message_template_id"]?.int.map(String.init) == created["id"]?.string)
            #expect(try await stage.sendTemplate("boiler_fixed", [:], as: token).status == 200)
        }
    }

    @Test("Text may have 4,096 characters and not one more")
    func length() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello")

            #expect(try await stage.send(String(repeating: "ä", count: 4_096), as: token).status == 200)
            #expect(try await stage.send(String(repeating: "ä", count: 4_097), as: token).code == 100)
        }
    }

    @Test("45 messages in a burst to one person, then one in six seconds")
    func pairLimit() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello")
            for _ in 0..<45 { #expect(try await stage.send("Hi", as: token).status == 200) }

            #expect(try await stage.send("Hi", as: token).code == 131056)
            stage.clock.advance(6)
            #expect(try await stage.send("Hi", as: token).status == 200)
        }
    }

    @Test("80 messages a second leave a number, in plus out")
    func throughput() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            for person in 0..<40 { try await stage.say("Hello", as: "4477009001\(10 + person)") }
            for person in 0..<40 { #expect(try await stage.send("Hi", to: "+4477009001\(10 + person)", as: token).status == 200) }

            #expect(try await stage.send("Hi", to: "+447700900110", as: token).code == 130429)
            stage.clock.advance(1)
            #expect(try await stage.send("Hi", to: "+447700900110", as: token).status == 200)
        }
    }

    @Test("Sent, delivered, and read once the phone opens the conversation")
    func statuses() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Is the heating fixed?")
            let wamid = try await stage.send("Yes", data: "attempt-1", as: token).json["messages"]?.items?.first?["id"]
            _ = await stage.receiver.status("delivered", data: "attempt-1")

            try await stage.control("phones/nadia/open", ["phoneNumberId": .string(brandt.number)])
            let read = await stage.receiver.status("read", data: "attempt-1")

            #expect(read["id"] == wamid)
            let kinds = await stage.receiver.posts.flatMap(\.statuses).map { $0["status"]?.string }
            #expect(kinds == ["sent", "delivered", "read"])
            #expect(try await stage.shown().last?["status"] == "read")
        }
    }

    @Test("Marking a message as read turns its ticks blue; somebody else's message cannot be marked")
    func markRead() async throws {
        try await onStage { stage in
            let olga = try await stage.connect(brandt)
            let other = try await stage.connect(pavel)
            let wamid = try await stage.say("Hello")
            let body: JSON = ["messaging_product": "whatsapp", "status": "read", "message_id": .string(wamid)]

            #expect(try await stage.graph(.POST, pavel.number + "/messages", body, as: other).code == 100)
            #expect(try await stage.shown().first?["status"] == "delivered")
            #expect(try await stage.graph(.POST, brandt.number + "/messages", body, as: olga).json == ["success": true])
            #expect(try await stage.shown().first?["status"] == "read")
        }
    }

    @Test("Register takes ten calls in 72 hours, asks for the known PIN, and leaves a phone app's number alone")
    func register() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            func pin(_ pin: String) -> JSON { ["messaging_product": "whatsapp", "pin": .string(pin)] }
            let path = brandt.number + "/register"

            #expect(try await stage.graph(.POST, path, pin("654321"), as: token).code == 133005)
            for _ in 0..<8 { #expect(try await stage.graph(.POST, path, pin("123456"), as: token).status == 200) }
            #expect(try await stage.graph(.POST, path, pin("123456"), as: token).code == 133016)
            stage.clock.advance(72 * 3_600)
            #expect(try await stage.graph(.POST, path, pin("123456"), as: token).status == 200)
            try await stage.control("numbers/" + brandt.number, ["isOnPhoneApp": true])
            #expect(try await stage.graph(.POST, path, pin("123456"), as: token).code == 100)
        }
    }
}
