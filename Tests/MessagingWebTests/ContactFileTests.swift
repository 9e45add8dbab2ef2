import Foundation
import Testing

@testable import MessagingWeb

@Suite struct ContactFileTests {
    @Test("A file may carry a byte order mark, either line ending, quotes, and line breaks within them")
    func forms() throws {
        let text =
            "\u{FEFF}externalId,name,phone,property\r\nt-1,\"Rahman, \"\"Nadia\"\"\",07700 900118,\"12 Elm Road\nFlat 4B\"\n\nt-2,Tom,,\r\n"

        let rows = try ContactFile(text).rows

        #expect(rows.map(\.line) == [2, 5])
        #expect(rows[0].input?.name == "Rahman, \"Nadia\"")
        #expect(rows[0].input?.property == "12 Elm Road\nFlat 4B")
        #expect(rows[1].input?.phone == nil)
    }

    @Test("An agreement needs its time, and a time must be one; such a row says so and the others stay")
    func agreements() throws {
        let text = "externalId,optInSource,optInAt\na,form,2026-09-01T10:00:00Z\nb,form,\nc,form,soon\nd,,\ne,x\n"

        let rows = try ContactFile(text).rows

        #expect(rows[0].input?.optIn?.at == Date(timeIntervalSince1970: 1_788_256_800))
        #expect(rows.map { $0.input == nil } == [false, true, true, false, true])
        #expect(rows[2].problem?.contains("optInAt") == true)
        #expect(rows.compactMap { $0.problem == nil ? nil : $0.line } == [3, 4, 6])
    }

    @Test(
        "A file that cannot be read as a whole is refused as a whole",
        arguments: ["", "name,phone\nA,1\n", "externalId,shoeSize\na,44\n", "externalId,externalId\na,b\n", "externalId\n\"open\n"])
    func refused(text: String) {
        #expect(throws: ContactFileUnreadable.self) { try ContactFile(text) }
    }
}
