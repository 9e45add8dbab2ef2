import Foundation
import Testing
import TestSupport
import WhatsAppCloudAPI

@testable import Messaging

@Suite("The main job, end to end")
struct MainJobTests {
    @Test("A landlord connects a number, hears a tenant, answers, and sees the answer read", arguments: TestEngine.allCases)
    func mainJob(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let lines = try await olga.lines()
            #expect(lines.map(\.phoneNumber) == ["+442079460001"])
            #expect(lines.map(\.status) == [.connected])

            try await world.meta.says("nadia", "Is the heating fixed?")
            let thread = try await world.conversation(with: "t-nadia", at: olga)
            #expect(thread.lastMessage?.preview == "Is the heating fixed?")
            #expect(thread.unread == 1)

            let answer = try await olga.send(.text("Tomorrow at 9"), to: .conversation(thread.id))
            try await world.message(answer.messageId, at: olga, becomes: .delivered)
            try await world.meta.opens("nadia")
            try await world.message(answer.messageId, at: olga, becomes: .read)
            let shown = try await world.meta.received(by: "nadia").map { $0["text"]?.string }
            #expect(shown == ["Tomorrow at 9"])
        }
    }

    @Test("A tenant who has never written gets a template, and nothing else", arguments: TestEngine.allCases)
    func templateFirst(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            await #expect(throws: SendRefusal.windowClosed) { try await olga.send(.text("Hello Tom"), to: .tenant("t-tom")) }

            let template = try #require(try await olga.templates(on: olga.lines()[0].lineId).first { $0.name == "hello_tenant" })
            #expect(template.isApproved)
            let values = ["first_name": "Tom", "landlord_name": "Brandt Lettings", "address": "12 Elm Road"]
            let sent = try await olga.send(Draft(.template(template.message(with: values))), to: .tenant("t-tom"))
            try await world.message(sent.messageId, at: olga, becomes: .delivered)
            #expect(sent.preview.hasPrefix("Hello Tom, this is Brandt Lettings"))
        }
    }

    @Test("A person without a phone number can write and be answered", arguments: TestEngine.allCases)
    func withoutNumber(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()

            try await world.meta.says("sam", "Hello, I saw the flat in Mill Lane")
            let thread = try await eventually("Sam's conversation") {
                try await olga.conversations().items.first { $0.contact.profileName == "Sam Whitfield" }
            }
            #expect(thread.contact.phone == nil)

            let answer = try await olga.send(.text("It is still free"), to: .conversation(thread.id))
            try await world.message(answer.messageId, at: olga, becomes: .delivered)
            let shown = try await world.meta.received(by: "sam")
            #expect(shown.count == 1)
        }
    }

    @Test("Two landlords have the same tenant, and neither sees the other's words", arguments: TestEngine.allCases)
    func sameTenant(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            let olga = try await world.olgaConnected()
            let pavel = try await world.pavel
            try await world.connect(pavel, business: "Pavel Novak Homes")
            _ = try await pavel.sync([.agreed("p-7", "Nadia R.", World.nadiasPhone)])

            try await world.meta.says("nadia", "For Olga")
            try await world.meta.says("nadia", "For Pavel", to: World.pavelsNumber)
            let olgas = try await world.conversation(with: "t-nadia", at: olga)
            let pavels = try await world.conversation(with: "p-7", at: pavel)

            let heardByOlga = try await olga.messages(of: olgas.id).items.map(\.preview)
            let heardByPavel = try await pavel.messages(of: pavels.id).items.map(\.preview)
            #expect(heardByOlga == ["For Olga"])
            #expect(heardByPavel == ["For Pavel"])
            await #expect(throws: NotFound()) { try await pavel.messages(of: olgas.id) }
            await #expect(throws: NotFound()) { try await pavel.conversation(olgas.id) }
            await #expect(throws: NotFound()) { try await pavel.contact(olgas.contact.contactId) }
            await #expect(throws: NotFound()) { try await pavel.message(olgas.lastMessage!.messageId) }
            await #expect(throws: NotFound()) { try await pavel.send(.text("Hi"), to: .conversation(olgas.id)) }
            await #expect(throws: NotFound()) { try await pavel.markRead(olgas.id) }
            await #expect(throws: NotFound()) { try await pavel.disconnect(olgas.lineID) }
        }
    }
}
