import Foundation
import TestSupport
import Testing

@testable import Messaging

@Suite("Quick answers")
struct QuickAnswerTests {
    @Test("Gaps are filled with what is known, and what is not known stays to be looked at")
    func filled() {
        let answer = QuickAnswer(
            answerId: QuickAnswer.ID("1"), title: "Visit", text: "Hello {{first_name}}, {{ address }} ({{unit}}): today. {{first_name}}?",
            updatedAt: Date())

        let whole = answer.filled(with: [.firstName: "Nadia", .address: "12 Elm Road, flat 4B", .unit: "4B"])
        let part = answer.filled(with: [.firstName: "Nadia", .address: "12 Elm Road", .unit: ""])

        #expect(whole.text == "Hello Nadia, 12 Elm Road, flat 4B (4B): today. Nadia?" && whole.gaps.isEmpty)
        #expect(part.text == "Hello Nadia, 12 Elm Road ({{unit}}): today. Nadia?" && part.gaps == [.unit])
    }

    @Test("A name that looks like a gap fills nothing and is none")
    func hostileName() {
        let answer = QuickAnswer(answerId: QuickAnswer.ID("1"), title: "A", text: "Hello {{name}}, {{unit}}", updatedAt: Date())

        let filled = answer.filled(with: [.name: "{{unit}}", .unit: "4B"])

        #expect(filled.text == "Hello { {unit}}, 4B" && filled.gaps.isEmpty)
    }

    @Test("What nothing would ever fill is refused in words, and so are empty and endless ones", arguments: TestEngine.allCases)
    func refused(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga

            let refusal = await #expect(throws: TeamRefusal.self) {
                try await olga.addQuickAnswer(title: "Rent", text: "Your rent of {{amount}} is due.")
            }
            #expect(refusal?.message.hasPrefix("Nothing is known that would fill {{amount}}. Use {{first_name}}, ") == true)
            for (title, text) in [
                ("", "Hello"), ("A", " \n"), (String(repeating: "x", count: 61), "Hello"), ("A", String(repeating: "x", count: 4_097)),
            ] {
                await #expect(throws: TeamRefusal.self) { try await olga.addQuickAnswer(title: title, text: text) }
            }
            #expect(try await olga.quickAnswers().isEmpty)
        }
    }

    @Test("They are kept by title, changed and removed, and a title is not given twice", arguments: TestEngine.allCases)
    func kept(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olga
            let rent = try await olga.addQuickAnswer(title: "Rent", text: "Thank you.")
            let keys = try await olga.addQuickAnswer(title: "Keys", text: "They are here.")

            await #expect(throws: TeamRefusal.self) { try await olga.addQuickAnswer(title: "RENT", text: "Again") }
            await #expect(throws: TeamRefusal.self) { try await olga.changeQuickAnswer(keys.answerId, title: "rent", text: "Again") }
            let changed = try await olga.changeQuickAnswer(rent.answerId, title: "Rent", text: "Thank you, {{first_name}}.")
            let both = try await olga.quickAnswers()
            try await olga.removeQuickAnswer(keys.answerId)

            #expect(both.map(\.title) == ["Keys", "Rent"] && both[1].text == changed.text)
            #expect(try await olga.quickAnswers().map(\.answerId) == [rent.answerId])
            await #expect(throws: NotFound.self) { try await olga.changeQuickAnswer(keys.answerId, title: "Keys", text: "x") }
        }
    }
}
