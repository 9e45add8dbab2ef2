import Foundation
import Testing

@testable import MessagingWeb

@Suite("Words as WhatsApp shows them")
struct FormattedTextTests {
    @Test("Links are http or https and end before the sentence's own signs")
    func links() {
        let runs = runs("See https://boilers.example/e119?a=1, or javascript:alert(1).")

        #expect(runs.map(\.words) == ["See ", "https://boilers.example/e119?a=1", ", or javascript:alert(1)."])
        #expect(runs.map(\.href) == [nil, "https://boilers.example/e119?a=1", nil])
    }

    @Test(
        "Marks around words change their look and are not shown; marks within words, before blanks or without an end are shown as they are",
        arguments: [
            ("the *boiler* is cold", "the b(boiler) is cold"), ("_slowly_, ~never~", "i(slowly), s(never)"),
            ("*_both_*", "bi(both)"), ("*a _b_ c*", "b(a )bi(b)b( c)"), ("`a *b*`", "c(a *b*)"),
            ("use ```zenrent``` here", "use c(zenrent) here"),
            ("2*3*4", "2*3*4"), ("snake_case_name", "snake_case_name"), ("* not bold*", "l(not bold*)"), ("*open", "*open"),
            ("*two\\nlines*", "*two\\nlines*"), ("**", "**"), ("*a* and *b*", "b(a) and b(b)"), ("(*a*)", "(b(a))"),
            ("*https://a.example/x_y_z*", "b(https://a.example/x_y_z)"), ("https://a.example/_x_/", "https://a.example/_x_/"),
        ])
    func looks(text: String, expected: String) {
        #expect(described(text.replacing("\\n", with: "\n")) == expected.replacing("\\n", with: "\n"))
    }

    @Test(
        "Lists, quotes and code stand by themselves",
        arguments: [
            ("- gas\n* water", "l(gas)l(water)"), ("2. gas\n3. water", "n2(gas)n2(water)"), ("1.5 bar", "1.5 bar"),
            ("> said *so*\nyes", "q(said b(so))yes"), ("Look:\n```\nlet a = *1*\n```\nand so on", "Look:k(let a = *1*)and so on"),
            ("one\n\n\ntwo", "one\n\n\ntwo"), ("one\n\n- two\n\nthree", "onel(two)three"), ("```open", "```open"), ("", ""),
        ])
    func blocks(text: String, expected: String) {
        #expect(described(text) == expected)
    }

    @Test("A preview has the words without their marks, in one line")
    func preview() {
        #expect(FormattedText("Dear *Nadia*,\n- gas `4471`\n> thanks").plain == "Dear Nadia, gas 4471 thanks")
    }

    @Test(
        "Words made to be hard to read take no longer than others of their length",
        arguments: ["*a ", "_~*`", "http://", "https://a ", "```", "> ", "1. ", "- *", "👨‍👩‍👧‍👦", "*\u{202E}a* ", "\n"])
    func hostile(piece: String) {
        let text = String(repeating: piece, count: 65_536 / piece.utf8.count)
        let begun = ContinuousClock.now

        let formatted = FormattedText(text)

        #expect(formatted.blocks.count <= text.utf8.count)
        // A reader of quadratic time would take minutes.
        #expect(.now - begun < .seconds(10))
    }

    @Test(
        "One to three emoji alone are large, digits and words are not",
        arguments: [("🎉🔑", true), ("❤️", true), ("12", false), ("Ok 👍", false), ("🎉🎉🎉🎉", false), ("", false)])
    func emoji(text: String, isLarge: Bool) {
        #expect(FormattedText.isFewEmoji(text) == isLarge)
    }

    private func runs(_ text: String) -> [FormattedText.Run] { FormattedText(text).blocks.compactMap(\.paragraph).flatMap(\.runs) }

    /// `b(bold)`, `i`, `s`, `c`; `l(entry of a list)`, `n7(entry of a numbered list from 7)`, `q(quoted)`, `k(block of code)`.
    private func described(_ text: String) -> String {
        FormattedText(text).blocks.map { block in
            let parts = [
                block.paragraph.map(described), block.quoted.map { "q(\(described($0)))" }, block.code.map { "k(\($0))" },
                block.bullets?.listed.map { "l(\(described($0)))" }.joined(),
                block.numbered.map { list in list.listed.map { "n\(list.first)(\(described($0)))" }.joined() },
            ]
            return parts.compactMap { $0 }.joined()
        }.joined()
    }

    private func described(_ line: FormattedText.Line) -> String {
        line.runs.map { run in
            let look = (run.isBold ? "b" : "") + (run.isItalic ? "i" : "") + (run.isStruck ? "s" : "") + (run.isCode ? "c" : "")
            return look.isEmpty ? run.words : "\(look)(\(run.words))"
        }.joined()
    }
}
