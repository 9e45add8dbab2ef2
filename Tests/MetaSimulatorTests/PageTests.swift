import Foundation
import Testing

@testable import MetaSimulator

@Suite("Pages and control", .timeLimit(.minutes(1)))
struct PageTests {
    @Test("A phone works without JavaScript: write by form, see the answer, and looking reads it")
    func phone() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let written = try await stage.post("/phones/nadia/messages", "number=\(brandt.number)&text=Is+the+heating+%3Cfixed%3E%3F")
            #expect(written.status == 200 && written.text.contains("Is the heating &lt;fixed&gt;?"))
            _ = await stage.receiver.message("Is the heating <fixed>?")
            _ = try await stage.send("Yes, since noon", data: "a", as: token)
            _ = await stage.receiver.status("delivered", data: "a")
            let page = try await stage.call(.GET, "/phones/nadia?number=\(brandt.number)")

            #expect(page.text.contains("Yes, since noon") && page.text.contains("nothing here reaches a real phone"))
            _ = await stage.receiver.status("read", data: "a")
        }
    }

    @Test("The overview names every phone and what went over the wire")
    func overview() async throws {
        try await onStage { stage in
            _ = try await stage.connect()
            _ = try await stage.post("/desk/faults", "kind=graphDown")
            let page = try await stage.call(.GET, "/").text

            for words in [
                "Nadia’s phone", "Tom’s phone", "Ines’s phone", "Sam’s phone", "POST /v25.0/\(brandt.number)/register", "graphDown",
            ] {
                #expect(page.contains(words), "\(words)")
            }
        }
    }

    @Test("Forms of other pages and other host names are refused")
    func strangers() async throws {
        try await onStage { stage in
            let form = try await stage.post("/desk/reset", "", origin: "https://evil.example")
            let script = try await stage.call(.POST, "/simulator/clock/advance", ["seconds": 5], headers: ["Content-Type": "text/plain"])
            let rebound = try await stage.call(.GET, "/simulator/world", headers: ["Host": "evil.example"])

            let page = try await stage.call(.POST, "/simulator/reset", headers: ["Origin": "https://evil.example"])

            #expect([form, script, rebound, page].map(\.status) == [403, 415, 403, 403])
        }
    }

    @Test(
        "It refuses to listen where other machines could reach it",
        arguments: ["0.0.0.0", "192.0.2.1", "::", "example.com", "127.0.0.1.example"])
    func loopbackOnly(host: String) throws {
        var configuration = SimulatorConfiguration()
        configuration.host = host

        #expect(throws: SimulatorError.self) { try Simulator(configuration) }
    }

    @Test("Reset brings the seeded world back")
    func reset() async throws {
        try await onStage { stage in
            let token = try await stage.connect()
            try await stage.say("Hello", as: "447700900777")
            _ = try await stage.fault("graphDown")

            try await stage.control("reset")

            #expect(try await stage.graph(.GET, brandt.account, as: token).code == 190)
            let world = try await stage.call(.GET, "/simulator/world").json
            #expect(world["persons"]?.items?.count == 4 && world["faults"] == [])
            #expect(try await stage.call(.GET, "/simulator/phones/nadia/messages").json == ["items": []])
        }
    }

    @Test("The records of requests hold no token, secret or PIN")
    func masking() async throws {
        try await onStage { stage in
            let token = try await stage.connect()

            let records = try await stage.call(.GET, "/simulator/requests?since=0").text

            #expect(!records.contains(token) && !records.contains(secret) && !records.contains("123456"))
            #expect(records.contains("client_secret") && records.contains("register"))
        }
    }

    @Test("Senseless control calls say what would make sense")
    func controlProblems() async throws {
        try await onStage { stage in
            let kind = try await stage.call(.POST, "/simulator/faults", ["kind": "gremlins"])
            let person = try await stage.call(.POST, "/simulator/phones/nobody/messages", ["phoneNumberId": .string(brandt.number)])
            let number = try await stage.call(.POST, "/simulator/phones/nadia/messages", ["type": "text"])
            let route = try await stage.call(.GET, "/simulator/nonsense")

            #expect([kind, person, number, route].map(\.status) == [422, 404, 422, 404])
            #expect(kind.error["message"]?.string?.contains("loseAnswer") == true)
        }
    }
}
