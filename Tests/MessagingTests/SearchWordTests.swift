import Foundation
import Testing

@testable import Messaging

@Suite("Words that are found")
struct SearchWordTests {
    @Test(
        "A word is found however it is written",
        arguments: [
            ("Łukasz", "lukasz"), ("MÜLLER", "muller"), ("Straße", "strasse"), ("Ça", "ca"), ("e\u{0301}te\u{0301}", "été"),
            ("ＦＬＡＴ", "flat"),
            ("Ærø", "aero"), ("boi\u{00AD}ler", "boiler"), ("hea\u{202E}ting", "heating"), ("ОТОПЛЕНИЕ", "отопление"),
            ("الشُّقَّة", "الشقة"), ("don’t", "don t"), ("4B", "4b"), ("ZR-2026/11", "zr 2026 11"), ("👍🏽", "👍"), ("❤️", "❤"),
        ])
    func folded(written: String, sought: String) {
        let words = SearchWords.all(in: written)

        #expect(!words.isEmpty && words == SearchWords.all(in: sought))
    }

    @Test("Signs of a script without blanks are words by themselves, and nothing else is cut")
    func cut() {
        #expect(SearchWords.all(in: "暖房 is cold") == ["cold", "is", "房", "暖"])
        #expect(SearchWords.all(in: " \t\u{0}—…\"'()&|!*:") == [])
        #expect(SearchWords.all(in: String(repeating: "x", count: 10_000)).map(\.count) == [SearchWords.longest])
        #expect(SearchWords.all(in: String(repeating: "😀", count: 16_384)) == ["😀"])
    }

    @Test("The last word of a question is a beginning from two signs on, and ten words are read")
    func question() {
        #expect(SearchQuery("the boi").beginning == "boi" && SearchQuery("the b").beginning == nil)
        #expect(SearchQuery("boiler boi").finds("boiling") && !SearchQuery("boi tap").finds("boiling"))
        #expect(SearchQuery("tap tap").words == ["tap"])
        #expect(SearchQuery((1...100).map { "w\($0)" }.joined(separator: " ")).words.count == 10)
        #expect(SearchQuery("\"&|!()*:\u{0}").isEmpty)
    }

    @Test("An excerpt marks what was looked for in the words as they were written")
    func excerpt() {
        let text =
            String(repeating: "Nothing of it. ", count: 20) + "The BÖILER\nshows boilers’ fault E119"
            + String(repeating: " again", count: 60)

        let excerpt = Excerpt(of: text, finding: SearchQuery("boiler"))

        #expect(excerpt.parts.filter(\.isFound).map(\.text) == ["BÖILER", "boilers"])
        #expect(excerpt.text.hasPrefix("…") && excerpt.text.hasSuffix("…") && !excerpt.text.contains("\n"))
        #expect(excerpt.text.unicodeScalars.count < 170)
        #expect(Excerpt(of: "", finding: SearchQuery("boiler")).parts.isEmpty)
    }
}
