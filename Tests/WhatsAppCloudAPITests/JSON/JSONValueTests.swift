import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("JSON is read as it came")
struct JSONValueTests {
    @Test(
        "Whole numbers keep every digit",
        arguments: [
            ("9223372036854775807", JSONValue.integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("18446744073709551616", .bigInteger("18446744073709551616")), ("0", .integer(0)), ("1.5e3", .number(1500)),
            ("-0.25", .number(-0.25)),
        ])
    func numbers(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
        #expect(try parse(String(decoding: parse(text).serialized, as: UTF8.self)).double == value.double)
    }

    @Test(
        "Escapes come out as their characters",
        arguments: [
            (#""\u00e9\n\t\"\\\/\b\f\r""#, "é\n\t\"\\/\u{8}\u{C}\r"), (#""\ud83d\udca7""#, "💧"), (#""\u0000""#, "\0"),
            (#""é💧""#, "é💧"),
            (#""""#, ""),
        ])
    func escapes(text: String, value: String) throws {
        #expect(try parse(text) == .string(value))
    }

    @Test(
        "A cut emoji costs one character, not the message",
        arguments: [#""a\ud83d""#, #""a\ud83db""#, #""a\udca7""#, #""a\ud83d\u0041""#, #""a\ud83d\n""#])
    func loneSurrogates(_ text: String) throws {
        let value = try #require(try parse(text).string)

        #expect(value.hasPrefix("a\u{FFFD}"))
    }

    @Test("Broken UTF-8 costs its own characters only") func brokenUTF8() throws {
        #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x62, 0x22]) == .string("a\u{FFFD}b"))
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "tru", "nul", "01", "1.", ".5", "+1", "-", "1e", "1e999", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
            "{\"a\":1,}", "\"a",
            "\"\\x\"", "\"\\u12\"", "\"\n\"", "[", "{", "]", "1 1", "NaN", "[1}", "\u{FEFF}1",
        ])
    func notJSON(_ text: String) {
        #expect(throws: JSONUnreadable.self) { try parse(text) }
    }

    @Test("Nesting is read to its bound and refused beyond") func nesting() throws {
        let deepest = JSONValue.deepestNesting
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }

        #expect(try parse(nested(deepest)).array != nil)
        #expect(throws: JSONUnreadable.self) { try parse(nested(deepest + 1)) }
        #expect(throws: JSONUnreadable.self) { try parse(nested(100_000)) }
    }

    @Test("Every fixture survives writing and reading, here and with Foundation's coders") func roundTrip() throws {
        let value = try parse(try fixture("inbound-every-kind"))

        #expect(try JSONValue(parsing: value.serialized) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.serialized)) == value)
    }

    @Test(
        "Seconds and milliseconds, as text or number, are moments",
        arguments: ["1795000000", #""1795000000""#, "1795000000000", "1795000000.0"])
    func moments(_ text: String) throws {
        #expect(try parse(text).date == Date(timeIntervalSince1970: 1_795_000_000))
    }

    @Test("What no calendar holds is no moment", arguments: ["-1", "1e15", #""1e300""#, #""inf""#, #""nan""#, "99999999999999999999"])
    func noMoments(_ text: String) throws {
        #expect(try parse(text).date == nil)
    }

    @Test("A number longer than any type keeps its digits, also with Foundation's coders") func longNumbers() throws {
        let digits = String(repeating: "1234567890", count: 20)

        #expect(String(decoding: try parse(digits).serialized, as: UTF8.self) == digits)
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(parse(digits))).identifier == digits)
    }

    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }
}
